import CommandLine
import Datasets
import NN
import TestSupport
import Testing
import Training

/// The data and the folder of a run.
@Suite struct SessionTests {
  @Test func aLimitBeyondTheDataIsTheCommandLinesFault() {
    let expected = CommandLineError.unsuitableValue(
      option: "--limit", value: "21",
      reason: "expected at most 20, as there are no more training images")
    #expect(throws: expected) {
      try TrainingData(
        DrawnDigits(trainCount: 20, testCount: 5), name: "digits", choice: "drawn",
        .with { $0.limit = 21 }, batchSize: 8)
    }
  }

  @Test func theSummarySaysWhatTheDataIs() throws {
    let data = try TrainingData(
      DrawnDigits(trainCount: 20, testCount: 5), name: "digits", choice: "drawn",
      advice: "get more", .with { $0.limit = 12 }, batchSize: 8)
    #expect(data.summary == "digits, 20 training images (12 used), 5 test images")
    #expect(data.advice == "get more")
    #expect(data.train.count == 12)
    #expect(data.train.size == 8)
    #expect(data.test.count == 5)
  }

  @Test func aSessionHasAFolderWithTheDataThatWasChosen() throws {
    let temporary = try TemporaryFolder()
    let data = try TrainingData(
      DrawnDigits(trainCount: 20, testCount: 5), name: "digits", choice: "these", .init(),
      batchSize: 8)
    let run = RunSettings.with {
      $0.out = temporary.path
      $0.quiet = true
    }
    let session = try TrainingSession(
      "sample", .init(training: .with { $0.epochs = 7 }, run: run),
      ["epochs": .integer(7), "data": .absent], data, model: "a model")
    #expect(session.folder.path == temporary.path + "/sample-001")
    #expect(try temporary.names(in: "sample-001") == ["config.json"])
    let json = try temporary.text(of: "sample-001/config.json")
    #expect(json.contains("\"epochs\": 7,"))
    #expect(json.contains("\"data\": \"these\""))
  }
}
