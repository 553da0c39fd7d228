import Foundation
import Settings
import Testing

@testable import CommandLine

@Suite struct CommandTests {
  @Test func withoutArgumentsTheDefaultsHold() throws {
    #expect(try SampleOptions.parse() == SampleOptions())
  }

  @Test func everyKindOfValueIsRead() throws {
    let options = try SampleOptions.parse(
      "--epochs", "3", "--learning-rate=1e-4", "--hidden", "400,200", "--likelihood", "gaussian",
      "--dropout", "0", "--out", "elsewhere", "--data", "mnist", "--limit", "1000", "--clip", ".5",
      "--seed", "-7", "--quiet")
    var expected = SampleOptions()
    expected.epochs = 3
    expected.learningRate = 0.0001
    expected.hidden = [400, 200]
    expected.likelihood = .gaussian
    expected.out = "elsewhere"
    expected.data = "mnist"
    expected.limit = 1000
    expected.clip = 0.5
    expected.seed = -7
    expected.quiet = true
    #expect(options == expected)
  }

  @Test func namesMayBeShortenedAndTheLastOneCounts() throws {
    let options = try SampleOptions.parse("--ep", "3", "--epoch=5")
    #expect(options?.epochs == 5)
  }

  @Test func parsingAgainStartsFromTheDefaults() throws {
    _ = try SampleOptions.parse("--epochs", "3", "--quiet")
    #expect(throws: CommandLineError.self) { try SampleOptions.parse("--epochs") }
    #expect(try SampleOptions.parse() == SampleOptions())
  }

  @Test func parsingIsSafeFromManyThreads() {
    let wrong = LockedCount()
    DispatchQueue.concurrentPerform(iterations: 200) { i in
      let options = try? SampleOptions.parse("--epochs", "\(i + 1)", "--out", "out-\(i)", "--quiet")
      if options?.epochs != i + 1 || options?.out != "out-\(i)" { wrong.increment() }
    }
    #expect(wrong.value == 0)
  }

  @Test(arguments: [["--help"], ["-h"], ["--epochs", "3", "--help", "--nonsense"]])
  func helpIsAskedFor(arguments: [String]) throws {
    guard case .help = try SampleOptions.command.parse(arguments) else {
      Issue.record("no help for \(arguments)")
      return
    }
  }

  @Test func versionIsAskedFor() throws {
    guard case .version = try SampleOptions.command.parse(["--version"]) else {
      Issue.record("no version")
      return
    }
  }

  @Test func theConfigurationListsEveryOptionInOrder() throws {
    let options = try #require(try SampleOptions.parse("--hidden", "400,200", "--clip", "5"))
    #expect(
      options.record.description == """
        epochs         30
        learning-rate  0.001
        hidden         400,200
        likelihood     bernoulli
        dropout        0
        out            runs
        data           none
        limit          none
        clip           5
        seed           0
        quiet          false
        """)
  }
}

extension CommandTests {
  private static let withOperand = Command(
    name: "resume", summary: "", operand: "RUN",
    groups: [OptionGroup("Options", SampleOptions.definitions)])

  @Test func anOperandMayStandAnywhere() throws {
    for arguments in [["run", "--epochs", "3"], ["--epochs", "3", "run"]] {
      guard case .run(let options) = try Self.withOperand.parse(arguments) else {
        Issue.record("expected a run")
        continue
      }
      #expect(options.operand == "run")
      #expect(options.given == ["epochs"])
    }
    #expect(throws: CommandLineError.unexpectedArgument("b")) {
      try Self.withOperand.parse(["a", "b"])
    }
    #expect(Self.withOperand.help.hasPrefix("Usage: resume RUN [options]"))
  }

  @Test func aRecordLiesOverTheDefaultsAndUnderWhatIsGiven() throws {
    let record: Configuration = ["epochs": .integer(7), "seed": .integer(3), "other": .flag(true)]
    guard
      case .run(let options) = try SampleOptions.command.parse(["--seed", "4"], over: record)
    else {
      Issue.record("expected a run")
      return
    }
    let values = try SampleOptions(options.values)
    #expect(values.epochs == 7 && values.seed == 4 && values.learningRate == 0.001)
    #expect(options.values["other"] == nil)
    #expect(options.values.changeableNames == ["out", "quiet"])
  }
}

/// A counter for several threads.
final class LockedCount: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  func increment() {
    lock.withLock { count += 1 }
  }

  var value: Int { lock.withLock { count } }
}
