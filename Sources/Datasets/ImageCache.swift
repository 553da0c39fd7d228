import Files
import Foundation
import Tensor

/// Keeps decoded images of folders from run to run.
///
/// There is one file for each folder and size. It begins with the folder's path and the path, size
/// and times of every file in it, and is used only if all of these are unchanged; a checksum
/// detects a damaged file, and a file that another user could have made is ignored. Images that
/// cannot be kept are decoded the next time. All files together take up to ``capacity`` bytes,
/// including those being written; least recently used files are evicted first.
public struct ImageCache: Sendable {
  /// The folder of the cache files.
  public let folder: String
  /// The maximum total size of all files in bytes.
  public let capacity: Int

  /// 16 GiB: images of 64×64 in colour of CelebA's folder take 2.5 GB.
  public static let defaultCapacity = 16 << 30

  /// Creates a cache in a folder, which is created when it is needed.
  public init(folder: String, capacity: Int = Self.defaultCapacity) {
    self.folder = folder
    self.capacity = capacity
  }

  /// The user's cache, in `$XDG_CACHE_HOME/pushforward` or else in `~/.cache/pushforward`; nil if
  /// neither is available.
  public static var user: ImageCache? { cacheFolder().map { ImageCache(folder: $0) } }

  /// The cache entry for the images of a folder's files in a size; nil if they cannot be kept.
  func entry(for files: [ImageFile], in directory: String, side: Int?) -> Entry? {
    guard let path = realpath(directory, nil) else { return nil }
    defer { free(path) }
    // A file that changed just now could change again with the same time stamp.
    let now = Int(Date().timeIntervalSince1970 * 1e9)
    guard files.allSatisfy({ max($0.modified, $0.changed) < now - 1_000_000_000 }) else {
      return nil
    }
    let title =
      UnsafeRawBufferPointer(start: path, count: strlen(path))
      + Array("\n\(side.map(String.init) ?? "as they are")\n".utf8)
    var manifest = title
    for file in files {
      manifest += file.path.bytes
      manifest += Array("\0\(file.size) \(file.modified) \(file.changed)\n".utf8)
    }
    var checksum = Checksum()
    checksum.add(title)
    let name = "images-\(String(checksum.value, radix: 16)).cache"
    return Entry(
      folder: CacheFolder(path: folder), name: name, manifest: manifest, count: files.count,
      capacity: capacity)
  }
}

extension ImageCache {
  /// The cache file for one folder's images.
  ///
  /// It consists of a header of 64 bytes (a format name and, as little-endian 64-bit numbers, the
  /// length of the manifest, the height, the width and the channels), the manifest, the pixels, and
  /// the CRC-32 of all these in 4 bytes.
  struct Entry {
    let folder: CacheFolder
    let name: String
    let manifest: [UInt8]
    let count: Int
    let capacity: Int

    var path: String { "\(folder.path)/\(name)" }

    /// A new number for each change of the layout, or of how images are decoded or resized.
    private static let magic = Array("pushforward images, format 2\n\n\n\n".utf8)

    private func header(height: Int, width: Int, channels: Int) -> [UInt8] {
      Self.magic
        + [manifest.count, height, width, channels].flatMap { number in
          (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
    }

    /// The cached images, or nil if there are none or if they belong to other files.
    func images() -> LabeledImages? {
      folder.removeAbandonedFiles()
      do {
        try folder.expectOwnFile(name)
        return try images(in: try RegularFile<CacheError>(path: path))
      } catch {
        return nil
      }
    }

    private func images(
      in file: borrowing RegularFile<CacheError>
    ) throws(CacheError) -> LabeledImages? {
      let startCount = 64 + manifest.count
      guard file.size > startCount else { return nil }
      let start = try file.read(0..<startCount)
      guard Array(start[64...]) == manifest else { return nil }
      let numbers = (1..<4).map { index -> Int in
        let bytes = start[(32 + 8 * index)..<(40 + 8 * index)]
        return bytes.reversed().reduce(0) { number, byte in number << 8 | Int(byte) }
      }
      let (height, width, channels) = (numbers[0], numbers[1], numbers[2])
      guard height > 0, width > 0, channels == 1 || channels == 3,
        Array(start[..<64]) == header(height: height, width: width, channels: channels),
        let size = [count, height, width, channels].elementCount,
        file.size == startCount + size + 4
      else { return nil }
      let pixels = try Self.pixels(startCount..<startCount + size, of: file)
      var checksum = Checksum()
      checksum.add(start)
      checksum.add(pixels)
      guard try file.read(startCount + size..<file.size) == bytes(of: checksum) else { return nil }
      // Mark it as most recently used.
      file.markAsUsed()
      return LabeledImages(
        height: height, width: width, channels: channels, pixels: pixels,
        labels: [UInt8](repeating: 0, count: count))
    }

    /// Keeps images, if there is room for them.
    func keep(_ images: LabeledImages) {
      let header = header(height: images.height, width: images.width, channels: images.channels)
      let size = header.count + manifest.count + images.pixels.count + 4
      do {
        let folder = try folder.opened()
        let beingWritten = removeAbandonedFiles(in: folder)
        guard size <= capacity else { return }
        folder.remove(name)
        guard makeRoom(for: size + beingWritten, in: folder) else { return }
        var checksum = Checksum()
        for part in [header, manifest, images.pixels] { checksum.add(part) }
        try replaceFile(at: name, in: folder, permissions: 0o600) { file throws(OutputError) in
          for part in [header, manifest, images.pixels, bytes(of: checksum)] {
            try file.write(part)
          }
        }
      } catch {
        // A full disk or an unwritable folder only costs time.
      }
    }

    /// Removes the least recently used images until there is room for `size` bytes.
    ///
    /// - Returns: Whether there is room.
    private func makeRoom(for size: Int, in folder: OpenFolder) -> Bool {
      var files = folder.names.filter { $0.hasPrefix("images-") && $0.hasSuffix(".cache") }
        .compactMap { name in
          var status = stat()
          return lstat(folder.path(of: name), &status) == 0
            ? (name: name, size: Int(status.st_size), used: status.st_mtim.tv_sec) : nil
        }.sorted { ($0.used, $0.name) > ($1.used, $1.name) }
      var sum = files.reduce(size) { $0 + $1.size }
      while sum > capacity, let oldest = files.popLast() {
        folder.remove(oldest.name)
        sum -= oldest.size
      }
      return sum <= capacity
    }

    private func bytes(of checksum: Checksum) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: checksum.value >> (8 * $0)) }
    }

    /// The bytes in a range of the file, in large pages.
    private static func pixels(
      _ range: Range<Int>, of file: borrowing RegularFile<CacheError>
    ) throws(CacheError) -> [UInt8] {
      var pixels: [UInt8] = []
      pixels.reserveLargePages(range.count)
      pixels.append(contentsOf: repeatElement(0, count: range.count))
      try file.read(at: range.lowerBound, into: &pixels)
      return pixels
    }
  }
}
