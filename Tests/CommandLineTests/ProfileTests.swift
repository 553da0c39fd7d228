import Foundation
import Glibc
import Testing

/// The table of `--profile`.
@Suite struct ProfileTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// The operations table that a run printed.
  private struct Table {
    let operations: [(name: String, direction: String, calls: Int, seconds: Double, share: Double)]
    let calls: Int
    /// The percentage of the time, including the time between operations.
    let timeShare: Double

    /// Nil if there is no table.
    init?(_ output: String) {
      let row = /(\S+) +(forward|backward) +([\d,]+) +([\d.]+) +([\d.]+)(?: +[\d.]+)? +[\d.]+/
      let lines = output.split(separator: "\n")
      guard
        let heading = lines.firstIndex(where: {
          $0.contains(/^operation +direction +calls +seconds +share % +GFLOP\/s +GB\/s$/)
        }),
        let totals = lines.firstIndex(where: { $0.hasPrefix("total ") }),
        let total = lines[totals].wholeMatch(
          of: /total +([\d,]+) +[\d.]+ +100\.0 +[\d.]+ +[\d.]+/),
        let last = lines[totals + 1].wholeMatch(
          of: /The operations took ([\d.]+) % of [\d.]+ s; the rest is .*/),
        let calls = Int(total.1.filter { $0 != "," }), let timeShare = Double(last.1)
      else { return nil }
      (self.calls, self.timeShare) = (calls, timeShare)
      operations = lines[(heading + 1)..<totals].compactMap { line in
        guard let match = line.wholeMatch(of: row), let calls = Int(match.3.filter { $0 != "," }),
          let seconds = Double(match.4), let share = Double(match.5)
        else { return nil }
        return (String(match.1), String(match.2), calls, seconds, share)
      }
      guard operations.count == totals - heading - 1 else { return nil }
    }

    func calls(_ name: String, _ direction: String) -> Int? {
      operations.first { $0.name == name && $0.direction == direction }?.calls
    }
  }

  @Test func theTableHasTheOperationsOfTheTraining() throws {
    let result = try workspace.train("--profile", "--limit", "32")
    let table = try #require(Table(result.output), "\(result.output)")
    // Two steps, each with four layers of two parameters; an evaluation and two pictures.
    #expect(table.calls("adam", "forward") == 16)
    #expect(table.calls("bernoulliLogDensity", "forward") == 3)
    #expect(table.calls("matmul", "backward") == 14)
    #expect(table.calls("affine", "forward") == 2 * 4 + 4 + 2 + 4)
    // For two steps, the evaluation, and the codes of the samples.
    #expect(table.calls("normal", "forward") == 4)
    #expect(table.calls("bytes", "forward") == 4)
    #expect(table.calls == table.operations.map(\.calls).reduce(0, +))
    let seconds = table.operations.map(\.seconds)
    #expect(seconds == seconds.sorted(by: >))
    let shares = table.operations.map(\.share).reduce(0, +)
    #expect(abs(shares - 100) < 0.05 * Double(table.operations.count) + 0.1)
    #expect(table.timeShare > 0 && table.timeShare <= 100)
  }

  @Test(arguments: [
    "train autoencoder --hidden 8 --latent 2", "train gan", "train classifier --architecture dense",
  ])
  func everyTrainingProgramHasIt(command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let result = try Executable(
      words.prefix(2).joined(separator: " "),
      words.dropFirst(2) + ["--data", "data", "--epochs", "1", "--profile"], in: workspace
    ).result()
    #expect(result.code == 0, "\(result.error)")
    #expect(Table(result.output)?.calls("adam", "forward") != nil, "\(result.output)")
  }

  @Test func samplingHasItToo() throws {
    #expect(try workspace.train().code == 0)
    let result = try Executable(
      "sample", ["--model", "runs/vae-001/model.safetensors", "--profile"], in: workspace
    ).result()
    #expect(result.code == 0)
    #expect(Table(result.output)?.calls("affine", "forward") == 2, "\(result.output)")
    #expect(result.lines.last == "samples.png: 64 images")
  }

  @Test func whatFollowsTheTrainingIsNotInIt() throws {
    let tables = try [["--latent", "2"], ["--latent", "2", "--importance-samples", "3"]].map {
      let result = try Executable(
        "train-vae", Workspace.quick + ["--epochs", "1", "--profile"] + $0, in: workspace
      ).result()
      return try #require(Table(result.output), "\(result.output)")
    }
    #expect(tables[0].calls == tables[1].calls)
  }

  @Test func withoutTheOptionThereIsNone() throws {
    #expect(try Table(workspace.train().output) == nil)
  }

  @Test func aQuietRunPrintsNothingElse() throws {
    let result = try workspace.train("--quiet", "--profile")
    let table = try #require(Table(result.output), "\(result.output)")
    #expect(result.lines.count == table.operations.count + 3)
    #expect(result.error == "")
  }

  @Test func aResumedRunHasItWhereItIsAskedForAgain() throws {
    #expect(try Table(workspace.train("--profile").output) != nil)
    let resume = ["--resume", "runs/vae-001", "--epochs"]
    func table(_ arguments: [String]) throws -> Table? {
      let result = try Executable("train-vae", resume + arguments, in: workspace).result()
      #expect(result.code == 0, "\(result.error)")
      return Table(result.output)
    }
    #expect(try table(["2"]) == nil)
    // The steps of one epoch, the third: 40 images in batches of 16.
    #expect(try table(["3", "--profile"])?.calls("adam", "forward") == 3 * 8)
  }

  @Test func aRunThatDivergesHasIt() throws {
    let result = try workspace.train("--learning-rate", "1e30", "--profile")
    #expect(result.code != 0)
    #expect(result.error.hasPrefix("train-vae: train_loss is nan in epoch 1"))
    #expect(Table(result.output)?.calls("adam", "forward") == 16, "\(result.output)")
  }

  @Test func aRunThatIsInterruptedHasIt() throws {
    let training = try Executable(
      "train-vae", Workspace.quick + ["--epochs", "10000", "--profile"], in: workspace)
    try #require(training.hasPrinted("epoch     1/10000"))
    training.send(SIGINT)
    let result = try training.result()
    #expect(result.code == 130)
    #expect(Table(result.output)?.calls("adam", "forward") != nil, "\(result.output)")
    #expect(result.lines.last?.hasPrefix("interrupted in epoch ") == true)
  }
}
