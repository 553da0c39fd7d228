import Files
import Foundation
import Tensor

/// Keeps the decoded images of folders from run to run.
///
/// There is one file for each folder and size. It begins with the folder's path and the path, size and
/// times of every file in it, and is used only where all of these are as they were; a checksum
/// finds a damaged file, and one that somebody else than the user can have made is not taken. What
/// cannot be kept is decoded the next time. All files together take up to ``capacity`` bytes, those
/// that are just being written among them; the ones that were not used for longest go first.
public struct ImageCache: Sendable {
  /// The folder in which the files are.
  public let folder: String
  /// The most bytes that all files together may have.
  public let capacity: Int

  /// 16 GiB: images of 64×64 in colour of CelebA's folder take 2.5 GB.
  public static let defaultCapacity = 16 << 30

  /// A cache in a folder, which is made when it is needed.
  public init(folder: String, capacity: Int = Self.defaultCapacity) {
    self.folder = folder
    self.capacity = capacity
  }

  /// The user's cache, in `$XDG_CACHE_HOME/pushforward` or else in `~/.cache/pushforward`; nil where
  /// there is neither.
  public static var user: ImageCache? { cacheFolder().map { ImageCache(folder: $0) } }

  /// Where the images of a folder's files, in a size, are kept; nil where they cannot be.
  func entry(for files: [ImageFile], in directory: String, side: Int?) -> Entry? {
    guard let path = realpath(directory, nil) else { return nil }
    defer { free(path) }
    // A file that changed in this moment could change again without its time showing it.
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
  /// The file of one folder's images.
  ///
  /// It is a header of 64 bytes (a name of the format, and as little-endian 64-bit numbers the length of
  /// the manifest, the height, the width and the channels), the manifest, the pixels, and the CRC-32 of
  /// all this in 4 bytes.
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

    /// The images as they were kept, or nil where they were not, or not of these files.
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
      // Now it is the one that was used last.
      file.markAsUsed()
      return LabeledImages(
        height: height, width: width, channels: channels, pixels: pixels,
        labels: [UInt8](repeating: 0, count: count))
    }

    /// Keeps images, where there is room for them and nothing stands in the way.
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
        // A full disk or a folder that cannot be written costs time and no more.
      }
    }

    /// Removes images that were not used for longest, until there is room for `size` bytes.
    ///
    /// - Returns: Whether there is.
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
