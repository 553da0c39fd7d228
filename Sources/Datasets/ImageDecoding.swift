import Files
import Images

/// Decodes the images of a folder, several at a time, in memory that does not depend on what their headers
/// promise.
///
/// Forty files of 64 KB can each hold 67 million black pixels. So a header is read first; a file of
/// another size than the others is refused by it, and a large one waits until the others are decoded.
struct ImageDecoding {
  /// The side of the square that each image is made to fill; nil where they stay as they are.
  let side: Int?
  private let damaged: DamagedImages
  /// The size that all have that stay as they are, and the file that says so, once they are known.
  private var expected: (height: Int, width: Int, path: RawPath)?
  private let budget = MemoryBudget(640 << 20)

  /// Prepares the decoding of the images of these files, of which there is at least one.
  ///
  /// - Parameters:
  ///   - side: The side of the square that each image is made to fill; nil to leave them as they are.
  ///   - paths: The files; the first of them that is an image says what size the others have.
  ///   - damaged: What is done about files that cannot be decoded.
  init(side: Int?, paths: [RawPath], _ damaged: DamagedImages) throws(ImageError) {
    self.side = side
    self.damaged = damaged
    // Of one that may be left out, the header says nothing.
    if side == nil, damaged == .error, let size = Image.size(ofFile: try Image.contents(paths[0])) {
      expected = (size.height, size.width, paths[0])
    }
  }

  /// Takes the size of the first image for that of all, unless it is known.
  mutating func expect(sizeOf image: Image, at path: RawPath) {
    if side == nil, expected == nil { expected = (image.height, image.width, path) }
  }

  /// How many images are to be decoded before they are put to the others: enough to keep the threads
  /// busy where they are small, and no more than take 256 MB.
  var portion: Int {
    guard let size = side.map({ ($0, $0) }) ?? expected.map({ ($0.height, $0.width) }) else {
      return 4
    }
    let byteCount = Image.decodingMemory(height: size.0, width: size.1) / 3
    return max(1, min(256, (256 << 20) / byteCount))
  }

  /// The image in a file.
  ///
  /// - Throws: `DatasetError` where it is of another size than the first, `ImageError` where it is none.
  ///   Where damaged files are left out, one is damaged whatever its header says of its size.
  func image(at path: RawPath) throws -> Image {
    let bytes = try Image.contents(path)
    let size = Image.size(ofFile: bytes)
    if let size, damaged == .error { try check(size.height, size.width, path) }
    let need = size.map { Image.decodingMemory(height: $0.height, width: $0.width) } ?? 0
    return try budget.using(need) {
      let image = try Image(bytes: bytes, path: path.description).withFewestChannels
      try check(image.height, image.width, path)
      return side.map { image.resized(toFill: $0) } ?? image
    }
  }

  /// Throws where an image is of another size than the first, once that is known.
  func check(_ height: Int, _ width: Int, _ path: RawPath) throws(DatasetError) {
    guard let expected, (height, width) != (expected.height, expected.width) else { return }
    throw .sizeMismatch(
      path: path.description, found: [height, width], otherPath: expected.path.description,
      expected: [expected.height, expected.width])
  }
}
