import Glibc
import Tensor

extension Image {
  /// The largest number of pixels of an image that is read: 8192×8192.
  ///
  /// It is compared with what the header says before memory is taken. Decoders take up to 6 bytes a
  /// pixel beside the result's 3, so that no file makes a reader take more than about 0.6 GB beside the
  /// file's own bytes.
  public static let largestPixelCount = 1 << 26

  /// The largest size of a file that is read, in bytes.
  public static let largestFileSize = 1 << 28

  /// Reads a file: PNG, JPEG, or binary PGM or PPM, told by its first bytes and not by its name.
  ///
  /// - PNG: grey, colour or palette, with 1 to 16 bits a value, of which the upper 8 are kept. The
  ///   values are those stored, whatever the file says of its gamma or its colour space. What is
  ///   transparent is laid over white.
  /// - JPEG: grey or colour, with any sampling factors; CMYK is refused. The orientation that a camera
  ///   notes is not heeded. Bytes that belong to nothing and the like are passed over where every pixel
  ///   is there.
  /// - PGM, PPM (Netpbm's P5 and P6): values from 0 to any maximum up to 65535 are scaled to 0…255. Of
  ///   several images in a file the first is read.
  ///
  /// - Throws: ``ImageError`` where the file cannot be read, is none of these, or is damaged; a file
  ///   that breaks off is damaged.
  public init(path: String) throws(ImageError) {
    try self.init(bytes: Image.contents(ofFileAt: Array(path.utf8CString), path), path: path)
  }

  /// Reads the bytes of such a file; the path is for what is said of it.
  public init(bytes: [UInt8], path: String) throws(ImageError) {
    switch Format(beginning: bytes) {
    case .png: try self.init(png: bytes, path: path)
    case .jpeg: try self.init(jpeg: bytes, path: path)
    case .netpbm: try self.init(netpbm: bytes, path: path)
    case nil: throw .notAnImage(path: path, found: Array(bytes.prefix(2)))
    }
  }

  /// Whether a file begins as one of the formats does.
  ///
  /// - Parameter rawPath: The path as the system takes it, with a zero at the end.
  package static func isImage(_ rawPath: [CChar]) -> Bool {
    let descriptor = open(rawPath, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return count == bytes.count && Format(beginning: bytes) != nil
  }

  /// Throws where an image of this size is not read.
  static func checkSize(height: Int, width: Int, path: String) throws(ImageError) {
    guard let count = [height, width].elementCount, count <= largestPixelCount else {
      throw .tooManyPixels(path: path, height: height, width: width)
    }
  }
}

/// The formats that are read.
private enum Format {
  case png, jpeg, netpbm

  /// Told by a file's first bytes; nil for another.
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
  /// The bytes of a file, which has to be a regular one and not all too large.
  ///
  /// - Parameters:
  ///   - rawPath: The path as the system takes it, which need not be UTF-8, with a zero at the end.
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
  // Without waiting for what a pipe's other end may never write.
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
