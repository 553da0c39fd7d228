import Files
import Glibc
import NN

/// What can be wrong with data from outside: the files of a data set, or what is asked of it.
///
/// Every case carries the values found; the description is one line for a person, naming the file,
/// what was expected and what was found.
public enum DatasetError: Error, Equatable, Sendable {
  // MARK: Files

  /// There is no file at `path`.
  case missingFile(path: String)
  /// Some of a data set's files are not in their folder under any of the names they go by.
  case missingFiles(directory: String, missing: [String], tried: [String])
  /// A folder has image files instead of a data set's files, which can be made of them.
  case imagesInPlaceOfMNIST(directory: String)
  /// The file or folder cannot be read, for the reason that the system gives.
  case unreadable(path: String, reason: String)
  /// The gzip stream breaks off or fails its checksum; `reason` is zlib's.
  case damagedGzip(path: String, reason: String)

  // MARK: IDX

  /// The file does not begin as an IDX file of unsigned bytes does.
  case wrongMagic(path: String, expected: UInt32, found: UInt32)
  /// The file is IDX, but its elements are of another type than unsigned bytes (code 0x08).
  case unsupportedElementType(path: String, found: UInt8)
  /// The file is IDX, with another number of dimensions than expected.
  case wrongRank(path: String, expected: Int, found: Int)
  /// A dimension in the header is zero.
  case empty(path: String, shape: [Int])
  /// The dimensions in the header multiply to more bytes than are read, ``IDX/largestCount``.
  case tooLarge(path: String, shape: [Int])
  /// The file ends before what its header promises; the header counts among the bytes.
  case truncated(path: String, expectedBytes: Int, foundBytes: Int)
  /// The file goes on after what its header promises; the header counts among the bytes, and of those
  /// behind at most 2²⁰ are counted.
  case trailingBytes(path: String, expectedBytes: Int, foundBytes: Int)

  // MARK: Images

  /// There are no files in the folder.
  case noImages(directory: String)

  // MARK: Files that do not fit each other

  /// There are not as many labels as images.
  case countMismatch(imagesPath: String, images: Int, labelsPath: String, labels: Int)
  /// The image or images are of another size, [height, width] in pixels, than those in another file.
  case sizeMismatch(path: String, found: [Int], otherPath: String, expected: [Int])

  // MARK: Batches

  /// A batch must hold at least one example.
  case batchSizeTooSmall(found: Int)
  /// The limit must leave at least one example.
  case limitTooSmall(found: Int, of: Noun = .image)
  /// The limit asks for more examples than there are.
  case limitBeyondData(limit: Int, count: Int, of: Noun = .image)
  /// Something is asked of other data that only images have.
  case expectedImages(for: String, found: Noun)

  // MARK: Any file

  /// The file has more bytes than are read, unpacked where it is gzipped.
  case tooLong(path: String, limit: Int)
  /// There is no file, folder or data of the program's own of that name; the suggestion is the nearest one.
  case unknownData(choice: String, suggestion: String?)
}

extension DatasetError {
  /// Whether a file or folder is not there or cannot be read, and not that its contents are wrong.
  ///
  /// Scripts tell the two apart by the exit code: a missing file may be there on the next try.
  public var isMissingInput: Bool {
    switch self {
    case .missingFile, .missingFiles, .unreadable, .unknownData: true
    default: false
    }
  }
}

extension DatasetError: FileReadingError {
  /// The file is not there or cannot be read; the code is the system's `errno`.
  package static func unreadable(path: String, code: Int32) -> DatasetError {
    code == ENOENT
      ? .missingFile(path: path) : .unreadable(path: path, reason: systemMessage(code))
  }

  /// The file is not what can be read.
  package static func damaged(path: String, reason: String) -> DatasetError {
    .unreadable(path: path, reason: reason)
  }
}

extension DatasetError: CustomStringConvertible {
  /// One line for a person: the file, what was expected, what was found.
  public var description: String {
    switch self {
    case .missingFile(let path):
      "\(path): no such file"
    case .missingFiles(let directory, let missing, let tried):
      "\(directory): expected the four files of MNIST, found no \(missing.joined(separator: ", no "))"
        + " (tried \(tried.joined(separator: ", ")), each also with .gz)"
    case .imagesInPlaceOfMNIST(let directory):
      "\(directory): expected the four files of MNIST, found images; to train on them:"
        + " --data \(shellWord(directory)), and where they are of several sizes --image-size N"
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

/// Returns dimensions as they are written: `60000×28×28`.
private func product(_ shape: [Int]) -> String {
  shape.map(String.init).joined(separator: "×")
}

/// A text as a shell takes it for one word.
private func shellWord(_ text: String) -> String {
  let isPlain = text.utf8.allSatisfy { byte in
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
      || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "/._-+:,@%".utf8.contains(byte)
  }
  return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
}
