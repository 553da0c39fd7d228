import Testing

@testable import Training

/// The lines printed for epochs, in the units of the data.
@Suite struct EpochTableTests {
  private let loss = Chart("loss", unit: "nats", columns: ["train_loss", "test_loss"])

  private func lines(_ charts: [Chart], unit: String, rate: Double) -> [String] {
    let table = EpochTable(charts: charts, epochs: 30, unit: unit)
    let figures = ["train_loss": 1.5, "test_loss": 2.25, "train_kl": 12.3456, "test_kl": 0.001]
    return table.heading + [
      table.row(epoch: 3, figures, best: "test_loss", rate: rate, timeLeft: .seconds(75))
    ]
  }

  @Test(arguments: [
    (
      "images", 52_346,
      [
        "             loss",
        "             train     test       images/s  time left",
        "epoch  3/30  1.5000    2.2500*      52,346  1 min 15 s",
      ]
    ),
    (
      "points", 7,
      [
        "             loss",
        "             train     test       points/s  time left",
        "epoch  3/30  1.5000    2.2500*         7.0  1 min 15 s",
      ]
    ),
    (
      "characters", 12_345_678,
      [
        "             loss",
        "             train     test      characters/s  time left",
        "epoch  3/30  1.5000    2.2500*     12,345,678  1 min 15 s",
      ]
    ),
    (
      "rows", 1_234_567,
      [
        "             loss",
        "             train     test         rows/s  time left",
        "epoch  3/30  1.5000    2.2500*   1,234,567  1 min 15 s",
      ]
    ),
  ])
  func theRateIsInTheUnitOfTheData(unit: String, rate: Double, expected: [String]) {
    #expect(lines([loss], unit: unit, rate: rate) == expected)
  }

  /// For example the Wasserstein distance that a GAN's critic estimates.
  @Test func aChartOfOneColumnHasNoLabelBesideItsTitle() {
    let charts = [
      loss, Chart("KL", unit: "nats", columns: ["train_kl", "test_kl"]),
      Chart("the training loss alone", unit: "nats", columns: ["train_loss"]),
    ]
    let lines = lines(charts, unit: "images", rate: 123)
    #expect(lines[0] == "             loss           KL             the training loss alone")
    #expect(lines[1] == "             train  test    train  test            images/s  time left")
    #expect(
      lines[2] == "epoch  3/30  1.5000 2.2500* 12.346 0.001000  1.5000       123  1 min 15 s")
  }

  @Test(arguments: ["images", "points", "rows", "bytes"])
  func threeChartsFitIntoATerminal(unit: String) {
    let charts = [
      loss, Chart("KL", unit: "nats", columns: ["train_kl", "test_kl"]),
      Chart("reconstruction", unit: "nats", columns: ["train_x", "test_x"]),
    ]
    let lines = lines(charts, unit: unit, rate: 9_999_999)
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
    #expect(lines[0] == "             loss           KL             reconstruction")
    // A missing figure, for example in a run that another program wrote, is printed as nan.
    #expect(lines[2].contains("12.346 0.001000"), "\(lines)")
    #expect(lines[2].contains(" nan"), "\(lines)")
  }
}
