import Foundation

/// The maximum size in bytes of a text or table, 4 GiB, so that a small gzipped file cannot fill
/// the memory.
let largestFile = 1 << 32

/// Returns the bytes of a file, unpacked if it is gzipped.
///
/// Throws a ``DatasetError`` for a file that is missing, unreadable, damaged or too large, and for
/// a device or a pipe, which may never end.
func contents(of path: String) throws -> [UInt8] {
  var status = stat()
  if stat(path, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) {
    throw DatasetError.unreadable(path: path, reason: "it is not a regular file")
  }
  let reader = try InflatingReader(path: path)
  let bytes = try reader.read(upTo: largestFile)
  guard try bytes.count < largestFile || reader.drain(atMost: 1) == 0 else {
    throw DatasetError.tooLong(path: path, limit: largestFile)
  }
  return bytes
}
