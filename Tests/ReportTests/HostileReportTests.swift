import Foundation
import FoundationXML
import Images
import Plots
import TestSupport
import Testing
import Training
import TrainingSupport

@testable import Report

/// Reports of untrusted run folders.
@Suite struct HostileReportTests {
  private let run: TinyRun
  private var folder: RunFolder { run.folder }
  private var temporary: TemporaryFolder { run.temporary }

  init() throws { run = try TinyRun(epochs: 0) }

  /// Losses at the ends of the range are valid, and the page that shows them is written.
  @Test(.timeLimit(.minutes(10)))
  func extremeLossesAreShown() throws {
    let losses = ["1e308", "-1e308", "5e-324", "-5e-324", "0", "1e300", "1.7976931348623157e308"]
    for first in losses {
      for second in losses {
        try run.resume(rows: ["1,2,\(first),\(second)", "2,4,\(second),1"], epoch: 2, step: 4)
        try writeReport()
      }
    }
  }

  private func writeReport() throws {
    var report = RunReport(
      folder: folder, configuration: ["model": .text("\u{1B}[31m\u{202E}<b>")], facts: [])
    report.charts = TinyTrainer.charts
    report.lossColumn = "test_loss"
    try report.write()
    _ = try XMLDocument(data: Data(try temporary.bytes(of: "tiny-001/report.html")))
  }

  @Test(
    .timeLimit(.minutes(10)),
    arguments: [
      "", "\n", ",,,\n", "epoch\n", "epoch,step\n1e300,1\n",
      "epoch,train_loss,test_loss\n1,nan,inf\n",
      "epoch,train_loss,test_loss\n-1,1,2\n9e18,1e308,-1e308\n", "a,b,c\n1,2,3\n",
      "epoch,train_loss\n1,1e308\n2,-1e308\n", "epoch,train_loss,test_loss\n1e15,0,5e-324\n",
      "epoch,train_loss,test_loss\n2,1,1\n1,1,1\n", "epoch,train_loss,test_loss\n0,1e-310,1e-320\n",
    ])
  func anyTableHasAReport(text: String) throws {
    try folder.write(text, to: "loss.csv")
    try writeReport()
  }

  @Test func whatALinkLeadsToIsNotShown() throws {
    let secret = Image(height: 9, width: 77, channels: 1, pixels: [UInt8](repeating: 3, count: 693))
    try FileManager.default.createDirectory(
      atPath: temporary.path + "/elsewhere", withIntermediateDirectories: true)
    for name in ["elsewhere/epoch-001.png", "secret.png"] {
      try Data(secret.png).write(to: URL(fileURLWithPath: temporary.path + "/" + name))
    }
    try Data("epoch,train_loss,test_loss\n1,12345,2\n".utf8)
      .write(to: URL(fileURLWithPath: temporary.path + "/secret.csv"))
    try folder.write(
      Image(height: 1, width: 1, channels: 1, pixels: [1]), to: "samples/epoch-001")
    for (name, target) in [
      ("link.png", "../secret.png"), ("pictures", "../elsewhere"), ("loss.csv", "../secret.csv"),
      ("samples/epoch-002.png", "../../secret.png"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path(of: name), withDestinationPath: target)
    }
    #expect(mkfifo(folder.path(of: "pipe.png"), 0o666) == 0)
    try writeReport()
    let page = try temporary.text(of: "tiny-001/report.html")
    #expect(!page.contains("width=\"77\"") && !page.contains("12345"))
    #expect(page.contains("width=\"1\""))
  }

  @Test func whatWouldTurnTheDirectionIsReplaced() {
    #expect(
      escaped("a\u{202E}b\u{2066}c\u{9B}2J\u{1B}\u{7F}<&>\"'")
        == "a\u{FFFD}b\u{FFFD}c\u{FFFD}2J\u{FFFD}\u{FFFD}&lt;&amp;&gt;&quot;&#39;")
  }
}
