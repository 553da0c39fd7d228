import Foundation
import Testing

/// The output of a run that a user sees.
@Suite struct ConsoleTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func aPipeGetsPlainLines() throws {
    let result = try workspace.train("--epochs", "12", "--threads", "1")
    #expect(result.error == "")
    let controls = result.output.unicodeScalars.filter { $0.value < 32 && $0 != "\n" }
    #expect(controls.isEmpty)
    let epochs = result.lines.filter { $0.hasPrefix("epoch ") }
    #expect(epochs.count == 12)
    let line =
      /epoch  1\/12  [\d.]+ +[\d.]+\* +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+ +[\d.,]+  \d+ s/
    #expect(try epochs.first.flatMap { try line.wholeMatch(in: $0) } != nil, "\(epochs)")
    #expect(epochs.last?.hasPrefix("epoch 12/12  ") == true)
    #expect(epochs.last?.hasSuffix("  0 s") == true)
    let heading = [
      "             loss           reconstruction KL",
      "             train  test    train  test    train  test    images/s  time left",
    ]
    #expect(result.lines.firstRange(of: heading + [epochs[0]]) != nil, "\(result.output)")
  }

  @Test func theFirstLinesSayWhatIsTrainedOnWhatAndWhere() throws {
    var lines = try workspace.train("--threads", "2").lines[...]
    #if DEBUG
      #expect(
        lines.removeFirst()
          == "This is a debug build, ten times slower than one from swift build -c release")
    #endif
    #expect(lines.removeFirst() == "data:    MNIST in data, 40 training images, 12 test images")
    #expect(lines.removeFirst() == "model:   encoder 64-8-6, decoder 3-8-64, 1,182 parameters")
    let machine = lines.removeFirst()
    #expect(machine.hasPrefix("machine: CPU, 2 threads, "))
    #expect(machine.contains("OpenBLAS"))
    #expect(lines.removeFirst() == "run:     runs/vae-001")
    #expect(lines.removeFirst().hasSuffix("   reconstruction KL"))
    #expect(lines.removeFirst().hasSuffix("  images/s  time left"))
    #expect(lines.first?.hasPrefix("epoch 1/1  ") == true)
  }

  @Test func theLastLinesSayWhereEverythingIs() throws {
    let result = try workspace.train("--latent", "2", "--importance-samples", "2")
    #expect(result.output.contains("\ntrained 1 epoch in "))
    let paths = result.lines.filter { $0.hasPrefix("runs/vae-001/") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    for path in paths { #expect(workspace.has(path), "\(path)") }
    let names = paths.map { $0.dropFirst("runs/vae-001/".count).filter { $0 != "/" } }
    // The PGM file next to each PNG is not announced.
    #expect(
      names.sorted() == workspace.names(in: "runs/vae-001").filter { !$0.hasSuffix(".pgm") })
    #expect(result.lines.contains { $0.hasPrefix("log p(x) of the test images is about -") })
  }

  @Test func theClosingFiguresAreThoseOfTheLastEpoch() throws {
    let result = try workspace.train("--epochs", "2")
    let loss = try #require(LossTable(of: "runs/vae-001", in: workspace).column("test_loss").last)
    let line = try #require(result.lines.first { $0.hasPrefix("test loss ") })
    let figures = line.split(separator: ", ").map { $0.split(separator: " ") }
    #expect(
      figures.map { $0.prefix(2).joined(separator: " ") } == [
        "test loss", "test reconstruction", "test KL",
      ])
    #expect(abs(try #require(Double(figures[0][2])) - loss) < 0.001)
    #expect(line.hasSuffix(" nats per image"))
  }

  @Test func quietPrintsNothing() throws {
    let result = try workspace.train("--quiet", "--importance-samples", "2", "--latent", "2")
    #expect(result.code == 0)
    #expect(result.output == "")
    #expect(result.error == "")
    #expect(workspace.has("runs/vae-001/evaluation.json"))
  }

  @Test func quietStillPrintsErrors() throws {
    let result = try workspace.train("--quiet", "--data", "nowhere")
    #expect(result.code == 66)
    #expect(result.output == "")
    #expect(result.error == "train-vae: nowhere: no such file, folder or data\n")
  }

  @Test func aReaderThatGoesAwayDoesNotEndTheRun() throws {
    let script = #""$0" "$@" | head -n 1"#
    let arguments = Workspace.quick + ["--epochs", "3"]
    let result = try Executable(
      command: ["/bin/sh", "-c", script, Executable.path(of: "train-vae")] + arguments,
      in: workspace
    ).result()
    #expect(result.lines.count == 1)
    #expect(try LossTable(of: "runs/vae-001", in: workspace).rows.count == 3)
    #expect(workspace.has("runs/vae-001/interpolations.pgm"))
  }
}

/// The same on a terminal, emulated by `script`.
@Suite(.enabled(if: Terminal.isThere, "needs the program script"))
struct TerminalTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func aTerminalGetsABarWithRateAndTimeLeft() throws {
    let output = try Terminal.output(of: ["--epochs", "2"], in: workspace)
    let bar = /\repoch 1\/2  \[#+\.+\]   40 %  [\d.,]+ images\/s  \d+ s left  train_loss [\d.]+/
    #expect(output.firstMatch(of: bar) != nil, "\(output.debugDescription)")
    // Permanent lines replace it.
    #expect(output.contains(/\r\u{1B}\[Kepoch 1\/2  [\d.]+/))
    #expect(output.contains(/epoch 2\/2  [\d.]+ +[\d.]+/))
    #expect(output.contains("\ntrained 2 epochs in "))
  }

  @Test func quietDrawsNoBar() throws {
    #expect(try Terminal.output(of: ["--epochs", "2", "--quiet"], in: workspace) == "")
    #expect(workspace.has("runs/vae-001/interpolations.pgm"))
  }

  @Test func aTerminalThatCannotRedrawGetsPlainLines() throws {
    let output = try Terminal.output(of: ["--epochs", "2"], in: workspace, kind: "dumb")
    #expect(output.contains(/epoch 2\/2  [\d.]+ +[\d.]+/))
    #expect(!output.contains("\u{1B}"))
    #expect(!output.contains("%"))
  }

  @Test func anErrorStandsOnALineOfItsOwn() throws {
    let output = try Terminal.output(of: ["--learning-rate", "1e30"], in: workspace)
    #expect(output.contains("\r\u{1B}[Ktrain-vae: train_loss is nan in epoch 1, batch 2: "))
  }
}

private enum Terminal {
  private static let script = "/usr/bin/script"

  static let isThere = FileManager.default.isExecutableFile(atPath: script)

  /// The output of a quick run to a terminal of the given kind.
  static func output(
    of arguments: [String], in workspace: Workspace, kind: String = "xterm"
  ) throws -> String {
    let words = [Executable.path(of: "train-vae")] + Workspace.quick + arguments
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    return try Executable(
      command: [script, "-qec", line, "/dev/null"], in: workspace, environment: ["TERM": kind]
    ).result().output
  }
}
