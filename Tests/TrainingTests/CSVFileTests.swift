import Files
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct CSVFileTests {
  let temporary: TemporaryFolder
  let folder: RunFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = try RunFolder(in: temporary.path, name: "vae")
  }

  private var text: String {
    get throws { try temporary.text(of: "vae-001/loss.csv") }
  }

  @Test func theFileIsCompleteAfterEveryRow() throws {
    var losses = try CSVFile("loss.csv", in: folder, columns: ["epoch", "train_loss", "test_loss"])
    #expect(try text == "epoch,train_loss,test_loss\n")
    try losses.append([.integer(1), .number(128.25), .empty])
    #expect(try text == "epoch,train_loss,test_loss\n1,128.25,\n")
    try losses.append([.integer(2), .number(0.1), .single(0.1)])
    #expect(try text == "epoch,train_loss,test_loss\n1,128.25,\n2,0.1,0.1\n")
    #expect(try temporary.names(in: "vae-001") == ["loss.csv"])
  }

  @Test func rowsCanBeAddedAtOnce() throws {
    var codes = try CSVFile("loss.csv", in: folder, columns: ["label", "z_1"])
    try codes.append(contentsOf: [[.integer(3), .single(0.5)], [.integer(1), .single(-2)]])
    try codes.append(contentsOf: [])
    #expect(try text == "label,z_1\n3,0.5\n1,-2.0\n")
  }

  @Test(arguments: [1.0 / 3, 1e-300, 123_456_789.125, -0.0, .pi, 1e17])
  func aNumberReadsBackAsTheSame(value: Double) {
    #expect(Double(CSVFile.Field.number(value).description)?.bitPattern == value.bitPattern)
    let single = Float(value)
    #expect(Float(CSVFile.Field.single(single).description)?.bitPattern == single.bitPattern)
  }

  @Test func aRowThatFailedIsWrittenWithTheNext() throws {
    var losses = try CSVFile("loss.csv", in: folder, columns: ["epoch"])
    try losses.append([.integer(1)])
    let path = folder.path(of: "loss.csv")
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(throws: OutputError.self) { try losses.append([.integer(2)]) }
    try FileManager.default.removeItem(atPath: path)
    try losses.append([.integer(3)])
    #expect(try text == "epoch\n1\n3\n")
  }

  @Test func aRowOfTheWrongLengthStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let temporary = try TemporaryFolder()
      let folder = try RunFolder(in: temporary.path, name: "vae")
      var losses = try CSVFile("loss.csv", in: folder, columns: ["epoch", "loss"])
      // Removed now, because the row must stop the process; if it does not, the test fails.
      try FileManager.default.removeItem(atPath: temporary.path)
      try? losses.append([.integer(1)])
    }
  }
}
