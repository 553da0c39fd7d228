import Testing

@testable import Training

@Suite struct ProgressBarTests {
  /// The output of a bar, with a clock and a width set by the test.
  final class Screen {
    var now = Duration.zero
    var width = 100
    var written: [String] = []

    func progress(
      isTerminal: Bool = true, isQuiet: Bool = false, unit: String = "images",
      unitsPerExample: Int = 1
    ) -> ProgressBar {
      ProgressBar(
        epochs: 30, examplesPerEpoch: 1000, unit: unit, unitsPerExample: unitsPerExample,
        isQuiet: isQuiet,
        output: ProgressOutput(
          isTerminal: isTerminal,
          width: { self.width },
          now: { self.now },
          draw: { self.written.append($0) },
          printLine: { self.written.append($0 + "\n") }))
    }
  }

  let screen = Screen()

  @Test func aTerminalShowsEpochBarPercentRateTimeLeftAndMetrics() {
    let progress = screen.progress()
    progress.beginEpoch(3)
    screen.now = .seconds(2)
    progress.advance(by: 250, showing: [("loss", 113.2449), ("kl", 25.1)])
    // 125 images a second; 27,750 images are left of epochs 3 to 30.
    #expect(
      screen.written == [
        "\repoch  3/30  [#####.................]   25 %  125 images/s  3 min 42 s left"
          + "  loss 113.24  kl 25.100\u{1B}[K"
      ])
  }

  @Test(arguments: [
    ("points", 1, "125 points/s"), ("rows", 1, "125 rows/s"),
    ("characters", 128, "16,000 characters/s"),
  ])
  func theRateIsInTheUnitOfTheData(unit: String, unitsPerExample: Int, rate: String) {
    let progress = screen.progress(unit: unit, unitsPerExample: unitsPerExample)
    progress.beginEpoch(3)
    screen.now = .seconds(2)
    progress.advance(by: 250)
    #expect(screen.written.last?.contains("25 %  \(rate)  3 min 42 s left") == true)
  }

  @Test func theTimeLeftCountsWhatLiesBetweenEpochs() {
    let progress = screen.progress()
    progress.beginEpoch(29)
    screen.now = .seconds(10)
    progress.advance(by: 1000)
    screen.now = .seconds(20)  // ten seconds of evaluation
    progress.beginEpoch(30)
    screen.now = .seconds(25)
    progress.advance(by: 500)
    // The epoch runs at 100 a second; the run at 60, and has 500 to go.
    #expect(screen.written.last?.contains("50 %  100 images/s  8 s left") == true)
  }

  @Test func itIsRedrawnTenTimesASecondAndAtTheEndOfAnEpoch() {
    let progress = screen.progress()
    progress.beginEpoch(1)
    var asked = 0
    func metrics() -> [(name: String, value: Double)] {
      asked += 1
      return []
    }
    for _ in 1...99 {
      screen.now += .milliseconds(10)
      progress.advance(by: 10, showing: metrics())
    }
    // At 10, 110, …, 910 ms.
    #expect(screen.written.count == 10)
    screen.now += .milliseconds(1)
    progress.advance(by: 10, showing: metrics())
    #expect(screen.written.count == 11)
    #expect(screen.written.last?.contains("100 %") == true)
    #expect(asked == 11)
  }

  @Test func linesReplaceTheBar() throws {
    let progress = screen.progress()
    progress.printLine("start")
    progress.beginEpoch(1)
    progress.advance(by: 10)
    progress.printLine("epoch 1")
    progress.finish()
    progress.advance(by: 10)
    progress.finish()
    try #require(screen.written.count == 6)
    #expect(screen.written[0] == "start\n")
    #expect(screen.written[2] == "\r\u{1B}[K")
    #expect(screen.written[3] == "epoch 1\n")
    #expect(screen.written[4].hasPrefix("\repoch  1/30  ["))
    #expect(screen.written[5] == "\r\u{1B}[K")
  }

  @Test func theBarIsRemovedWhenAnErrorEndsTheLoop() {
    func train() {
      let progress = screen.progress()
      progress.beginEpoch(1)
      progress.advance(by: 10)
    }
    train()
    #expect(screen.written.last == "\r\u{1B}[K")
  }

  @Test(arguments: [0, 1, 10, 40, 60, 70, 75, 80, 100, 200])
  func aLineFitsItsTerminal(width: Int) {
    screen.width = width
    let progress = screen.progress()
    progress.beginEpoch(1)
    screen.now = .seconds(1)
    progress.advance(by: 300, showing: [("loss", 113.24)])
    let line = (screen.written.first ?? "").dropFirst().dropLast(3)
    #expect(line.count <= max(0, width - 1))
    #expect(line.contains("[") == (width >= 75))
    #expect(line.hasPrefix(String("epoch  1/30".prefix(max(0, width - 1)))))
  }

  @Test func aPipeGetsOnlyLines() {
    let progress = screen.progress(isTerminal: false)
    progress.beginEpoch(1)
    progress.advance(by: 1000)
    progress.printLine("epoch 1")
    progress.finish()
    #expect(screen.written == ["epoch 1\n"])
  }

  @Test func quietIsSilent() {
    let progress = screen.progress(isQuiet: true)
    progress.beginEpoch(1)
    progress.advance(by: 1000)
    progress.printLine("epoch 1")
    progress.finish()
    #expect(screen.written.isEmpty)
  }
}
