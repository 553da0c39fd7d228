import Datasets
import Foundation
import Testing

/// Runs `scripts/download-mnist.sh` as a user runs it, against a server on the loopback interface.
@Suite(.serialized) struct DownloadScriptTests {
  static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("scripts/download-mnist.sh").path

  /// A folder with the four real files, gzipped, if this machine has one.
  static let realData = ProcessInfo.processInfo.environment["PUSHFORWARD_MNIST"]

  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func download(_ arguments: String..., environment: [String: String] = [:]) throws -> Finished {
    try run(
      "bash", [Self.script] + arguments,
      environment: environment.merging(["no_proxy": "127.0.0.1"]) { $1 })
  }

  @Test func help() throws {
    let result = try download("--help")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("Usage: download-mnist.sh [--mirror URL] [DIR]\n"))
    #expect(result.errors == "")
  }

  @Test(arguments: [
    (["--mirror"], "--mirror needs a URL"),
    (["--fast"], "unknown option '--fast'"),
    (["a", "b"], "expected one DIR, found 'a' and 'b'"),
    ([""], "DIR is empty"),
  ])
  func wrongUse(arguments: [String], message: String) throws {
    let result = try run("bash", [Self.script] + arguments)
    #expect(result.status == 64)
    #expect(
      result.errors == "download-mnist.sh: \(message)\nTry 'download-mnist.sh --help'.\n")
    #expect(result.output == "")
  }

  @Test func nothingListens() throws {
    let result = try download("--mirror", "http://127.0.0.1:1", scratch("mnist"))
    #expect(result.status == 1)
    #expect(
      result.errors.contains(
        "download-mnist.sh: http://127.0.0.1:1/train-images-idx3-ubyte.gz: download failed"))
    #expect(try scratch.contents == [])
  }

  @Test func folderIsAFile() throws {
    let path = try scratch.write([1], "mnist")
    let result = try download("--mirror", "http://127.0.0.1:1", path)
    #expect(result.status == 1)
    #expect(result.errors.contains("cannot create \(path)"))
    #expect(try scratch.read("mnist") == [1])
  }

  @Test func wrongRawFileIsNotPassedOver() throws {
    let path = try scratch.write([1, 2, 3], "train-images.idx3-ubyte")
    let result = try download("--mirror", "http://127.0.0.1:1", scratch.path)
    #expect(result.status == 1)
    #expect(result.errors.contains("\(path): is there, but its content is not MNIST's"))
    #expect(try scratch.contents == ["train-images.idx3-ubyte"])
  }

  @Test(.enabled(if: Server.isAvailable, "needs python3 as the server")) func fileIsMissing()
    throws
  {
    let server = try Server(try Scratch())
    let result = try download("--mirror", server.url, scratch("mnist"))
    #expect(result.status == 1)
    #expect(result.errors.contains("404"))
    #expect(
      result.errors.contains("\(server.url)/train-images-idx3-ubyte.gz: download failed"))
    #expect(try scratch.contents == [])
  }

  @Test(.enabled(if: Server.isAvailable, "needs python3 as the server"))
  func contentIsNotMNIST() throws {
    let files = try Scratch()
    try files.write(idx([1, 1, 1], [0]), "train-images-idx3-ubyte")
    try files.gzip("train-images-idx3-ubyte")
    let server = try Server(files)
    // The environment can also select the mirror.
    let result = try download(scratch("mnist"), environment: ["MNIST_MIRROR": server.url])
    #expect(result.status == 1)
    #expect(
      result.errors.contains(
        "train-images-idx3-ubyte.gz: expected MD5 6bbc9ace898e44ae57da46a324031adb"))
    #expect(try scratch.contents == [])
  }

  @Test(.enabled(if: Server.isAvailable, "needs python3 as the server"))
  func contentIsNotGzipped() throws {
    let files = try Scratch()
    try files.write(
      Array("<html>Log in to the network first</html>".utf8),
      "train-images-idx3-ubyte.gz")
    let server = try Server(files)
    try scratch.write([1, 2, 3], "notes")
    let result = try download("--mirror=\(server.url)/", scratch.path)
    #expect(result.status == 1)
    #expect(result.errors.contains("\(server.url)/train-images-idx3-ubyte.gz: expected MD5"))
    #expect(try scratch.contents == ["notes"])
  }

  @Test(
    .enabled(if: Server.isAvailable && realData != nil, "needs python3 and PUSHFORWARD_MNIST"))
  func downloadsMNIST() throws {
    let files = try Scratch()
    let names = MNISTTests.names.map { "\($0).gz" }
    for name in names {
      try FileManager.default.copyItem(
        atPath: "\(try #require(Self.realData))/\(name)", toPath: files(name))
    }
    let server = try Server(files)
    let first = try download("--mirror", server.url, scratch("mnist"))
    #expect(first.status == 0)
    #expect(first.errors == "")
    let data = try MNIST(directory: scratch("mnist"))
    #expect(data.train.count == 60_000)
    #expect(data.test.count == 10_000)

    // Intact files are not downloaded again; damaged ones are.
    try Scratch.truncate(scratch("mnist/t10k-images-idx3-ubyte.gz"), to: 1_000)
    let second = try download("--mirror", server.url, scratch("mnist"))
    #expect(second.status == 0)
    #expect(second.output.components(separatedBy: "downloading").count == 2)
    #expect(second.output.components(separatedBy: "already there, MD5 is right").count == 4)
    #expect(try MNIST(directory: scratch("mnist")).test.labels == data.test.labels)
    let third = try download("--mirror", "http://127.0.0.1:1", scratch("mnist"))
    #expect(third.status == 0)
  }
}

/// A web server for the files of a folder, on a free port of the loopback interface.
private final class Server {
  static let isAvailable = (try? run("python3", ["--version"]))?.status == 0

  let url: String
  private let process: Process
  private let files: Scratch
  private let log: Scratch

  init(_ files: Scratch) throws {
    self.files = files
    log = try Scratch()
    process = try start(
      "python3",
      ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", files.path],
      output: log)
    var port: Substring?
    for _ in 0..<1_000 where port == nil {
      usleep(10_000)
      let words = String(decoding: try log.read("output"), as: UTF8.self).split(separator: " ")
      if let place = words.firstIndex(of: "port"), place + 1 < words.count {
        port = words[place + 1]
      }
    }
    url = "http://127.0.0.1:\(try #require(port, "the server did not start"))"
  }

  deinit {
    // Not `terminate()`: test threads block its signal, and child processes inherit that.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

extension Scratch {
  fileprivate static func truncate(_ path: String, to length: UInt64) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try file.truncate(atOffset: length)
    try file.close()
  }
}
