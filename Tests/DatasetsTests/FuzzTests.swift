import Datasets
import Files
import Foundation
import Fuzzing
import Images
import Testing

/// Broken IDX files, raw and gzipped, and files of the image cache: no reader crashes, hangs or
/// uses more memory than it should.
@Suite struct FuzzTests {
  @Test(.timeLimit(.minutes(60)), arguments: [false, true])
  func brokenIDXFiles(isGzipped: Bool) async {
    await #expect(processExitsWith: .success) { [isGzipped] in
      let files = [[40], [5, 4, 3], [1, 1, 1]].map { (shape: [UInt32]) -> StructuredFile in
        let count = Int(shape.reduce(1, *))
        let magic = UInt32(0x800 + shape.count)
        return .idx(
          idx(magic: magic, shape, (0..<count).map { UInt8($0 * 7 % 251) }), isGzipped: isGzipped)
      }
      var mutator = Mutator(of: files, seed: isGzipped ? 2 : 1)
      var count = 0
      let outcome = try fuzz(isGzipped ? "IDX.gz" : "IDX") {
        mutator.next()
      } read: { path in
        count += 1
        let rank = count % 2 == 0 ? 3 : 1
        let array = try IDX(path: path, rank: rank)
        precondition(
          array.bytes.count == array.shape.reduce(1, *) && array.shape.count == rank,
          "\(array.shape)")
      }
      #expect(outcome.isGood, "\(outcome)")
    }
  }

  @Test(.timeLimit(.minutes(60))) func brokenCaches() async {
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      try scratch.makeFolder("images")
      let image = Image(height: 2, width: 3, channels: 1, pixels: [1, 2, 3, 4, 5, 6])
      try scratch.write(image.png, "images/a")
      // Files that have just changed are not cached.
      usleep(1_100_000)
      func read() throws -> ImageFolder {
        try ImageFolder(directory: scratch("images"), cache: ImageCache(folder: scratch("cache")))
      }
      guard let file = try read().cacheFile else { throw CocoaError(.fileNoSuchFile) }
      let whole = try Data(contentsOf: URL(fileURLWithPath: file))
      var mutator = Mutator(of: [cacheFile([UInt8](whole), pixelCount: 6)], seed: 3)
      let outcome = try fuzz("image cache") {
        mutator.next()
      } read: { path in
        rename(path, file)
        let images = try read().train
        // Images that are accepted come from these files; anything else is decoded again.
        precondition(
          images.count == 1
            && images.pixels.count == images.height * images.width * images.channels, "")
        if images.pixels != image.pixels { throw CocoaError(.fileReadCorruptFile) }
      }
      #expect(outcome.excess <= 64 << 20 && outcome.refusedCount > 0, "\(outcome)")
    }
  }
}

/// A file of the cache in its parts: the name of the format, four numbers, the manifest, and the
/// pixels with their checksum.
private func cacheFile(_ file: [UInt8], pixelCount: Int) -> StructuredFile {
  let numbers = (0..<4).map { index in
    Part.number(
      file[32 + 8 * index..<40 + 8 * index].reversed().reduce(0) { $0 << 8 | UInt64($1) }, width: 8,
      isBigEndian: false)
  }
  let end = file.count - 4
  let rest = [file[64..<end - pixelCount], file[end - pixelCount..<end]].map {
    Part.bytes(Array($0))
  }
  return StructuredFile([.bytes(Array(file[..<32]))] + numbers + rest) { contents in
    let bytes = contents.flatMap(\.self)
    var checksum = Checksum()
    checksum.add(bytes)
    return bytes + (0..<4).map { UInt8(truncatingIfNeeded: checksum.value >> (8 * $0)) }
  }
}
