import Foundation
import FoundationXML
import Images
import Plots
import Settings
import TestSupport
import Testing
import Training

@testable import Report

/// The page that shows a run, read by an XML parser.
@Suite struct ReportTests {
  let temporary: TemporaryFolder
  let folder: RunFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = try RunFolder(in: temporary.path, name: "v&<'\"\u{1}>")
  }

  private static let configuration: Configuration = [
    "model": .text("vae"), "version": .text("0.2.0"), "epochs": .integer(3),
    "hidden": .integers([40, 20]), "data": .text("it's <b>"), "limit": .absent,
    "quiet": .flag(false), "tensorboard": .flag(true),
  ]

  private static let losses = """
    epoch,step,train_loss,test_loss,train_kl
    1,3,163.24123456,128.125,0.1
    2,6,120.5,101.0625,0.25
    3,9,110.75,103.5,-1.5e-07

    """

  private func report() -> RunReport {
    var report = RunReport(
      folder: folder, configuration: Self.configuration, facts: [("model", "4-2-4 <&>")])
    report.ending = "trained 3 epochs"
    report.charts = [
      Chart("loss", unit: "nats per image", columns: ["train_loss", "test_loss"]),
      Chart("KL", unit: "bits <&>", columns: ["train_kl"]),
    ]
    report.lossColumn = "test_loss"
    report.evaluation = ["frechet-distance": .number(12.5)]
    report.descriptions = ["samples/": "a <hundred> codes"]
    return report
  }

  private func picture(_ shade: UInt8) -> Image {
    Image(height: 2, width: 3, channels: 1, pixels: Array(repeating: shade, count: 6))
  }

  private func writeEpochs(_ count: Int, in name: String = "samples") throws {
    for epoch in 1...count {
      let number = String(repeating: "0", count: max(0, 3 - "\(epoch)".count)) + "\(epoch)"
      try folder.write(picture(UInt8(epoch)), to: "\(name)/epoch-\(number)")
    }
  }

  /// Writes the page, and reads it as XML.
  private func page(of report: RunReport) throws -> XMLDocument {
    try report.write()
    return try XMLDocument(
      data: Data(contentsOf: URL(fileURLWithPath: folder.path(of: "report.html"))),
      options: .nodePreserveWhitespace)
  }

  private func texts(_ page: XMLDocument, _ path: String) throws -> [String] {
    // The page has a namespace, which an expression would have to name at each step.
    let path = path.replacing(/\/([a-z]+\d?)/) { "/*[local-name()='\($0.1)']" }
    return try page.nodes(forXPath: path).map { $0.stringValue ?? "" }
  }

  @Test func thePageIsXMLAndShowsEachThing() throws {
    try folder.write(Self.losses, to: "loss.csv")
    try writeEpochs(2)
    try writeEpochs(2, in: "reconstructions")
    try folder.write(picture(9), to: "codes")
    let page = try page(of: report())
    #expect(try texts(page, "//h1") == ["v&<'\"\u{FFFD}>-001"])
    #expect(try texts(page, "//title").first == "v&<'\"\u{FFFD}>-001")
    #expect(try texts(page, "//header/p") == ["vae, Pushforward 0.2.0, trained 3 epochs"])
    #expect(
      try texts(page, "//main/section/h2") == [
        "Results", "Curves", "Pictures", "Figures", "Configuration", "Again",
      ])
    #expect(
      try texts(page, "//h3") == ["loss", "KL", "samples", "reconstructions", "codes"])
    #expect(try texts(page, "//caption").count == 4)
    #expect(try texts(page, "//td").contains("12.500"))
    #expect(try texts(page, "//td").contains("4-2-4 <&>"))
    #expect(try texts(page, "//dl/div/dt").contains("KL, bits <&>"))
    #expect(
      try texts(page, "//pre/code")
        == [#"pushforward train vae --epochs 3 --hidden 40,20 --data 'it'\''s <b>' --tensorboard"#])
  }

  @Test func theFiguresAreThoseOfTheTable() throws {
    try folder.write(Self.losses, to: "loss.csv")
    let page = try page(of: report())
    #expect(
      try texts(page, "//tbody/tr/td/data/@value") == [
        "12.5",
        "163.24123456", "128.125", "0.1", "120.5", "101.0625", "0.25", "110.75", "103.5",
        "-1.5e-07",
      ])
    #expect(try texts(page, "//dl//data/@value") == ["110.75", "103.5", "-1.5e-07"])
    #expect(try texts(page, "//dl//data") == ["110.75", "103.50", "-0.000000"])
    #expect(try texts(page, "//dl//strong").last == "2")
  }

  /// The coordinates of the points of each curve, whose line is two pixels wide.
  private func curves(_ page: XMLDocument) throws -> [[[Double]]] {
    try texts(page, "//path[@stroke-width='2' and @fill='none']/@d").map { path in
      path.split { "ML ".contains($0) }.map { $0.split(separator: ",").compactMap { Double($0) } }
    }
  }

  @Test func aCurveHasAPointForEachEpochAtItsHeight() throws {
    try folder.write(Self.losses, to: "loss.csv")
    let page = try page(of: report())
    let curves = try curves(page)
    #expect(curves.map(\.count) == [3, 3, 3])
    let ticks = try texts(page, "//text")
    for text in ["120", "140", "160", "nats per image", "epoch", "train", "test", "bits <&>"] {
      #expect(ticks.contains(text), "\(ticks)")
    }
    #expect(ticks.contains("best, epoch 2"))
    let heights = curves[0].map { $0[1] }
    let share = (heights[1] - heights[0]) / (heights[2] - heights[0])
    #expect(abs(share - (163.24123456 - 120.5) / (163.24123456 - 110.75)) < 0.001)
    #expect(abs(curves[0][1][0] - (curves[0][0][0] + curves[0][2][0]) / 2) < 0.01)
    let descriptions = try texts(page, "//desc")
    #expect(descriptions.first?.hasPrefix("train from 163.24 to 110.75, test from 128.12") == true)
    let ids = try texts(page, "//@id")
    #expect(Set(ids).count == ids.count)
  }

  /// The losses of a diverging run: the page is written, and quickly.
  @Test(arguments: ["nan", "inf", "1e308", "-1e308", "5e-324"])
  func absurdLossesHaveAPageToo(loss: String) throws {
    try folder.write(
      "epoch,step,train_loss,test_loss,train_kl\n1,3,1,\(loss),1\n2,6,-\(loss.filter { $0 != "-" }),2,1\n",
      to: "loss.csv")
    // A row with a field that is not a number is ignored.
    let charts = try texts(page(of: report()), "//svg").count
    #expect(charts == (["nan", "inf"].contains(loss) ? 0 : 2))
  }

  @Test func aSingleEpochIsMarkedAlone() throws {
    try folder.write("epoch,step,train_loss,test_loss,train_kl\n1,3,2,2,2\n", to: "loss.csv")
    let texts = try texts(
      page(of: report()), "//svg[@aria-labelledby='chart-2-title chart-2-desc']/text")
    #expect(texts == ["1", "1.8", "1.9", "2.0", "2.1", "2.2", "train", "bits <&>", "epoch"])
  }

  @Test func thePicturesAreInThePageAndOnlyTheLastOfASeriesIsShown() throws {
    try folder.write(Self.losses, to: "loss.csv")
    try writeEpochs(3)
    try folder.write(picture(77), to: "codes")
    let page = try page(of: report())
    let files = (1...3).map { "samples/epoch-00\($0).png" } + ["codes.png"]
    let expected = try files.map { name in
      let file = try Data(contentsOf: URL(fileURLWithPath: folder.path(of: name)))
      return "data:image/png;base64," + file.base64EncodedString()
    }
    #expect(try texts(page, "//img/@src") == expected)
    #expect(try texts(page, "//img[@hidden]/@data-epoch") == ["1", "2"])
    #expect(
      try texts(page, "//img/@alt") == [
        "samples after epoch 1: a <hundred> codes", "samples after epoch 2: a <hundred> codes",
        "samples after epoch 3: a <hundred> codes", "codes: codes",
      ])
    #expect(try texts(page, "//img/@height") == ["2", "2", "2", "2"])
    #expect(try texts(page, "//input/@max") == ["2"])
    // Without a script there is no slider; each picture has its label.
    #expect(try texts(page, "//div[@hidden]/input").count == 1)
    #expect(try texts(page, "//label/@for") == texts(page, "//input/@id"))
  }

  /// For examples that are not images, such as points in the plane, there is a drawing for each
  /// epoch.
  @Test func aSeriesMayBeOfDrawings() throws {
    try folder.write(Self.losses, to: "loss.csv")
    func svg(_ epoch: Int) -> String {
      Figure(title: "Epoch \(epoch) <&>") { Line([0, 1], [0, Double(epoch)]) }.svg
    }
    for epoch in 1...3 { try folder.write(svg(epoch), to: "samples/epoch-00\(epoch).svg") }
    let page = try page(of: report())
    #expect(
      try texts(page, "//img/@src")
        == (1...3).map {
          "data:image/svg+xml;base64," + Data(svg($0).utf8).base64EncodedString()
        })
    #expect(try texts(page, "//img/@data-epoch") == ["1", "2", "3"])
    #expect(try texts(page, "//img[@hidden]/@data-epoch") == ["1", "2"])
    #expect(try texts(page, "//img/@class") == ["drawing", "drawing", "drawing"])
    #expect(
      try texts(page, "//img/@alt").last == "samples after epoch 3: a <hundred> codes")
    #expect(try texts(page, "//input/@max") == ["2"])
    #expect(try texts(page, "//h3").last == "samples")
    // A page holds no more than 30 of them, evenly spaced.
    for epoch in 4...70 {
      try folder.write(svg(epoch), to: "samples/epoch-\(epoch < 10 ? "00" : "0")\(epoch).svg")
    }
    let epochs = try texts(self.page(of: report()), "//img/@data-epoch")
    #expect(epochs.count == 30 && epochs.first == "1" && epochs.last == "70")
  }

  @Test func longRunsAreShownInPart() throws {
    let rows = (1...1000).map { "\($0),\($0),1,\($0),3\n" }
    try folder.write("epoch,step,train_loss,test_loss,train_kl\n" + rows.joined(), to: "loss.csv")
    try writeEpochs(120)
    let page = try page(of: report())
    let epochs = try texts(page, "//img/@data-epoch")
    #expect(epochs.count == 30 && epochs.first == "1" && epochs.last == "120")
    #expect(try texts(page, "//p").contains("30 of 120 pictures; all are in samples/."))
    #expect(try texts(page, "//tbody/tr/td/data").count == 3 * 200 + 1)
    #expect(
      try texts(page, "//caption").contains(
        "Figures by epoch, 200 of 1000 epochs; all are in loss.csv"))
    // No more than four points for each of the columns of half a pixel, and no dots.
    #expect(try curves(page).allSatisfy { $0.count <= 2 * 340 * 2 })
    #expect(try texts(page, "//path[@stroke-linecap='round' and contains(@d, 'h0')]/@d").isEmpty)
  }

  @Test func nothingIsLoadedFromElsewhere() throws {
    try folder.write(Self.losses, to: "loss.csv")
    try writeEpochs(2)
    let page = try page(of: report())
    #expect(try texts(page, "//@src").allSatisfy { $0.hasPrefix("data:image/") })
    #expect(try texts(page, "//@href").isEmpty)
    #expect(try texts(page, "//meta/@content").contains { $0.hasPrefix("default-src 'none'") })
  }

  @Test func aRunWithoutACompleteEpochHasAPageToo() throws {
    try folder.write("epoch,step,train_loss,test_loss,train_kl\n", to: "loss.csv")
    var report = report()
    report.ending = "interrupted in epoch 1 after batch 2"
    let page = try page(of: report)
    #expect(
      try texts(page, "//header/p") == [
        "vae, Pushforward 0.2.0, interrupted in epoch 1 after batch 2"
      ])
    #expect(
      try texts(page, "//main/section/h2") == ["Results", "Configuration", "Again"])
  }

  @Test func aFileThatIsNoPNGIsLeftOut() throws {
    try folder.write("no picture, however long it may be", to: "odd.png")
    try folder.write("<html>no drawing, however long it may be</html>", to: "odd.svg")
    #expect(try texts(page(of: report()), "//img").isEmpty)
  }

  @Test func aDrawingIsInThePageAsAnImage() throws {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"
    try folder.write(svg, to: "codes.svg")
    let page = try page(of: report())
    #expect(
      try texts(page, "//img/@src")
        == ["data:image/svg+xml;base64," + Data(svg.utf8).base64EncodedString()])
    #expect(try texts(page, "//img/@alt") == ["codes: codes"])
    #expect(try texts(page, "//h3").contains("codes"))
  }

  @Test func evenlySpacedNumbersHaveBothEnds() {
    #expect(evenlySpaced(3, of: 3) == [0, 1, 2])
    #expect(evenlySpaced(3, of: 8) == [0, 3, 7])
    #expect(evenlySpaced(30, of: 31).count == 30)
  }
}
