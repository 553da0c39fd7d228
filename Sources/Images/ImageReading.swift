import Glibc
import Tensor

extension Image {
  /// The maximum number of pixels in an image: 8192×8192.
  ///
  /// It is compared with the header before memory is allocated. Decoders take up to 6 bytes per
  /// pixel in addition to the result's 3, so that no file makes a reader use more than about 0.6 GB
  /// besides the file's own bytes.
  public static let largestPixelCount = 1 << 26

  /// The maximum size of a file in bytes.
  public static let largestFileSize = 1 << 28

  /// Reads a PNG, JPEG, or binary PGM or PPM file, recognised by its first bytes rather than its
  /// name.
  ///
  /// - PNG: grey, colour or palette, with 1 to 16 bits per value, of which the upper 8 are kept.
  ///   Values are used as stored, whatever gamma or colour space the file declares. Transparency is
  ///   composited over white.
  /// - JPEG: grey or colour, with any sampling factors; CMYK is rejected. The orientation noted by
  ///   a camera is ignored. Stray bytes and similar defects are skipped as long as every pixel is
  ///   present.
  /// - PGM, PPM (Netpbm's P5 and P6): values from 0 to any maximum up to 65535 are scaled to 0…255.
  ///   The first of several images in a file is read.
  ///
  /// - Throws: ``ImageError`` if the file cannot be read, has none of these formats, or is damaged;
  ///   a truncated file is damaged.
  public init(path: String) throws(ImageError) {
    try self.init(bytes: Image.contents(ofFileAt: Array(path.utf8CString), path), path: path)
  }

  /// Decodes the bytes of such a file; the path is for error messages.
  public init(bytes: [UInt8], path: String) throws(ImageError) {
    switch Format(beginning: bytes) {
    case .png: try self.init(png: bytes, path: path)
    case .jpeg: try self.init(jpeg: bytes, path: path)
    case .netpbm: try self.init(netpbm: bytes, path: path)
    case nil: throw .notAnImage(path: path, found: Array(bytes.prefix(2)))
    }
  }

  /// Whether a file begins like one of the formats.
  ///
  /// - Parameter rawPath: The path for the system, with a zero at the end.
  package static func isImage(_ rawPath: [CChar]) -> Bool {
    let descriptor = open(rawPath, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return count == bytes.count && Format(beginning: bytes) != nil
  }

  /// Throws if an image of this size exceeds the limits.
  static func checkSize(height: Int, width: Int, path: String) throws(ImageError) {
    guard let count = [height, width].elementCount, count <= largestPixelCount else {
      throw .tooManyPixels(path: path, height: height, width: width)
    }
  }
}

/// The supported formats.
private enum Format {
  case png, jpeg, netpbm

  /// Recognises a format by a file's first bytes; nil for any other.
  init?(beginning bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: Array("P5".utf8)) || bytes.starts(with: Array("P6".utf8)) {
      self = .netpbm
    } else {
      return nil
    }
  }
}

extension Image {
  /// The bytes of a regular file that is not too large.
  ///
  /// - Parameters:
  ///   - rawPath: The path for the system, which need not be UTF-8, with a zero at the end.
  ///   - path: The path as text, for errors.
  package static func contents(
    ofFileAt rawPath: [CChar], _ path: String
  ) throws(ImageError) -> [UInt8] {
    try regularFile(rawPath, path)
  }
}

/// The bytes of a regular file.
private func regularFile(
  _ rawPath: [CChar], _ path: String
) throws(ImageError) -> [UInt8] {
  // Does not wait for a pipe's other end, which may never write.
  let descriptor = open(rawPath, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
  guard descriptor >= 0 else { throw unreadable(path, errno) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw status.st_mode & S_IFMT == S_IFDIR
      ? unreadable(path, EISDIR) : .unreadable(path: path, reason: "Not a regular file")
  }
  let size = Int(status.st_size)
  guard size <= Image.largestFileSize else { throw .fileTooLarge(path: path, bytes: size) }

  var code: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while count < size {
      let found = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
      if found < 0, errno == EINTR { continue }
      if found < 0 { code = errno }
      if found <= 0 { break }
      count += found
    }
  }
  guard code == 0 else { throw unreadable(path, code) }
  return bytes
}

private func unreadable(_ path: String, _ code: Int32) -> ImageError {
  .unreadable(path: path, reason: String(cString: strerror(code)))
}
