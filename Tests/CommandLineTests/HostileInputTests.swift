import Files
import Foundation
import Glibc
import Images
import ModelSupport
import Models
import NN
import Tensor
import Testing

/// The programs on untrusted files.
@Suite struct HostileInputTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Executable.Result {
    try Executable(
      command: Executable.command(program) + arguments, in: workspace, environment: environment
    ).result()
  }

  private func makePipe(_ name: String) { #expect(mkfifo(workspace.path(of: name), 0o666) == 0) }

  // MARK: Pipes

  @Test(
    .timeLimit(.minutes(2)),
    arguments: [
      ("train-vae", ["--data", "pipe"], 64), ("train-vae", ["--resume", "pipe"], 66),
      ("train-vae", ["--data", "pipe.csv", "--likelihood", "gaussian"], 66),
      ("evaluate", ["pipe"], 66), ("resume", ["pipe"], 66), ("evaluate", ["run"], 65),
      ("train-gan", ["--data", "pipe"], 64),
      ("train-vae", ["--data", "data", "--judge", "pipe"], 65),
      ("sample", ["--model", "pipe"], 65), ("convert", ["--data", "pipe"], 66),
      ("sample", ["--model", "vae.safetensors", "--reconstruct", "pipe"], 66),
      ("sample", ["--model", "vae.safetensors", "--reconstruct", "photos"], 66),
      ("convert", ["--data", "photos"], 66),
      ("convert", ["--data", "pictures", "--labels", "pipe"], 65),
      ("train-vae", ["--data", "broken"], 66), ("train-vae", ["--resume", "run"], 65),
    ])
  func nothingWaitsForAPipe(program: String, arguments: [String], code: Int32) throws {
    makePipe("pipe")
    makePipe("pipe.csv")
    for folder in ["photos", "pictures", "run"] { try workspace.makeFolder(folder) }
    try workspace.write(
      Image(height: 2, width: 2, channels: 1, pixels: [1, 2, 3, 4]).png, to: "pictures/a.png")
    makePipe("photos/a.png")
    makePipe("run/config.json")
    try FileManager.default.copyItem(
      atPath: workspace.path(of: "data"), toPath: workspace.path(of: "broken"))
    let file = try #require(workspace.names(in: "broken").first)
    try workspace.remove("broken/" + file)
    makePipe("broken/" + file)
    let vae = VAE(features: 64, hidden: [4], latent: 2, shape: [8, 8, 1], Random(seed: 1))
    try vae.save(to: workspace.path(of: "vae.safetensors"))
    let result = try run(program, arguments)
    #expect(
      !result.wasKilled && result.code == code, "\(arguments): \(result.code) \(result.error)")
    #expect(result.error.hasPrefix(Executable.title(program) + ": "))
  }

  @Test(.timeLimit(.minutes(2))) func aPipeInTheCacheOfImagesIsNoImages() throws {
    try workspace.makeFolder("photos")
    for index in 0..<8 {
      let pixels = [UInt8](repeating: UInt8(30 * index), count: 64)
      try workspace.write(
        Image(height: 8, width: 8, channels: 1, pixels: pixels).png, to: "photos/\(index).png")
    }
    Thread.sleep(forTimeInterval: 1.1)
    let arguments = [
      "--data", "photos", "--epochs", "1", "--batch-size", "8", "--architecture", "dense",
      "--judge", "none", "--image-size", "28",
    ]
    let environment = ["XDG_CACHE_HOME": workspace.path(of: "cache")]
    let first = try run("train-gan", arguments, environment: environment)
    #expect(first.code == 0, "\(first.error)")
    for name in workspace.names(in: "cache/pushforward") {
      try workspace.remove("cache/pushforward/" + name)
      makePipe("cache/pushforward/" + name)
    }
    let second = try run("train-gan", arguments, environment: environment)
    #expect(second.code == 0 && !second.wasKilled, "\(second.error)")
  }

  // MARK: Texts

  @Test func whatATerminalObeysIsNotPrinted() throws {
    try workspace.makeFolder("run")
    let text = "\\u001b[31m\\n\\u202e" + String(repeating: "x", count: 200_000)
    try workspace.write("{\"model\": \"\(text)\"}".utf8, to: "run/config.json")
    let model = VAE(features: 4, hidden: [], latent: 1, shape: [2, 2, 1], Random(seed: 1))
    var metadata = model.metadata
    metadata["kind"] = "\u{1B}]0;title\u{7}\n" + String(repeating: "y", count: 200_000)
    try model.save(to: workspace.path(of: "model.safetensors"), metadata: metadata)
    try workspace.makeFolder("photos")
    try workspace.write("no image".utf8, to: "photos/\u{1B}[2J\u{202E}gnp")
    for (program, arguments) in [
      ("train-vae", ["--resume", "run"]), ("sample", ["--model", "model.safetensors"]),
      ("convert", ["--data", "photos"]), ("train-vae", ["--data", "\u{1B}[2J"]),
    ] {
      let result = try run(program, arguments)
      #expect(result.code != 0 && !result.wasKilled)
      #expect(
        result.error.hasPrefix(Executable.title(program) + ": ") && result.error.utf8.count < 10_000
      )
      let lines = result.error.split(separator: "\n")
      #expect(lines.count == 1, "\(result.error)")
      let obeyed = result.error.unicodeScalars.filter {
        $0 != "\n" && ($0.value < 0x20 || $0.value == 0x7f || $0 == "\u{202E}")
      }
      #expect(obeyed.isEmpty, "\(result.error)")
    }
  }

  @Test func namesOfClassesAreFieldsOfTheirTable() throws {
    for (index, name) in ["=1+2", "a,b", "say \"hi\"", "two\nlines", "plain"].enumerated() {
      try workspace.makeFolder("photos/" + name)
      try workspace.write(
        Image(height: 2, width: 2, channels: 1, pixels: [UInt8](repeating: UInt8(index), count: 4))
          .png,
        to: "photos/\(name)/a.png")
    }
    let result = try run("convert", ["--data", "photos", "--out", "made"])
    #expect(result.code == 0, "\(result.error)")
    #expect(
      String(decoding: try workspace.contents(of: "made/classes.csv"), as: UTF8.self)
        == "label,class\n0,'=1+2\n1,\"a,b\"\n2,plain\n3,\"say \"\"hi\"\"\"\n4,\"two\nlines\"\n")
  }

  /// A tilde that no shell has expanded is part of a name.
  @Test(arguments: ["~/made", "~root", "./~/made/", "~/made/."])
  func aTildeIsAName(out: String) throws {
    try workspace.makeFolder("~")
    let arguments = ["--data", "drawn", "--limit", "4", "--out", out]
    let result = try run("convert", arguments, environment: ["HOME": "/nowhere"])
    #expect(result.code == 0, "\(result.error)")
    #expect(workspace.has(out))
    #expect(try run("convert", arguments).code == 73)
  }
}
