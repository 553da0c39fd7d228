import Datasets
import TestSupport
import Testing

@testable import Training

/// The options, data and folder that all training executables share.
@Suite struct TrainingOptionsTests {
  private struct Options {
    var training = TrainingOptions(epochs: 7, batchSize: 64, learningRate: 0.01)
    var width = 3
  }

  private static let command = Command(
    name: "train-sample", summary: "Trains.", version: "0.1.0", defaults: Options(),
    options: [
      .epochs(\.training), .batchSize(\.training), .learningRate(\.training),
      .integer("width", \.width, in: TrainingOptions.layerWidths, help: "width"),
      .data(\.training), .out(\.training), .seed(\.training), .threads(\.training),
      .sampleInterval(\.training), .limit(\.training), .tensorBoard(\.training),
      .profile(\.training), .quiet(\.training),
    ])

  @Test func theDefaultsAreTheProgramsOwn() {
    let configuration = Self.command.configuration(of: Options())
    #expect(
      configuration.entries.map(\.name) == [
        "program", "version", "epochs", "batch-size", "learning-rate", "width", "data", "out",
        "seed", "threads", "sample-every", "limit", "tensorboard", "profile", "quiet",
      ])
    #expect(configuration["epochs"] == .integer(7))
    #expect(configuration["batch-size"] == .integer(64))
    #expect(configuration["learning-rate"] == .number(0.01))
    #expect(Self.command.help.contains("passes over the training images (default: 7)"))
  }

  @Test func everyOptionGoesToItsPlace() throws {
    let arguments =
      "--epochs 2 --batch-size 3 --learning-rate 0.5 --width 4 --data drawn --out there --seed 5"
      + " --threads 6 --sample-every 8 --limit 9 --profile --quiet"
    let words = arguments.split(separator: " ").map(String.init)
    guard case .run(let options) = try Self.command.parse(words) else {
      Issue.record("expected a run")
      return
    }
    var expected = TrainingOptions(epochs: 2, batchSize: 3, learningRate: 0.5)
    expected.data = "drawn"
    expected.out = "there"
    expected.seed = 5
    expected.threads = 6
    expected.sampleInterval = 8
    expected.limit = 9
    expected.isProfiled = true
    expected.isQuiet = true
    #expect(options.training == expected)
    #expect(options.width == 4)
  }

  @Test func aLimitBeyondTheDataIsTheCommandLinesFault() {
    var options = TrainingOptions(epochs: 1)
    options.limit = 21
    let expected = CommandLineError.unsuitableValue(
      option: "--limit", value: "21",
      reason: "expected at most 20, as there are no more training images")
    #expect(throws: expected) {
      try TrainingData(
        DrawnDigits(trainCount: 20, testCount: 5), name: "digits", choice: "drawn", options)
    }
  }

  @Test func theSummarySaysWhatTheDataIs() throws {
    var options = TrainingOptions(epochs: 1, batchSize: 8)
    options.limit = 12
    let data = try TrainingData(
      DrawnDigits(trainCount: 20, testCount: 5), name: "digits", choice: "drawn",
      advice: "get more", options)
    #expect(data.summary == "digits, 20 training images (12 used), 5 test images")
    #expect(data.advice == "get more")
    #expect(data.train.count == 12)
    #expect(data.train.size == 8)
    #expect(data.test.count == 5)
  }

  @Test func aSessionHasAFolderWithTheDataThatWasChosen() throws {
    let temporary = try TemporaryFolder()
    var options = Options()
    options.training.out = temporary.path
    options.training.isQuiet = true
    let data = try TrainingData(
      DrawnDigits(trainCount: 20, testCount: 5), name: "digits", choice: "these", options.training)
    let session = try TrainingSession(
      "sample", Self.command.configuration(of: options), options.training, data, model: "a model")
    #expect(session.folder.path == temporary.path + "/sample-001")
    #expect(try temporary.names(in: "sample-001") == ["config.json"])
    let json = try temporary.text(of: "sample-001/config.json")
    #expect(json.contains("\"epochs\": 7,"))
    #expect(json.contains("\"data\": \"these\","))
  }
}
