import Datasets
import Foundation
import Fuzzing
import Images
import Testing

/// Pipes and devices, and files that become huge when read.
@Suite struct HostileFileTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func makePipe(_ name: String) throws -> String {
    let path = scratch(name)
    #expect(mkfifo(path, 0o666) == 0)
    return path
  }

  // MARK: Pipes and devices

  @Test(.timeLimit(.minutes(10))) func nothingWaitsForAPipe() throws {
    let pipe = try makePipe("train-images-idx3-ubyte")
    let error = DatasetError.unreadable(
      path: pipe, reason: "expected a regular file, found a pipe")
    #expect(throws: error) { try IDX(path: pipe, rank: 3) }
    #expect(throws: DatasetError.self) { try IDX(path: "/dev/zero", rank: 3) }
    #expect(throws: DatasetError.self) { try MNIST(directory: scratch.path) }
    #expect(throws: DatasetError.self) { try MNIST(directory: pipe) }
    #expect(throws: DatasetError.self) { try ImageFolder(directory: pipe) }
    #expect(throws: ImageError.unreadable(path: pipe, reason: "Not a regular file")) {
      try ImageFolder(directory: scratch.path)
    }
    #expect(throws: ImageError.self) { try ImageFolder(directory: scratch.path, side: 2) }
    #expect(throws: ImageError.self) { try ImageFolder.firstImage(in: scratch.path) }
  }

  @Test(.timeLimit(.minutes(10))) func aPipeInTheCacheIsNoImages() async throws {
    try scratch.makeFolder("images")
    let image = Image(height: 1, width: 2, channels: 1, pixels: [3, 4])
    try scratch.write(image.png, "images/a.png")
    try await Task.sleep(for: .milliseconds(1_100))
    let cache = ImageCache(folder: scratch("cache"))
    func read() throws -> ImageFolder {
      try ImageFolder(directory: scratch("images"), cache: cache)
    }
    let file = try #require(try read().cacheFile)
    unlink(file)
    #expect(mkfifo(file, 0o666) == 0)
    #expect(try read().train.pixels == [3, 4])
    // Sizes that no real file has.
    let bytes = try scratch.read("cache/" + (file as NSString).lastPathComponent)
    for place in [40, 48, 56] {
      for value in [0, 1 << 31, 1 << 47, Int.max] {
        var changed = bytes
        for index in 0..<8 {
          changed[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
        }
        try Data(changed).write(to: URL(fileURLWithPath: file))
        #expect(try read().train.pixels == [3, 4])
      }
    }
  }

  // MARK: Files that become huge

  /// 64 MB of zeros in 64 KB: the memory is what the header states; half as much again would be too
  /// much.
  @Test func aGzippedFileTakesWhatItsHeaderNeeds() async {
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      let (side, count) = (UInt32(1_024), UInt32(64))
      try scratch.write(
        idx([count, side, side], [UInt8](repeating: 0, count: Int(count * side * side))), "a")
      let path = try scratch.gzip("a")
      // The memory used for writing it has been released and no longer counts.
      try resetPeakMemory()
      let before = peakMemory()
      let images = try IDX(path: path, rank: 3)
      #expect(images.bytes.count == 64 << 20)
      if !isAddressSanitized { #expect(peakMemory() - before < 96 << 20) }
    }
  }

  @Test func whatFollowsTheElementsIsNotGoneThrough() throws {
    let path = try scratch.write(
      idx(magic: 0x801, [1], [0]) + [UInt8](repeating: 0, count: 5 << 20), "a")
    let error = DatasetError.trailingBytes(
      path: path, expectedBytes: 9, foundBytes: 9 + (1 << 20))
    #expect(throws: error) { try IDX(path: path, rank: 1) }
    #expect(error.description.hasSuffix("found at least 1048576 more (1048585)"))
    #expect(throws: error) {
      let zipped = try scratch.gzip("a")
      rename(zipped, path)
      return try IDX(path: path, rank: 1)
    }
  }

  @Test(arguments: [
    [UInt32.max, UInt32.max, UInt32.max], [1 << 31, 1 << 31, 4], [1 << 31, 1, 1], [0, 1 << 31, 1],
  ])
  func sizesThatOverflow(sizes: [UInt32]) throws {
    let path = try scratch.write(idx(sizes, [1, 2, 3]), "a")
    #expect(throws: DatasetError.self) { try IDX(path: path, rank: 3) }
  }

  /// Each of forty files contains 16 million pixels in 16 KB, and the second has another size than
  /// the first.
  @Test func aFolderOfBombsIsRefusedByItsHeaders() async {
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      try scratch.write(Image(height: 1, width: 1, channels: 1, pixels: [0]).png, "0")
      let bomb = Image(
        height: 4_096, width: 4_096, channels: 1, pixels: [UInt8](repeating: 0, count: 1 << 24)
      ).png
      #expect(bomb.count < 100_000)
      for index in 1...40 { try scratch.write(bomb, "\(index)") }
      try resetPeakMemory()
      let before = peakMemory()
      let error = #expect(throws: DatasetError.self) { try ImageFolder(directory: scratch.path) }
      #expect(
        error
          == .sizeMismatch(
            path: scratch("1"), found: [4_096, 4_096], otherPath: scratch("0"), expected: [1, 1]))
      if !isAddressSanitized { #expect(peakMemory() - before < 32 << 20) }
    }
  }
}
