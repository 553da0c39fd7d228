import Files
import Images

/// Decodes the images of a folder, several at a time, using memory that does not depend on the
/// claims of their headers.
///
/// Forty files of 64 KB can each hold 67 million black pixels. So a header is read first; a file
/// whose size differs from the others is rejected because of it, and a large one waits until the
/// others are decoded.
struct ImageDecoding {
  /// The side of the square that each image is scaled to fill; nil to leave images unchanged.
  let side: Int?
  private let damaged: DamagedImages
  /// The size that all unscaled images must have and the file that determines it, once they are
  /// known.
  private var expected: (height: Int, width: Int, path: RawPath)?
  private let budget = MemoryBudget(640 << 20)

  /// Prepares the decoding of the images in these files, at least one.
  ///
  /// - Parameters:
  ///   - side: The side of the square that each image is scaled to fill; nil to leave images
  ///     unchanged.
  ///   - paths: The files; the first valid image determines the size of the others.
  ///   - damaged: How to treat files that cannot be decoded.
  init(side: Int?, paths: [RawPath], _ damaged: DamagedImages) throws(ImageError) {
    self.side = side
    self.damaged = damaged
    // The header of a file that may be left out is not reliable.
    if side == nil, damaged == .error, let size = Image.size(ofFile: try Image.contents(paths[0])) {
      expected = (size.height, size.width, paths[0])
    }
  }

  /// Uses the size of the first image for all, unless it is known.
  mutating func expect(sizeOf image: Image, at path: RawPath) {
    if side == nil, expected == nil { expected = (image.height, image.width, path) }
  }

  /// The number of images decoded before they are added to the others: enough to keep the threads
  /// busy if they are small, and at most 256 MB.
  var portion: Int {
    guard let size = side.map({ ($0, $0) }) ?? expected.map({ ($0.height, $0.width) }) else {
      return 4
    }
    let byteCount = Image.decodingMemory(height: size.0, width: size.1) / 3
    return max(1, min(256, (256 << 20) / byteCount))
  }

  /// The image in a file.
  ///
  /// - Throws: `DatasetError` if its size differs from the first image's, `ImageError` if it is not
  ///   an image. If damaged files are left out, a damaged file is reported as damaged whatever size
  ///   its header claims.
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

  /// Throws if the size of an image differs from the first one's, once that is known.
  func check(_ height: Int, _ width: Int, _ path: RawPath) throws(DatasetError) {
    guard let expected, (height, width) != (expected.height, expected.width) else { return }
    throw .sizeMismatch(
      path: path.description, found: [height, width], otherPath: expected.path.description,
      expected: [expected.height, expected.width])
  }
}
