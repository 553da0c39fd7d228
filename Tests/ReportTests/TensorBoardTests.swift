import Foundation
import Images
import TestSupport
import Testing
import Training

@testable import Report

/// Event files, byte by byte; `scripts/check-tensorboard` reads one with TensorBoard itself.
@Suite struct TensorBoardTests {
  /// The first four are those of RFC 3720, appendix B.4.
  private static let checksums: [(bytes: [UInt8], checksum: UInt32)] = [
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    ([UInt8](0..<32), 0x46DD_794E),
    ([UInt8](0..<32).reversed(), 0x113F_DB5C),
    ([UInt8]("123456789".utf8), 0xE306_9283),
    ([], 0),
  ]

  @Test(arguments: checksums)
  func checksumsAreThoseOfCastagnolisPolynomial(bytes: [UInt8], checksum: UInt32) {
    #expect(crc32c(bytes) == checksum)
  }

  /// Records as written by TensorBoard's own `RecordWriter`.
  @Test(arguments: [
    ("", "000000000000000029039807d8ea82a2"),
    ("hello", "0500000000000000eab2043e68656c6c6fbb1f1c19"),
  ])
  func recordsAreFramedByLengthAndChecksums(text: String, bytes: String) {
    #expect(hexadecimal(tensorFlowRecord(Array(text.utf8))) == bytes)
  }

  /// Messages as written by Python's package `protobuf`.
  @Test func messagesAreInTheWireFormatOfProtocolBuffers() {
    let event: [ProtocolField] = [
      .double(1, 1.5), .integer(2, 300),
      .message(5, [.message(1, [.text(1, "test_loss"), .single(2, 104.5)])]),
    ]
    #expect(
      hexadecimal(ProtocolField.encode(event))
        == "09000000000000f83f10ac022a120a100a09746573745f6c6f7373150000d142")
    let image: [ProtocolField] = [
      .text(1, "s"),
      .message(
        4, [.integer(1, 2), .integer(2, 3), .integer(3, 1), .bytes(4, [0x89, 0x50, 0x4E, 0x47])]),
    ]
    #expect(
      hexadecimal(ProtocolField.encode(image)) == "0a0173220c080210031801220489504e47")
    #expect(
      hexadecimal(ProtocolField.encode([.integer(1, -1)])) == "08ffffffffffffffffff01")
  }

  @Test func aFileHasARecordForEachThing() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(in: temporary.path, name: "vae")
    let image = Image(height: 1, width: 1, channels: 1, pixels: [7])
    let events = try EventFile(
      in: folder, hyperparameters: ["epochs": .integer(3), "limit": .absent])
    try events.add(
      figures: [("train_loss", 2.5), ("test_loss", 3)], pictures: [("samples", image)], step: 12)
    let contents = try records(of: folder.path(of: "events.out.tfevents.001"))
    #expect(contents.count == 5)
    #expect(contains(contents[0], Array("brain.Event:2".utf8)))
    #expect(contains(contents[1], Array("hparams".utf8)))
    #expect(contains(contents[1], Array("epochs".utf8)))
    #expect(!contains(contents[1], Array("limit".utf8)))
    #expect(contains(contents[3], ProtocolField.encode([.text(1, "test_loss"), .single(2, 3)])))
    #expect(contains(contents[4], image.png))
    #expect(contents.dropFirst(2).allSatisfy { contains($0, [0x10, 12]) })
  }

  @Test func aRunThatGoesOnBeginsAnotherFile() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(in: temporary.path, name: "vae")
    for number in 1...2 {
      let events = try EventFile(in: folder, hyperparameters: [:])
      #expect(events.name == "events.out.tfevents.00\(number)")
    }
    #expect(
      try temporary.names(in: "vae-001") == ["events.out.tfevents.001", "events.out.tfevents.002"])
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    bytes.firstRange(of: part) != nil
  }

  /// The contents of the records of a file; their frames are checked.
  private func records(of path: String) throws -> [[UInt8]] {
    var rest = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))[...]
    var contents: [[UInt8]] = []
    while !rest.isEmpty {
      let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      let content = Array(rest.dropFirst(12).prefix(length))
      #expect(Array(rest.prefix(length + 16)) == tensorFlowRecord(content))
      contents.append(content)
      rest = rest.dropFirst(length + 16)
    }
    return contents
  }
}
