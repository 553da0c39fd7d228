import Files
import Foundation
import TestSupport
import Testing

@testable import Training

/// A table of single steps that has been changed when the run is resumed.
@Suite struct StepLogTests {
  private let temporary: TemporaryFolder
  private let folder: RunFolder

  private static let rows = ["1,2,0.5,1e-05", "1,4,0.25,-3.0", "2,6,0.125,1e+20", "2,8,0.1,7.0"]
  private static let whole = table(rows)

  private static func table(_ rows: some Sequence<String>) -> String {
    (["epoch,step,d_loss,g_loss"] + rows).map { $0 + "\n" }.joined()
  }

  init() throws {
    temporary = try TemporaryFolder()
    folder = try RunFolder(in: temporary.path, name: "gan")
  }

  /// Resumes after step 7, so that three rows are expected, and adds one more.
  ///
  /// - Returns: The reports, and the table.
  private func resumed(_ contents: [UInt8]?) throws -> (report: [String], text: String) {
    let path = folder.path(of: "steps.csv")
    if let contents { try Data(contents).write(to: URL(fileURLWithPath: path)) }
    var report: [String] = []
    var log = try StepLog(
      in: folder, columns: ["d_loss", "g_loss"], interval: 2, resumingAfter: 7,
      reporting: { report.append($0) })
    try log.add([0.1, 7], epoch: 2, step: 8)
    try log.writeWaiting()
    return (
      report.map { $0.replacing(path, with: "steps.csv") },
      try temporary.text(of: "gan-001/steps.csv")
    )
  }

  @Test func aWholeTableIsCutBackInSilence() throws {
    let (report, text) = try resumed(Array(Self.whole.utf8))
    #expect(report.isEmpty)
    #expect(text == Self.whole)
    let (second, again) = try resumed(Array((Self.whole + "3,10,1.0,1.0\n").utf8))
    #expect(second.isEmpty)
    #expect(again == Self.whole)
  }

  /// A table as saved by spreadsheets; the numbers are the same.
  @Test(arguments: [
    whole.replacing("\n", with: "\r\n"), whole.replacing("\n", with: "\r"), "\u{FEFF}" + whole,
    whole.replacing(",", with: ";").replacing(".", with: ","),
    whole.replacing(",", with: "\t"),
    whole.replacing(",", with: "\",\"").replacing("\n", with: "\"\n\"").dropLast() + "",
    whole.replacing(",", with: ", ").replacing("1e-05", with: "1.00E-05"),
    table(rows.reversed()),
    "g_loss,step,note,epoch,d_loss\n1e-05,2,,1,.5\n-3,4,x,1,.25\n1e20,6,,2,.125\n",
  ])
  func whatASpreadsheetSavedIsTaken(text: String) throws {
    let text = text.hasPrefix("epoch\"") ? "\"" + text : text
    let (report, found) = try resumed(Array(text.utf8))
    #expect(report == ["'steps.csv' was saved in another form; its rows are used as they are"])
    #expect(found == Self.whole)
  }

  @Test(arguments: [false, true])
  func aTableInUTF16IsTaken(isBigEndian: Bool) throws {
    let units = Array("\u{FEFF}\(Self.whole)".utf16)
    let bytes = units.flatMap { unit -> [UInt8] in
      let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
      return isBigEndian ? bytes : bytes.reversed()
    }
    #expect(try resumed(bytes).text == Self.whole)
  }

  @Test(arguments: [
    (whole.prefix(45) + "", 1), (table(rows.prefix(1)), 1), (table([]), 0),
    (table(["1,2,0.5,x", "1,4,nan,1", "2,6,0.125,1e+20"]), 1),
    (table(["1,3,0.5,1", "1,4,0.25,-3.0", "1,4,9.0,9.0", "0,6,1,1", "1e300,6,1,1"]), 1),
    (table(["1,2,0.5,1e-05", "\"1,4,0.25,-3.0"]), 1),
  ])
  func whatIsLostIsSaid(text: String, count: Int) throws {
    let (report, found) = try resumed(Array(text.utf8))
    #expect(
      report == [
        "'steps.csv': expected a row for every 2 steps until step 7, 3 in all, found \(count); the run"
          + " continues without the others"
      ])
    #expect(found.hasSuffix("\n2,8,0.1,7.0\n"))
    #expect(found.split(separator: "\n").count == count + 2)
    #expect(Self.whole.split(separator: "\n").contains(found.split(separator: "\n")[count]))
  }

  @Test func aTableThatIsNotThereBeginsAgain() throws {
    let (report, found) = try resumed(nil)
    #expect(
      report == [
        "cannot read 'steps.csv': No such file or directory; the run continues, and the table "
          + "begins after step 7"
      ])
    #expect(found == Self.table(["2,8,0.1,7.0"]))
  }

  @Test(arguments: [
    ("", "none"), ("epoch,step,loss\n1,2,3\n", "epoch, step, loss"),
    ("1,2,0.5,1\n", "1, 2, 0.5, 1"),
  ])
  func aTableOfSomethingElseIsReplaced(text: String, found: String) throws {
    let (report, table) = try resumed(Array(text.utf8))
    #expect(
      report == [
        "'steps.csv': expected the columns epoch, step, d_loss, g_loss, found \(found); the run"
          + " continues, and the table begins after step 7"
      ])
    #expect(table == Self.table(["2,8,0.1,7.0"]))
  }

  @Test func bytesThatAreNoTextAreReplaced() throws {
    let (report, table) = try resumed([0, 1, 2, 0xff, 0x0a])
    #expect(report.count == 1 && report[0].contains("a zero byte"))
    #expect(table == Self.table(["2,8,0.1,7.0"]))
  }

  /// The reader would wait for a pipe.
  @Test func whatIsNoFileIsNotRead() throws {
    mkfifo(folder.path(of: "steps.csv"), 0o600)
    let (report, table) = try resumed(nil)
    #expect(report.count == 1 && report[0].contains("cannot read 'steps.csv'"))
    #expect(table == Self.table(["2,8,0.1,7.0"]))
  }
}
