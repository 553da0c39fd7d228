import Datasets
import Foundation
import Glibc
import Testing

/// Runs that resume where they stopped, with the same bytes as uninterrupted ones.
@Suite struct ResumeTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func run(_ program: String, _ arguments: [String]) throws -> Executable.Result {
    try Executable(program, arguments, in: workspace).result()
  }

  /// All files except the report, which names the folder.
  private func files(_ run: String) throws -> [String: Data] {
    try workspace.files(below: "runs/" + run).filter { $0.key != "report.html" }
  }

  // MARK: The same bytes

  /// The images are digits, and the models are large enough for work to be split between threads.
  @Test(arguments: [
    ("vae", ["--latent", "2", "--hidden", "100", "--binarize", "stochastic"]),
    ("autoencoder", ["--latent", "2", "--noise", "gaussian"]),
    (
      "gan",
      [
        "--architecture", "dcgan", "--base-channels", "8", "--log-every", "1",
        "--discriminator-steps", "2",
      ]
    ),
    ("classifier", ["--architecture", "conv", "--limit", "20"]),
  ])
  func twoAndTwoEpochsAreFour(name: String, options: [String]) throws {
    try DrawnDigits(trainCount: 48, testCount: 20).write(to: workspace.path(of: "digits"))
    let (program, options) = (
      "train " + name, options + ["--data", "digits", "--batch-size", "16"]
    )
    let whole = try run(program, options + ["--epochs", "4", "--threads", "1"])
    #expect(whole.code == 0, "\(whole.error)")
    let first = try run(program, options + ["--epochs", "2", "--threads", "3"])
    #expect(first.code == 0, "\(first.error)")
    let second = try run("resume", ["runs/\(name)-002", "--epochs", "4", "--threads", "1"])
    #expect(second.code == 0, "\(second.error)")
    #expect(second.lines.contains("resumed after epoch 2"))
    let (expected, found) = (try files(name + "-001"), try files(name + "-002"))
    #expect(expected.keys.sorted() == found.keys.sorted())
    for (name, bytes) in expected { #expect(found[name] == bytes, "\(name)") }
    #expect(found["checkpoint.safetensors"] != nil && found["loss.csv"] != nil)
  }

  /// With another number of epochs, the steps so far would have been different.
  @Test func epochsOverWhichTheStepSizeFallsStayAsTheyAre() throws {
    let first = try run(
      "train vae", Workspace.quick + ["--epochs", "1", "--learning-rate-decay", "cosine"])
    #expect(first.code == 0, "\(first.error)")
    let second = try run("resume", ["runs/vae-001", "--epochs", "2"])
    #expect(second.code == 64)
    #expect(second.error.contains("--epochs is 1, given 2"), "\(second.error)")
    #expect(try run("resume", ["runs/vae-001", "--threads", "1"]).code == 0)
  }

  @Test func rowsAfterTheCheckpointAreWrittenAnew() throws {
    let options = Workspace.quick + ["--checkpoint-every", "3"]
    #expect(try run("train-vae", options + ["--epochs", "5"]).code == 0)
    #expect(try run("train-vae", options + ["--epochs", "5"]).code == 0)
    // The state after a kill in the fifth epoch, and worse ones.
    try workspace.remove("runs/vae-002/checkpoint.safetensors")
    try workspace.write("epoch,step\n1,2\n".utf8, to: "runs/vae-002/loss.csv")
    try workspace.write("half".utf8, to: "runs/vae-002/samples/epoch-005.pgm.12.partial")
    let result = try run("train-vae", ["--resume", "runs/vae-002/"])
    #expect(result.code == 0, "\(result.error)")
    #expect(result.lines.contains("resumed after epoch 3"))
    #expect(try files("vae-001") == files("vae-002"))
  }

  @Test func aFinishedRunSaysSoAndStaysAsItIs() throws {
    #expect(try workspace.train("--epochs", "2").code == 0)
    let before = try files("vae-001")
    let result = try run("train-vae", ["--resume", "runs/vae-001"])
    #expect(result.code == 0)
    #expect(
      result.lines.contains(
        "the run is finished, trained 2 epochs; only its last files remained to be written"))
    #expect(try files("vae-001") == before)
  }

  @Test func aFlagThatMayChangeIsToBeGivenAgain() throws {
    #expect(try workspace.train("--epochs", "2", "--quiet", "--check-finite").code == 0)
    let resume = ["--resume", "runs/vae-001", "--epochs", "3"]
    let loud = try run("train-vae", resume)
    #expect(loud.code == 0 && loud.lines.contains("resumed after epoch 2"))
    #expect(try run("train-vae", resume + ["--quiet"]).lines.isEmpty)
  }

  @Test func aRunWithoutACheckpointBeginsAnew() throws {
    #expect(try workspace.train("--epochs", "2").code == 0)
    let before = try files("vae-001")
    for name in before.keys where name != "config.json" {
      try workspace.remove("runs/vae-001/" + name)
    }
    let result = try run("train-vae", ["--resume", "runs/vae-001"])
    #expect(result.lines.contains("there is no checkpoint yet: the run starts from the beginning"))
    #expect(try files("vae-001") == before)
  }

  @Test func aTrainedModelIsNotReplacedByANewBeginning() throws {
    #expect(try workspace.train("--epochs", "2").code == 0)
    for name in ["checkpoint", "checkpoint-previous"] {
      try workspace.remove("runs/vae-001/\(name).safetensors")
    }
    let before = try files("vae-001")
    let result = try run("train-vae", ["--resume", "runs/vae-001"])
    #expect(result.code == 65)
    #expect(
      result.error
        == "train-vae: expected a checkpoint, 'runs/vae-001/checkpoint.safetensors', to "
        + "resume from; found none, and a trained model, 'runs/vae-001/model.safetensors', which "
        + "starting over would replace\n")
    #expect(try files("vae-001") == before)
  }

  /// Two dozen times, a run is killed at a random moment, sometimes again after it was resumed.
  @Test(arguments: [
    ("train-vae", SmallModel.options("vae")),
    ("train-autoencoder", SmallModel.options("autoencoder") + ["--noise", "masking"]),
  ])
  func aKilledRunGoesOnToTheSameBytes(program: String, options: [String]) throws {
    let begin =
      ["--data", "data", "--batch-size", "8", "--epochs", "8", "--threads", "1"] + options
    let start = ContinuousClock.now
    #expect(try run(program, begin + ["--out", "whole"]).code == 0)
    let duration = (ContinuousClock.now - start) / .microseconds(1)
    let expected = try workspace.files(below: "whole/" + workspace.names(in: "whole")[0])

    var random = SystemRandomNumberGenerator()
    var (kills, completions, epochs) = (0, 0, 0)
    while kills < 12 || completions == 0 {
      let name = workspace.names(in: "runs").last.map { "runs/" + $0 }
      let canResume = name.map { workspace.has($0 + "/config.json") } ?? false
      let arguments = canResume ? ["--resume", name ?? ""] : begin
      let process = try Executable(program, arguments, in: workspace)
      usleep(UInt32.random(in: 0...UInt32(duration), using: &random))
      if kills < 12 { process.send(SIGKILL) }
      let result = try process.result()
      #expect(result.wasKilled || result.code == 0, "\(result.error)")
      #expect(result.error == "")
      if canResume, let line = result.lines.first(where: { $0.hasPrefix("resumed after epoch ") }) {
        // Nothing that was reported as done is lost.
        #expect(Int(line.split(separator: " ")[3]) ?? 0 >= epochs, "\(line) and not \(epochs)")
      }
      let lines = result.lines.filter { $0.hasPrefix("epoch ") }
      epochs = max(epochs, lines.last.flatMap { Int($0.dropFirst(6).prefix { $0 != "/" }) } ?? 0)
      if result.wasKilled {
        kills += 1
      } else {
        completions += 1
        let run = try #require(workspace.names(in: "runs").last)
        var found = try workspace.files(below: "runs/" + run)
        var whole = expected
        #expect(found.keys.sorted() == whole.keys.sorted())
        for name in ["config.json", "report.html"] {  // they name the folder
          found[name] = nil
          whole[name] = nil
        }
        for (name, bytes) in whole { #expect(found[name] == bytes, "\(name)") }
        try workspace.remove("runs")
        epochs = 0
      }
    }
  }

  // MARK: Other options

  @Test func otherOptionsAreNamedAndRefused() throws {
    #expect(try workspace.train().code == 0)
    let before = try files("vae-001")
    let others = [
      "--beta", "4", "--hidden", "16,8", "--epochs", "2", "--seed", "0", "--out", "elsewhere",
      "--augment", "shift",
    ]
    for (name, start) in [("train-vae", ["--resume"]), ("resume", [])] {
      let result = try run(name, start + ["runs/vae-001"] + others)
      #expect(result.code == 64)
      #expect(
        result.error == """
          \(Executable.title(name)): cannot resume 'runs/vae-001' with other options than its own: \
          --hidden is 8, given 16,8; --beta is 1, given 4; --augment is none, given shift; --out is \
          runs, given elsewhere
          Try '\(Executable.title(name)) --help'.

          """)
      #expect(result.output == "")
      #expect(try files("vae-001") == before)
    }
  }

  /// The run's model determines which options exist and what they accept.
  @Test func optionsOfOtherModelsAreNamedAndRefused() throws {
    #expect(try workspace.train().code == 0)
    for (options, message) in [
      (
        ["--noise", "gaussian"],
        "'--noise' is an option of autoencoder, not of this command"
      ),
      (["--architecture", "dcgan"], "--architecture expects dense or conv, found 'dcgan'"),
      (["--early", "0"], "--early-stop is out of range: expected 1 or more, found 0"),
    ] {
      let result = try run("resume", ["runs/vae-001"] + options)
      #expect(result.code == 64)
      #expect(
        result.error == "pushforward resume: \(message)\nTry 'pushforward resume --help'.\n")
    }
  }

  @Test func fewerEpochsThanAreTrained() throws {
    #expect(try workspace.train("--epochs", "2").code == 0)
    let before = try files("vae-001")
    let result = try run("train-vae", ["--resume", "runs/vae-001", "--epochs", "1"])
    #expect(result.code == 64)
    #expect(
      result.error.hasPrefix(
        "train-vae: --epochs 1: expected 2 or more, the number already trained\n"))
    #expect(try files("vae-001") == before)
  }

  @Test func theSameDataMayLieElsewhereAndOthersAreRefused() throws {
    #expect(try workspace.train().code == 0)
    try SmallData().write(to: workspace.path(of: "moved"))
    try SmallData(trainCount: 41).write(to: workspace.path(of: "other"))
    let resume = ["--resume", "runs/vae-001", "--epochs", "2", "--data"]
    let other = try run("train-vae", resume + ["other"])
    #expect(other.code == 65)
    #expect(
      other.error
        == "train-vae: 'runs/vae-001/checkpoint.safetensors' is from a run on other data: "
        + "expected the same images in --data\n")
    #expect(try run("train-vae", resume + ["moved"]).code == 0)
    #expect(try LossTable(of: "runs/vae-001", in: workspace).rows.count == 2)
  }

  @Test func aConfigurationThatWasEdited() throws {
    #expect(try workspace.train().code == 0)
    let path = "runs/vae-001/config.json"
    let text = String(decoding: try workspace.contents(of: path), as: UTF8.self)
    try workspace.write(text.replacing("\"beta\": 1", with: "\"beta\": 2").utf8, to: path)
    let result = try run("train-vae", ["--resume", "runs/vae-001"])
    #expect(result.code == 65)
    #expect(result.error.contains("is from a run with other options than those in its config.json"))
    try workspace.write("{ \"model\": \"vae\", \"epochs\": \"many\" }".utf8, to: path)
    let second = try run("train-vae", ["--resume", "runs/vae-001"])
    #expect(second.code == 65)
    #expect(
      second.error == "train-vae: cannot resume 'runs/vae-001': its config.json is damaged: "
        + "--epochs expects a whole number, found 'many'\n")
    try workspace.write("{ \"program\": \"train-vae\", \"epochs\": 1 }".utf8, to: path)
    let earlier = try run("resume", ["runs/vae-001"])
    #expect(earlier.code == 65)
    #expect(
      earlier.error == "pushforward resume: cannot resume 'runs/vae-001': it is from an earlier "
        + "version, and only that version can resume it\n")
    try workspace.write("{ \"model\":".utf8, to: path)
    #expect(try run("train-vae", ["--resume", "runs/vae-001"]).code == 65)
  }

  @Test func whatIsNoRunOfThisProgram() throws {
    #expect(try workspace.train().code == 0)
    let other = try run("train-autoencoder", ["--resume", "runs/vae-001"])
    #expect(other.code == 64)
    #expect(
      other.error == "train-autoencoder: cannot resume 'runs/vae-001': expected a run of "
        + "the model 'autoencoder', found one of 'vae'\n")
    let none = try run("train-vae", ["--resume", "runs"])
    #expect(none.code == 66)
    #expect(
      none.error == "train-vae: cannot resume 'runs': expected the folder of a run, found no "
        + "config.json in it\n")
  }

  @Test(.enabled(if: Unprivileged.isPossible, "needs a user whom permissions bind"))
  func aConfigurationThatMayNotBeRead() throws {
    #expect(try workspace.train().code == 0)
    let path = workspace.path(of: "runs/vae-001/config.json")
    chmod(path, 0)
    let result = try Unprivileged.run(["--resume", "runs/vae-001"], in: workspace)
    #expect(result.code == 66)
    #expect(
      result.error == "train-vae: cannot resume 'runs/vae-001': cannot read its config.json: "
        + "Permission denied\n")
    try workspace.remove("runs/vae-001/config.json")
    try workspace.makeFolder("runs/vae-001/config.json")
    let folder = try run("train-vae", ["--resume", "runs/vae-001"])
    #expect(folder.code == 65)
    #expect(
      folder.error
        == "train-vae: cannot resume 'runs/vae-001': its config.json is damaged: expected "
        + "a regular file, found a folder\n")
  }

  // MARK: A folder that is moved

  @Test func aRunWhoseFolderIsMovedGoesOnThereAndSaysSo() throws {
    let training = try Executable(
      "train-vae", Workspace.quick + ["--epochs", "100000", "--tensorboard"], in: workspace)
    try #require(training.hasPrinted("epoch      2/100000"))
    rename(workspace.path(of: "runs/vae-001"), workspace.path(of: "kept"))
    try #require(training.hasPrinted("the run's folder is now '"))
    training.send(SIGINT)
    let result = try training.result()
    #expect(result.code == 130 && result.error == "")
    let path = workspace.path(of: "kept")
    #expect(result.lines.contains("the run's folder is now '\(path)'"))
    #expect(result.lines.last?.contains("complete epochs are in \(path); to resume: ") == true)
    #expect(workspace.names(in: "runs").isEmpty && workspace.has("kept/report.html"))
    // No epoch is lost, neither before nor after.
    let count = try LossTable(of: "kept", in: workspace).rows.count
    #expect(count >= 2 && workspace.names(in: "kept/samples").count == 2 * count)
    let second = try run("train-vae", ["--resume", "kept", "--epochs", "\(count + 1)"])
    #expect(second.code == 0, "\(second.error)")
    #expect(second.lines.contains("resumed after epoch \(count)"))
  }

  @Test func aRunWhoseFolderIsRemovedEndsAndMakesNoOther() throws {
    let training = try Executable(
      "train-vae", Workspace.quick + ["--epochs", "100000"], in: workspace)
    try #require(training.hasPrinted("epoch      1/100000"))
    // In one step, because something may be written while a folder is being emptied.
    try workspace.makeFolder("bin")
    rename(workspace.path(of: "runs/vae-001"), workspace.path(of: "bin/vae-001"))
    while workspace.has("bin") { try? workspace.remove("bin") }
    let result = try training.result()
    #expect(result.code == 74 || result.code == 73)
    #expect(result.error.hasPrefix("train-vae: cannot "), "\(result.error)")
    #expect(result.error.hasSuffix(": No such file or directory\n"), "\(result.error)")
    #expect(workspace.names(in: "runs").isEmpty && !workspace.has("bin"))
  }

  @Test func oneProcessAtATime() throws {
    let training = try Executable(
      "train-vae", Workspace.quick + ["--epochs", "100000"], in: workspace)
    try #require(training.hasPrinted("epoch      1/100000"))
    let result = try run("train-vae", ["--resume", "runs/vae-001"])
    #expect(result.code == 75)
    #expect(
      result.error
        == "train-vae: cannot resume 'runs/vae-001': another process is training in it\n")
    training.send(SIGKILL)
    _ = try training.result()
  }

  // MARK: Damage

  @Test(arguments: [false, true])
  func theOlderCheckpointWorksWhereTheLastIsDamaged(isCutShort: Bool) throws {
    #expect(try workspace.train("--epochs", "3").code == 0)
    let before = try files("vae-001")
    let name = "runs/vae-001/checkpoint.safetensors"
    try workspace.edit(name) { bytes in
      if isCutShort { bytes.removeLast(1000) } else { bytes[bytes.count / 2] ^= 4 }
    }
    let result = try run("train-vae", ["--resume", "runs/vae-001"])
    #expect(result.code == 0, "\(result.error)")
    #expect(
      result.lines.contains { line in
        line.hasPrefix("'\(name)' is not a complete safetensors file: ")
          && line.hasSuffix(
            "; resuming from the one before it, 'runs/vae-001/checkpoint-previous.safetensors'")
      }, "\(result.output)")
    #expect(result.lines.contains("resumed after epoch 2"))
    let after = try files("vae-001")
    for (name, bytes) in before where !name.contains("previous") {
      #expect(after[name] == bytes, "\(name)")
    }
  }

  @Test func twoDamagedCheckpointsAreNamed() throws {
    #expect(try workspace.train("--epochs", "2").code == 0)
    for name in ["checkpoint", "checkpoint-previous"] {
      try workspace.edit("runs/vae-001/\(name).safetensors") { $0[$0.count - 20] ^= 1 }
    }
    let result = try run("train-vae", ["--resume", "runs/vae-001"])
    #expect(result.code == 65)
    #expect(
      result.error
        == "train-vae: 'runs/vae-001/checkpoint.safetensors' is not a complete safetensors "
        + "file: its checksum does not match its bytes; the one before it is not usable either: "
        + "'runs/vae-001/checkpoint-previous.safetensors' is not a complete safetensors file: its "
        + "checksum does not match its bytes\n")
  }

  /// Files may not grow beyond 32 KB: the tables and pictures fit, a checkpoint does not.
  @Test func aFullDiskIsNamedAndTheOlderCheckpointStays() throws {
    let options = ["--data", "data", "--hidden", "20", "--latent", "3", "--epochs", "3"]
    #expect(try run("train-vae", options).code == 0)
    #expect(try run("train-vae", options + ["--epochs", "1"]).code == 0)
    let checkpoint = try workspace.contents(of: "runs/vae-002/checkpoint.safetensors")
    #expect(checkpoint.count > 1 << 15)
    let script = #"ulimit -f 32; exec "$0" "$@""#
    let result = try Executable(
      command: [
        "/bin/sh", "-c", script, Executable.path(of: "train-vae"), "--resume", "runs/vae-002",
        "--epochs", "3",
      ], in: workspace
    ).result()
    #expect(result.code == 74)
    #expect(
      result.error
        == "train-vae: cannot write 'runs/vae-002/checkpoint.safetensors': File too large\n")
    #expect(try workspace.contents(of: "runs/vae-002/checkpoint.safetensors") == checkpoint)
    #expect(try run("train-vae", ["--resume", "runs/vae-002"]).code == 0)
    #expect(try files("vae-001") == files("vae-002"))
  }

  @Test(.enabled(if: Unprivileged.isPossible, "needs a user whom permissions bind"))
  func aFolderThatMayNotBeWrittenTo() throws {
    #expect(try workspace.train().code == 0)
    chmod(workspace.path(of: "runs/vae-001"), 0o555)
    let result = try Unprivileged.run(
      ["--resume", "runs/vae-001", "--epochs", "2"], in: workspace)
    #expect(result.code == 74)
    #expect(
      result.error == "train-vae: cannot write 'runs/vae-001/config.json': Permission denied\n")
    chmod(workspace.path(of: "runs/vae-001"), 0o755)
    #expect(try run("train-vae", ["--resume", "runs/vae-001", "--epochs", "2"]).code == 0)
  }
}
