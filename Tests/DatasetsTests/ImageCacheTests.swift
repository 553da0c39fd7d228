import Datasets
import Files
import Foundation
import Images
import Testing

@Suite struct ImageCacheTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.makeFolder("images")
  }

  private var cache: ImageCache { ImageCache(folder: scratch("cache")) }

  private func write(_ pixels: [UInt8], _ name: String) throws {
    try scratch.write(
      Image(height: 2, width: 2, channels: 1, pixels: pixels).netpbm, "images/\(name)")
  }

  private func read(
    _ folder: String = "images", side: Int? = nil, _ cache: ImageCache? = nil
  ) throws -> ImageFolder {
    try ImageFolder(directory: scratch(folder), side: side, cache: cache ?? self.cache)
  }

  /// Waits until the written files are old enough to be cached.
  private func wait() async throws { try await Task.sleep(for: .milliseconds(1_100)) }

  /// Whether reading takes the images from this file, which then becomes the most recently used.
  private func isUsed(_ file: String, side: Int? = nil) throws -> Bool {
    let past = Date(timeIntervalSince1970: 1_000_000)
    try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: file)
    let contents = try Data(contentsOf: URL(fileURLWithPath: file))
    _ = try read(side: side)
    let date = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
    // A rewritten file also has the new date, but another inode number.
    return try date != past && contents == Data(contentsOf: URL(fileURLWithPath: file))
  }

  private func number(of file: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int
  }

  @Test func theSecondTimeTheImagesComeFromTheCache() async throws {
    try write([1, 2, 3, 4], "a")
    try write([5, 6, 7, 8], "b")
    try await wait()
    let folder = try read()
    let file = try #require(folder.cacheFile)
    #expect(file.hasPrefix(scratch("cache/images-")) && file.hasSuffix(".cache"))
    let number = try number(of: file)
    let again = try read()
    #expect(again.train == folder.train && again.paths == ["a", "b"])
    #expect(again.train.pixels == Array(1...8))
    #expect(try isUsed(file))
    #expect(try self.number(of: file) == number)
    // Another size is another file.
    let small = try read(side: 1)
    #expect(small.cacheFile != file && small.train.count == 2 && small.train.height == 1)
    #expect(try read(side: 1).train == small.train)
    #expect(try scratch.names(in: "cache").count == 2)
  }

  @Test func whatHasChangedIsDecodedAnew() async throws {
    try write([1, 2, 3, 4], "a")
    try write([5, 6, 7, 8], "b")
    try await wait()
    let file = try #require(try read().cacheFile)
    // The length and the recorded date are unchanged.
    let path = scratch("images/a")
    let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
    try write([9, 2, 3, 4], "a")
    try FileManager.default.setAttributes([.modificationDate: date as Any], ofItemAtPath: path)
    #expect(try read().train.pixels == [9, 2, 3, 4, 5, 6, 7, 8])
    try await wait()
    #expect(try read().cacheFile == file)
    #expect(try read().train.pixels == [9, 2, 3, 4, 5, 6, 7, 8])

    try FileManager.default.moveItem(atPath: path, toPath: scratch("images/c"))
    #expect(try read().train.pixels == [5, 6, 7, 8, 9, 2, 3, 4])
    try FileManager.default.removeItem(atPath: scratch("images/b"))
    #expect(try read().train.pixels == [9, 2, 3, 4])
    try write([0, 0, 0, 1], "d")
    #expect(try read().train.pixels == [9, 2, 3, 4, 0, 0, 0, 1])
  }

  @Test func filesThatHaveJustChangedAreNotKept() throws {
    try write([1, 2, 3, 4], "a")
    #expect(try read().cacheFile == nil)
    #expect(!FileManager.default.fileExists(atPath: scratch("cache")))
  }

  @Test func aDamagedCacheIsFoundAndReplaced() async throws {
    try write([1, 2, 3, 4], "a")
    try await wait()
    let file = try #require(try read().cacheFile)
    let name = "cache/" + (file as NSString).lastPathComponent
    let bytes = try scratch.read(name)
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= 0x40
      try scratch.write(damaged, name)
      #expect(try read().train.pixels == [1, 2, 3, 4], "byte \(place)")
      #expect(try scratch.read(name) == bytes, "byte \(place)")
    }
    for count in 0..<bytes.count {
      try scratch.write(Array(bytes.prefix(count)), name)
      #expect(try read().train.pixels == [1, 2, 3, 4], "\(count) bytes")
    }
    try scratch.write(bytes + [0], name)
    #expect(try read().train.pixels == [1, 2, 3, 4])
    #expect(try scratch.read(name) == bytes)
  }

  @Test func theOldestGoWhereThereIsNoRoom() async throws {
    for folder in ["one", "two"] {
      try scratch.makeFolder(folder)
      let image = Image(
        height: 20, width: 20, channels: 1, pixels: [UInt8](repeating: 7, count: 400))
      try scratch.write(image.png, "\(folder)/image")
    }
    try await wait()
    let small = ImageCache(folder: scratch("cache"), capacity: 1_000)
    let first = try #require(try read("one", small).cacheFile)
    #expect(try scratch.names(in: "cache") == [(first as NSString).lastPathComponent])
    let second = try #require(try read("two", small).cacheFile)
    #expect(try scratch.names(in: "cache") == [(second as NSString).lastPathComponent])
    // Images larger than the whole cache are not cached, and evict nothing.
    _ = try read("one", ImageCache(folder: scratch("cache"), capacity: 300))
    #expect(try scratch.names(in: "cache") == [(second as NSString).lastPathComponent])
  }

  // MARK: Others

  @Test func whatKilledWritersLeftIsRemovedAndWhatIsBeingWrittenCounts() async throws {
    let image = Image(
      height: 20, width: 20, channels: 1, pixels: [UInt8](repeating: 7, count: 400))
    try scratch.write(image.png, "images/image")
    try await wait()
    let cache = ImageCache(folder: scratch("cache"), capacity: 1_000)
    let file = try #require(try read("images", cache).cacheFile)
    let name = (file as NSString).lastPathComponent
    let left = ["\(name).0123456789abcdef.partial", "judge.00000000ffffffff.partial"]
    for name in left {
      try scratch.write([UInt8](repeating: 0, count: 900), "cache/\(name)")
    }
    try FileManager.default.removeItem(atPath: file)
    _ = try read("images", cache)
    #expect(try scratch.names(in: "cache") == [name])
    // Like another process that has just started to write.
    let other = scratch("cache/\(left[0])")
    try scratch.write([UInt8](repeating: 0, count: 900), "cache/\(left[0])")
    let descriptor = open(other, O_WRONLY)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    try FileManager.default.removeItem(atPath: file)
    _ = try read("images", cache)
    #expect(try scratch.names(in: "cache") == [left[0]])
  }

  /// Sets the last pixel of a cached file to 9, as anyone who knows its layout could.
  private func forge(_ file: String) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))).dropLast(4)
    bytes[bytes.count - 1] = 9
    var checksum = Checksum()
    checksum.add(Array(bytes))
    bytes += (0..<4).map { UInt8(truncatingIfNeeded: checksum.value >> (8 * $0)) }
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
  }

  @Test func aFileThatOthersMayWriteIsNotTaken() async throws {
    try write([1, 2, 3, 4], "a")
    try await wait()
    let file = try #require(try read().cacheFile)
    func mode(_ path: String) -> Int {
      var status = stat()
      return lstat(path, &status) == 0 ? Int(status.st_mode & 0o777) : 0
    }
    #expect(mode(file) == 0o600 && mode(scratch("cache")) == 0o700)
    for (path, permissions) in [(file, 0o620), (file, 0o602), (scratch("cache"), 0o770)] {
      try forge(file)
      #expect(try read().train.pixels == [1, 2, 3, 9])
      chmod(path, mode_t(permissions))
      #expect(try read().train.pixels == [1, 2, 3, 4])
      // It is rewritten, without access for others.
      #expect(try read().train.pixels == [1, 2, 3, 4])
      #expect(mode(file) == 0o600 && mode(scratch("cache")) & 0o022 == 0)
    }
    // Nor is a file elsewhere, or something that is not a file; the reader waits for neither.
    let elsewhere = scratch("elsewhere")
    try FileManager.default.moveItem(atPath: file, toPath: elsewhere)
    symlink(elsewhere, file)
    #expect(try read().train.pixels == [1, 2, 3, 4])
    #expect(mode(file) == 0o600)
    try FileManager.default.removeItem(atPath: file)
    mkfifo(file, 0o600)
    #expect(try read().train.pixels == [1, 2, 3, 4])
    #expect(try isUsed(file))
  }

  @Test(.enabled(if: geteuid() == 0, "needs a user who may give files away"))
  func aFileOfAnotherUserIsNotTaken() async throws {
    try write([1, 2, 3, 4], "a")
    try await wait()
    let file = try #require(try read().cacheFile)
    func owner() throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: file)[.ownerAccountID] as? Int
    }
    try forge(file)
    chown(file, 12_345, 12_345)
    #expect(try read().train.pixels == [1, 2, 3, 4])
    #expect(try owner() == 0)
    // Nor is anything written to another user's folder.
    chown(scratch("cache"), 12_345, 12_345)
    try FileManager.default.removeItem(atPath: file)
    #expect(try read().train.pixels == [1, 2, 3, 4])
    #expect(try scratch.names(in: "cache").isEmpty)
  }

  @Test func aCacheThatCannotBeWrittenIsNoError() async throws {
    try write([1, 2, 3, 4], "a")
    try scratch.write([], "cache")
    try await wait()
    #expect(try read().train.pixels == [1, 2, 3, 4])
    #expect(try read().train.pixels == [1, 2, 3, 4])
  }
}
