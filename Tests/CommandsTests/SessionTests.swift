import Commands
import Datasets
import TestSupport
import Testing
import Training

/// The folder of a run.
@Suite struct SessionTests {
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
