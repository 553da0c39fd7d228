import Datasets
import Files
import Foundation
import Testing

@Suite struct IDXTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func readsRawFile() throws {
    let path = try scratch.write(idx([2, 1, 3], [1, 2, 3, 4, 5, 255]), "images")
    let images = try IDX(path: path, rank: 3)
    #expect(images.shape == [2, 1, 3])
    #expect(images.bytes == [1, 2, 3, 4, 5, 255])
  }

  @Test func readsGzippedFile() throws {
    let content = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    try scratch.write(idx([1000, 20, 20], content), "images")
    let images = try IDX(path: try scratch.gzip("images"), rank: 3)
    #expect(images.shape == [1000, 20, 20])
    #expect(images.bytes == content)
  }

  @Test func readsRawFileThatIsCalledGzipped() throws {
    let path = try scratch.write(idx(magic: 0x801, [3], [7, 8, 9]), "labels.gz")
    #expect(try IDX(path: path, rank: 1) == IDX(shape: [3], bytes: [7, 8, 9]))
  }

  @Test func readsManyRanks() throws {
    let path = try scratch.write(idx(magic: 0x804, [1, 2, 1, 2], [1, 2, 3, 4]), "four")
    #expect(try IDX(path: path, rank: 4).shape == [1, 2, 1, 2])
  }

  // MARK: Bad input

  @Test func missingFile() {
    let path = scratch("nothing")
    #expect(throws: DatasetError.missingFile(path: path)) { try IDX(path: path, rank: 3) }
  }

  @Test func folderInPlaceOfFile() {
    let reason = "expected a regular file, found a folder"
    #expect(throws: DatasetError.unreadable(path: scratch.path, reason: reason)) {
      try IDX(path: scratch.path, rank: 3)
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything")) func unreadableFile() throws {
    let path = try scratch.write(idx([1, 1, 1], [0]), "images")
    chmod(path, 0)
    #expect(throws: DatasetError.unreadable(path: path, reason: "Permission denied")) {
      try IDX(path: path, rank: 3)
    }
  }

  @Test func wrongMagic() throws {
    let path = try scratch.write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "image.png")
    let error = DatasetError.wrongMagic(path: path, expected: 0x803, found: 0x8950_4E47)
    #expect(throws: error) { try IDX(path: path, rank: 3) }
    #expect(
      error.description
        == "\(path): expected the magic number 0x00000803, found 0x89504E47")
  }

  @Test func floatingPointElements() throws {
    let path = try scratch.write(idx(magic: 0x0D03, [1, 1, 1], [0, 0, 0, 0]), "floats")
    let error = DatasetError.unsupportedElementType(path: path, found: 0x0D)
    #expect(throws: error) { try IDX(path: path, rank: 3) }
    #expect(
      error.description
        == "\(path): expected elements of type 0x08 (unsigned byte), found type 0x0D")
  }

  @Test func labelsInPlaceOfImages() throws {
    let path = try scratch.write(idx(magic: 0x801, [2], [1, 2]), "labels")
    let error = DatasetError.wrongRank(path: path, expected: 3, found: 1)
    #expect(throws: error) { try IDX(path: path, rank: 3) }
    #expect(error.description == "\(path): expected 3 dimensions, found 1")
  }

  @Test(arguments: [0, 3, 4, 15]) func headerBreaksOff(length: Int) throws {
    let path = try scratch.write(Array(idx([2, 2, 2], []).prefix(length)), "images")
    #expect(
      throws: DatasetError.truncated(path: path, expectedBytes: 16, foundBytes: length)
    ) { try IDX(path: path, rank: 3) }
  }

  @Test(arguments: [false, true]) func headerPromisesTooMuch(isGzipped: Bool) throws {
    var path = try scratch.write(idx([2, 2, 2], [1, 2, 3, 4, 5]), "images")
    if isGzipped { path = try scratch.gzip("images") }
    let error = DatasetError.truncated(path: path, expectedBytes: 24, foundBytes: 21)
    #expect(throws: error) { try IDX(path: path, rank: 3) }
    #expect(error.description == "\(path): expected 24 bytes by its header, found 21")
  }

  @Test func hostileHeaderTakesNoMemory() throws {
    let path = try scratch.write(idx([1_024, 2_048, 2_048], [1, 2, 3]), "images")
    let before = try virtualMemoryPeak()
    #expect(
      throws: DatasetError.truncated(path: path, expectedBytes: 16 + 1 << 32, foundBytes: 19)
    ) { try IDX(path: path, rank: 3) }
    #expect(try virtualMemoryPeak() - before < 1 << 30)
  }

  // The second product overflows an Int, the third is one more than the reader accepts.
  @Test(arguments: [
    [4_294_967_295, 4_294_967_295, 4_294_967_295], [3, 4_294_967_295, 4_294_967_295],
    [641, 1, 6_700_417],
  ])
  func dimensionsThatOverflow(shape: [Int]) throws {
    let path = try scratch.write(idx(shape.map(UInt32.init), [1]), "images")
    let error = DatasetError.tooLarge(path: path, shape: shape)
    #expect(throws: error) { try IDX(path: path, rank: 3) }
    let product = "\(shape[0])×\(shape[1])×\(shape[2])"
    #expect(
      error.description
        == "\(path): expected at most 4294967296 bytes, found by the header \(product)")
  }

  @Test(arguments: [false, true]) func trailingBytes(isGzipped: Bool) throws {
    var path = try scratch.write(idx([1, 2, 2], [1, 2, 3, 4, 5, 6]), "images")
    if isGzipped { path = try scratch.gzip("images") }
    let error = DatasetError.trailingBytes(path: path, expectedBytes: 20, foundBytes: 22)
    #expect(throws: error) { try IDX(path: path, rank: 3) }
    #expect(error.description == "\(path): expected 20 bytes by its header, found 2 more (22)")
  }

  @Test(arguments: [12, 1_000, 1]) func truncatedGzip(missing: Int) throws {
    let content = (0..<9_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    try scratch.write(idx([10, 30, 30], content), "images")
    let whole = try scratch.gzip("images")
    let bytes = try scratch.read("images.gz")
    let path = try scratch.write(bytes.dropLast(missing), "cut.gz")
    #expect(throws: Never.self) { try IDX(path: whole, rank: 3) }
    let error = DatasetError.damagedGzip(path: path, reason: "unexpected end of file")
    #expect(throws: error) { try IDX(path: path, rank: 3) }
    #expect(error.description == "\(path): the gzip data is damaged: unexpected end of file")
  }

  @Test func gzipWithWrongChecksum() throws {
    try scratch.write(idx([1, 2, 2], [1, 2, 3, 4]), "images")
    try scratch.gzip("images")
    var bytes = try scratch.read("images.gz")
    bytes[bytes.count - 6] ^= 1
    let path = try scratch.write(bytes, "wrong.gz")
    #expect(throws: DatasetError.damagedGzip(path: path, reason: "incorrect data check")) {
      try IDX(path: path, rank: 3)
    }
  }

  @Test(arguments: [[0, 28, 28], [3, 0, 28], [3, 28, 0]]) func noElements(shape: [Int]) throws {
    let path = try scratch.write(idx(shape.map(UInt32.init), []), "images")
    #expect(throws: DatasetError.empty(path: path, shape: shape)) { try IDX(path: path, rank: 3) }
  }

  @Test func zeroImagesIsSaid() {
    #expect(
      DatasetError.empty(path: "a", shape: [0, 28, 28]).description
        == "a: expected at least one element, found dimensions 0×28×28")
  }

  // MARK: Writing

  @Test func writesWhatTheFormatSays() throws {
    try IDX(shape: [2, 1, 3], bytes: [1, 2, 3, 4, 5, 6]).write(to: scratch("images"))
    #expect(try scratch.read("images") == idx([2, 1, 3], [1, 2, 3, 4, 5, 6]))
    try IDX(shape: [300], bytes: [UInt8](repeating: 9, count: 300)).write(to: scratch("labels"))
    #expect(
      try scratch.read("labels").prefix(9) == [0, 0, 8, 1, 0, 0, 1, 44, 9])
    #expect(try scratch.contents == ["images", "labels"])
  }

  @Test func replacesWhatIsThere() throws {
    try scratch.write([1, 2, 3], "labels")
    try IDX(shape: [1], bytes: [9]).write(to: scratch("labels"))
    #expect(try IDX(path: scratch("labels"), rank: 1).bytes == [9])
  }

  @Test func writingIntoMissingFolder() {
    let path = scratch("nowhere/labels")
    #expect(throws: OutputError.cannotWrite(path: path, code: ENOENT)) {
      try IDX(shape: [1], bytes: [9]).write(to: path)
    }
  }

  @Test func failedRenameLeavesNothingBehind() throws {
    let path = scratch("folder")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    #expect(throws: OutputError.cannotWrite(path: path, code: EISDIR)) {
      try IDX(shape: [1], bytes: [9]).write(to: path)
    }
    #expect(try scratch.contents == ["folder"])
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere")) func unwritableFolder() throws {
    chmod(scratch.path, 0o555)
    defer { chmod(scratch.path, 0o755) }
    let path = scratch("labels")
    #expect(throws: OutputError.cannotWrite(path: path, code: EACCES)) {
      try IDX(shape: [1], bytes: [9]).write(to: path)
    }
  }
}

/// The peak address space of the process, in bytes.
private func virtualMemoryPeak() throws -> Int {
  let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") })
  return try #require(Int(line.split(whereSeparator: { !$0.isNumber })[0])) * 1_024
}
