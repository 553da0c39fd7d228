import CommandLine

/// The progress of a run, on one line that is redrawn, and lines that stay.
///
/// On a terminal (standard error) the line shows the epoch, a bar, the examples per second, the
/// time left in the run, and the running metrics; it is redrawn at most ten times a second and
/// makes way for printed lines. In a pipe there are only the printed lines, on standard output.
///
/// ```swift
/// let progress = ProgressBar(epochs: 30, examplesPerEpoch: 60_000)
/// progress.beginEpoch(1)
/// progress.advance(by: 128, showing: [("loss", 140.5)])
/// progress.printLine("epoch 1: …")
/// progress.finish()
/// ```
public final class ProgressBar {
  private let epochs: Int
  private let examplesPerEpoch: Int
  /// The unit of the rate, in the plural.
  let unit: String
  /// The number of these units in an example.
  let unitsPerExample: Int
  private let isQuiet: Bool
  private let output: ProgressOutput

  private var epoch = 1
  private var examplesInEpoch = 0
  private var examplesInRun = 0
  private var runStart: Duration?
  private var epochStart = Duration.zero
  private var lastRedraw: Duration?
  private var isDrawn = false

  /// Creates a bar for a run.
  ///
  /// - Parameters:
  ///   - epochs: The number of the last epoch.
  ///   - examplesPerEpoch: The number of training examples in an epoch.
  ///   - unit: The unit of the rate, in the plural.
  ///   - unitsPerExample: The number of these units in an example.
  ///   - isQuiet: Whether to suppress both the bar and the lines.
  public convenience init(
    epochs: Int, examplesPerEpoch: Int, unit: String = "images", unitsPerExample: Int = 1,
    isQuiet: Bool = false
  ) {
    self.init(
      epochs: epochs, examplesPerEpoch: examplesPerEpoch, unit: unit,
      unitsPerExample: unitsPerExample, isQuiet: isQuiet, output: .standard)
  }

  init(
    epochs: Int, examplesPerEpoch: Int, unit: String = "images", unitsPerExample: Int = 1,
    isQuiet: Bool = false, output: ProgressOutput
  ) {
    self.epochs = epochs
    self.examplesPerEpoch = examplesPerEpoch
    self.unit = unit
    self.unitsPerExample = unitsPerExample
    self.isQuiet = isQuiet
    self.output = output
  }

  deinit {
    // An error that leaves the loop is printed on its own line, not after the bar.
    finish()
  }

  /// Starts an epoch, counted from 1.
  public func beginEpoch(_ epoch: Int) {
    self.epoch = epoch
    examplesInEpoch = 0
    epochStart = output.now()
    runStart = runStart ?? epochStart
  }

  /// Counts examples as done, and redraws the line if a tenth of a second has passed.
  ///
  /// The metrics are evaluated only when the line is redrawn.
  public func advance(
    by examples: Int, showing metrics: @autoclosure () -> [(name: String, value: Double)] = []
  ) {
    examplesInEpoch += examples
    examplesInRun += examples
    guard output.isTerminal && !isQuiet else { return }
    let now = output.now()
    if let lastRedraw, now - lastRedraw < .milliseconds(100), examplesInEpoch < examplesPerEpoch {
      return
    }
    lastRedraw = now
    isDrawn = true
    // The rest of the line is erased after the text is drawn, to avoid flicker.
    output.draw("\r" + line(at: now, metrics: metrics()) + eraseToEnd)
  }

  /// Prints a line that stays, above the bar if there is one.
  public func printLine(_ line: String) {
    guard !isQuiet else { return }
    finish()
    output.printLine(line)
  }

  /// The time left in the run at its pace so far.
  ///
  /// The pace includes everything else an epoch does (evaluation, pictures), so that the estimate
  /// is right.
  var timeLeft: Duration {
    let seconds = (output.now() - (runStart ?? epochStart)).seconds
    let examplesLeft = max(0, (epochs - epoch + 1) * examplesPerEpoch - examplesInEpoch)
    return .seconds(seconds / Double(max(1, examplesInRun)) * Double(examplesLeft))
  }

  /// Removes the bar from the terminal; the next call of `advance` draws it again.
  public func finish() {
    guard isDrawn else { return }
    output.draw("\r" + eraseToEnd)
    isDrawn = false
    lastRedraw = nil
  }
}

extension ProgressBar {
  private func line(at now: Duration, metrics: [(name: String, value: Double)]) -> String {
    let fraction = min(1, Double(examplesInEpoch) / Double(max(1, examplesPerEpoch)))
    let percent = pad("\(Int(fraction * 100))", to: 3) + " %"
    let head = "epoch " + pad("\(epoch)", to: "\(epochs)".count) + "/\(epochs)"
    let figures =
      [percent] + pace(at: now)
      + metrics.map { metric in "\(metric.name) \(Readable.metric(metric.value))" }
    let tail = figures.joined(separator: "  ")

    // The last column stays free: writing there makes some terminals wrap to the next line.
    let width = output.width() - 1
    let cells = min(30, width - head.count - tail.count - 6)
    let parts = cells < 5 ? [head, tail] : [head, bar(fraction, cells: cells), tail]
    return String(parts.joined(separator: "  ").prefix(max(0, width)))
  }

  /// The rate in this epoch, and the time left in the run.
  private func pace(at now: Duration) -> [String] {
    let epochSeconds = (now - epochStart).seconds
    guard epochSeconds > 0, examplesInRun > 0 else { return [] }
    return [
      "\(Readable.rate(Double(examplesInEpoch * unitsPerExample) / epochSeconds)) \(unit)/s",
      "\(Readable.duration(timeLeft)) left",
    ]
  }

  private func bar(_ fraction: Double, cells: Int) -> String {
    let filled = Int(fraction * Double(cells))
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: ".", count: cells - filled) + "]"
  }

  private func pad(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private var eraseToEnd: String { "\u{1B}[K" }
}

/// The output of a progress bar, and its clock.
struct ProgressOutput {
  var isTerminal: Bool
  /// The columns of the terminal, queried at each redraw because a window can be resized.
  var width: () -> Int
  /// The time since some fixed moment.
  var now: () -> Duration
  var draw: (String) -> Void
  var printLine: (String) -> Void

  static var standard: ProgressOutput {
    let start = ContinuousClock.now
    return ProgressOutput(
      isTerminal: Console.standardErrorIsTerminal,
      width: { Console.width },
      now: { ContinuousClock.now - start },
      draw: Console.draw,
      printLine: { Console.printLine($0) })
  }
}
