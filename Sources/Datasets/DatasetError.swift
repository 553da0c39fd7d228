import Files
import Glibc
import NN

/// An error in data from outside: in the files of a data set, or in what is requested of it.
///
/// Every case carries the values found; the description is one line that names the file, what was
/// expected and what was found.
public enum DatasetError: Error, Equatable, Sendable {
  // MARK: Files

  /// There is no file at `path`.
  case missingFile(path: String)
  /// Some of a data set's files are missing from their folder under all their names.
  case missingFiles(directory: String, missing: [String], tried: [String])
  /// A folder has image files instead of the files of a data set in MNIST's format.
  case imagesInPlaceOfMNIST(directory: String)
  /// The file or folder cannot be read, for the system's reason.
  case unreadable(path: String, reason: String)
  /// The gzip stream is truncated or fails its checksum; `reason` is zlib's.
  case damagedGzip(path: String, reason: String)

  // MARK: IDX

  /// The file does not begin like an IDX file of unsigned bytes.
  case wrongMagic(path: String, expected: UInt32, found: UInt32)
  /// The file is IDX, but its elements are not unsigned bytes (code 0x08).
  case unsupportedElementType(path: String, found: UInt8)
  /// The file is IDX, with another number of dimensions than expected.
  case wrongRank(path: String, expected: Int, found: Int)
  /// A dimension in the header is zero.
  case empty(path: String, shape: [Int])
  /// The dimensions in the header multiply to more bytes than the limit, ``IDX/largestCount``.
  case tooLarge(path: String, shape: [Int])
  /// The file is shorter than its header promises; the counts include the header.
  case truncated(path: String, expectedBytes: Int, foundBytes: Int)
  /// The file is longer than its header promises; the counts include the header, and at most 2²⁰
  /// excess bytes are counted.
  case trailingBytes(path: String, expectedBytes: Int, foundBytes: Int)

  // MARK: Images

  /// There are no files in the folder.
  case noImages(directory: String)

  // MARK: Inconsistent files

  /// The numbers of images and labels differ.
  case countMismatch(imagesPath: String, images: Int, labelsPath: String, labels: Int)
  /// The size of the images, [height, width] in pixels, differs from that in another file.
  case sizeMismatch(path: String, found: [Int], otherPath: String, expected: [Int])

  // MARK: Batches

  /// A batch must hold at least one example.
  case batchSizeTooSmall(found: Int)
  /// The limit must leave at least one example.
  case limitTooSmall(found: Int, of: Noun = .image)
  /// The limit exceeds the number of examples.
  case limitBeyondData(limit: Int, count: Int, of: Noun = .image)
  /// An option for images is used with other data.
  case expectedImages(for: String, found: Noun)

  // MARK: Any file

  /// The file is larger than the limit, after unpacking if it is gzipped.
  case tooLong(path: String, limit: Int)
  /// There is no such file, folder or data set of the program; the suggestion is the nearest name.
  case unknownData(choice: String, suggestion: String?)
}

extension DatasetError {
  /// Whether a file or folder is missing or unreadable, as opposed to having wrong contents.
  ///
  /// Scripts distinguish the two by the exit code: a missing file may be there on the next try.
  public var isMissingInput: Bool {
    switch self {
    case .missingFile, .missingFiles, .unreadable, .unknownData: true
    default: false
    }
  }
}

extension DatasetError: FileReadingError {
  /// The file is missing or cannot be read; the code is the system's `errno`.
  package static func unreadable(path: String, code: Int32) -> DatasetError {
    code == ENOENT
      ? .missingFile(path: path) : .unreadable(path: path, reason: systemMessage(code))
  }

  /// The contents of the file are invalid.
  package static func damaged(path: String, reason: String) -> DatasetError {
    .unreadable(path: path, reason: reason)
  }
}

extension DatasetError: CustomStringConvertible {
  /// One line with the file, what was expected and what was found.
  public var description: String {
    switch self {
    case .missingFile(let path):
      "\(path): no such file"
    case .missingFiles(let directory, let missing, let tried):
      "\(directory): expected the four files of MNIST, found no \(missing.joined(separator: ", no "))"
        + " (tried \(tried.joined(separator: ", ")), each also with .gz)"
    case .imagesInPlaceOfMNIST(let directory):
      "\(directory): expected the four files of MNIST, found images; to train on these:"
        + " --data \(shellWord(directory)), and if their sizes differ --image-size N"
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .damagedGzip(let path, let reason):
      "\(path): the gzip data is damaged: \(reason)"

    case .wrongMagic(let path, let expected, let found):
      "\(path): expected the magic number \(hexadecimal(expected)), found \(hexadecimal(found))"
    case .unsupportedElementType(let path, let found):
      "\(path): expected elements of type 0x08 (unsigned byte), found type \(hexadecimal(found))"
    case .wrongRank(let path, let expected, let found):
      "\(path): expected \(expected) \(expected == 1 ? "dimension" : "dimensions"), found \(found)"
    case .empty(let path, let shape):
      "\(path): expected at least one element, found dimensions \(product(shape))"
    case .tooLarge(let path, let shape):
      "\(path): expected at most \(IDX.largestCount) bytes, found by the header \(product(shape))"
    case .truncated(let path, let expected, let found):
      "\(path): expected \(expected) bytes by its header, found \(found)"
    case .trailingBytes(let path, let expected, let found):
      "\(path): expected \(expected) bytes by its header, found"
        + (found - expected < IDX.largestTrailingCount ? "" : " at least")
        + " \(found - expected) more (\(found))"

    case .noImages(let directory):
      "\(directory): expected images as PNG, JPEG, PGM or PPM files, found no files"

    case .countMismatch(let imagesPath, let images, let labelsPath, let labels):
      "\(labelsPath): expected a label for each of the \(images) images in \(imagesPath),"
        + " found \(labels)"
    case .sizeMismatch(let path, let found, let otherPath, let expected):
      "\(path): expected images of \(product(expected)) pixels as in \(otherPath),"
        + " found \(product(found))"

    case .batchSizeTooSmall(let found):
      "batch size: expected at least 1, found \(found)"
    case .limitTooSmall(let found, let noun):
      "limit: expected at least 1 \(noun.singular), found \(found)"
    case .limitBeyondData(let limit, let count, let noun):
      "limit: expected at most the \(count) \(noun(count)) of the data set, found \(limit)"
    case .expectedImages(let what, let noun):
      "\(what): expected images, found \(noun.plural)"

    case .tooLong(let path, let limit):
      "\(path): expected at most \(limit) bytes, found more"
    case .unknownData(let choice, let suggestion):
      "\(choice): no such file, folder or data"
        + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
    }
  }
}

/// Returns `value` as `0x` and all its digits.
private func hexadecimal(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
  let digits = String(value, radix: 16, uppercase: true)
  return "0x" + String(repeating: "0", count: value.bitWidth / 4 - digits.count) + digits
}

/// Formats dimensions: `60000×28×28`.
private func product(_ shape: [Int]) -> String {
  shape.map(String.init).joined(separator: "×")
}

/// A text quoted as one word for a shell.
private func shellWord(_ text: String) -> String {
  let isPlain = text.utf8.allSatisfy { byte in
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
      || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "/._-+:,@%".utf8.contains(byte)
  }
  return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
}
