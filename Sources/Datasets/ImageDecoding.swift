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
  /// The file that says what size all have that stay as they are.
  let firstPath: RawPath
  /// That size, once it is known.
  private(set) var expected: (height: Int, width: Int)?
  private let budget = MemoryBudget(640 << 20)

  /// Prepares the decoding of the images of these files, of which there is at least one.
  ///
  /// - Parameters:
  ///   - side: The side of the square that each image is made to fill; nil to leave them as they are.
  ///   - paths: The files; the first of them that is an image says what size the others have.
  ///   - damaged: What is done about files that cannot be decoded.
  init(side: Int?, paths: [RawPath], _ damaged: DamagedImages) throws(ImageError) {
    self.side = side
    firstPath = paths[0]
    if let side {
      expected = (side, side)
      return
    }
    // Of one that is left out, the size says nothing.
    if damaged == .error { expected = Image.size(ofFile: try Image.contents(firstPath)) }
  }

  /// How many images are to be decoded before they are put to the others: enough to keep the threads
  /// busy where they are small, and no more than take 256 MB.
  var portion: Int {
    guard let expected else { return 4 }
    let byteCount = Image.decodingMemory(height: expected.height, width: expected.width) / 3
    return max(1, min(256, (256 << 20) / byteCount))
  }

  /// The image in a file.
  ///
  /// - Throws: `DatasetError` where it is of another size than the first, `ImageError` where it is none.
  func image(at path: RawPath) throws -> Image {
    let bytes = try Image.contents(path)
    let size = Image.size(ofFile: bytes)
    if let size { try check(size, path.description) }
    let need = size.map { Image.decodingMemory(height: $0.height, width: $0.width) } ?? 0
    return try budget.using(need) {
      let image = try Image(bytes: bytes, path: path.description).withFewestChannels
      try check((image.height, image.width), path.description)
      return side.map { image.resized(toFill: $0) } ?? image
    }
  }

  private func check(_ found: (height: Int, width: Int), _ path: String) throws(DatasetError) {
    guard side == nil, let expected, found != expected else { return }
    throw .sizeMismatch(
      path: path, found: [found.height, found.width], otherPath: firstPath.description,
      expected: [expected.height, expected.width])
  }
}
