import Foundation
import Glibc
import Testing

/// Runs resumed in another folder than they were started in, and the command that the program
/// suggests for it.
@Suite struct ResumeElsewhereTests {
  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.makeFolder("elsewhere")
  }

  /// Runs a program in a folder of the workspace.
  private func run(
    _ program: String, _ arguments: [String], in folder: String
  ) throws -> Executable.Result {
    let script = #"cd "$0" && exec "$@""#
    return try Executable(
      command: ["/bin/sh", "-c", script, folder] + Executable.command(program) + arguments,
      in: workspace
    ).result()
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try workspace.contents(of: name), as: UTF8.self)
  }

  // MARK: The data

  @Test func relativeDataAreFoundFromElsewhere() throws {
    #expect(try workspace.train("--epochs", "2").code == 0)
    #expect(try workspace.train("--epochs", "3").code == 0)
    let resume = ["--resume", "../runs/vae-001", "--epochs", "3"]
    let result = try run("train-vae", resume, in: "elsewhere")
    #expect(result.code == 0, "\(result.error)")
    for name in ["loss.csv", "model.safetensors", "samples/epoch-003.pgm"] {
      #expect(
        try workspace.contents(of: "runs/vae-001/" + name)
          == workspace.contents(of: "runs/vae-002/" + name))
    }
    // From now on the run belongs here, and can be resumed from both.
    let configuration = try text("runs/vae-001/config.json")
    #expect(configuration.contains("\"data\": \"\(workspace.path)/data\""))
    #expect(configuration.contains("\"directory\": \"\(workspace.path)/elsewhere\""))
    #expect(try run("train-vae", ["--resume", "runs/vae-001", "--epochs", "4"], in: ".").code == 0)
  }

  @Test func dataThatMovedWithTheRunAreFound() throws {
    #expect(try workspace.train().code == 0)
    for name in ["data", "runs"] {
      try FileManager.default.moveItem(
        atPath: workspace.path(of: name), toPath: workspace.path(of: "elsewhere/" + name))
    }
    let resume = ["--resume", "runs/vae-001", "--epochs", "2"]
    #expect(try run("train-vae", resume, in: "elsewhere").code == 0)
    #expect(try text("elsewhere/runs/vae-001/config.json").contains("\"data\": \"data\""))
  }

  @Test func dataThatAreGoneAreNamed() throws {
    #expect(try workspace.train().code == 0)
    try workspace.remove("data")
    let result = try run("train-vae", ["--resume", "../runs/vae-001"], in: "elsewhere")
    #expect(result.code == 66)
    #expect(
      result.error
        == "train-vae: cannot resume '../runs/vae-001': expected the file or folder of its --data, "
        + "'\(workspace.path)/data'; found nothing there; give --data again\n")
    try SmallData().write(to: workspace.path(of: "moved"))
    let again = ["--resume", "../runs/vae-001", "--epochs", "2", "--data", "../moved"]
    #expect(try run("train-vae", again, in: "elsewhere").code == 0)
    #expect(try text("runs/vae-001/config.json").contains("\"data\": \"../moved\""))
  }

  /// Runs as started by earlier versions.
  @Test func aRunThatDoesNotSayWhereItWasBegun() throws {
    #expect(try workspace.train().code == 0)
    let path = "runs/vae-001/config.json"
    let lines = try text(path).split(separator: "\n").filter { !$0.contains("\"directory\"") }
    let edited = lines.joined(separator: "\n").replacing(
      "\"judge\": null,", with: "\"judge\": null")
    try workspace.write(edited.utf8, to: path)
    let resume = ["--epochs", "2", "--resume"]
    let result = try run("train-vae", resume + ["../runs/vae-001"], in: "elsewhere")
    #expect(result.code == 66)
    #expect(
      result.error
        == "train-vae: cannot resume '../runs/vae-001': expected the file or folder of its --data, "
        + "'data', which is relative to the folder in which the run was started; found nothing "
        + "there; give --data again\n")
    #expect(try text(path) == edited)
    #expect(try run("train-vae", resume + ["runs/vae-001"], in: ".").code == 0)
  }

  @Test func aJudgeIsFoundFromElsewhere() throws {
    let training = ["--data", "data", "--epochs", "1", "--batch-size", "8"]
    #expect(try run("train classifier", training, in: ".").code == 0)
    let judge = "runs/classifier-001/model.safetensors"
    #expect(try workspace.train("--judge", judge).code == 0)
    let resume = ["--resume", "../runs/vae-001", "--epochs", "2"]
    let result = try run("train-vae", resume, in: "elsewhere")
    #expect(result.code == 0 && result.output.contains("judged 12 samples"), "\(result.error)")
    try workspace.remove(judge)
    let second = try run("train-vae", ["--resume", "runs/vae-001", "--epochs", "3"], in: ".")
    #expect(second.code == 66)
    #expect(second.error.contains("its --judge, '\(workspace.path)/\(judge)'"))
    let third = ["--resume", "runs/vae-001", "--epochs", "3", "--judge", "none"]
    #expect(try run("train-vae", third, in: ".").code == 0)
  }

  // MARK: The command

  @Test(arguments: ["my runs", "it's $HOME", "-x", "~", "a\nb", "Zoë;"])
  func theCommandThatIsPrintedWorksWhenPasted(out: String) throws {
    let training = try Executable(
      "train-vae", Workspace.quick + ["--epochs", "100000", "--out", out], in: workspace)
    try #require(training.hasPrinted("epoch      1/100000"))
    training.send(SIGINT)
    let result = try training.result()
    let command = try #require(result.lines.last?.split(separator: "to resume: ").last)
    #expect(command.hasPrefix("pushforward resume "))
    let binaries = (Executable.path(of: "train-vae") as NSString).deletingLastPathComponent
    // Fewer epochs are requested than the run has, and the message shows that it was found.
    let pasted = try Executable(
      command: ["/bin/bash", "-c", "\(command) --epochs 1"], in: workspace,
      environment: ["PATH": binaries + ":/usr/bin:/bin"]
    ).result()
    #expect(
      pasted.code == 0 || pasted.error.hasPrefix("pushforward resume: --epochs 1: expected "),
      "\(command): \(pasted.error)")
    let shown = (out.hasPrefix("-") ? "./" : "") + out.replacing("\n", with: "\\n")
    #expect(pasted.output.contains("run:     \(shown)/vae-001"))
  }
}
