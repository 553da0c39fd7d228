import Foundation
import Glibc

/// One of the built executables, run as a process in a workspace.
///
/// Standard output is a pipe and standard error a file, so that neither is a terminal and neither
/// can fill up while the other is read.
final class Executable {
  /// The result of a process.
  struct Result {
    /// The exit code, or 128 plus the signal's number if a signal ended it, as in shells.
    let code: Int32
    /// Whether a signal ended it, rather than a call of `exit`.
    let wasKilled: Bool
    let output: String
    let error: String

    /// The lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// The path of an executable, which the build puts into the folder of the test bundle.
  static func path(of name: String) -> String {
    // Not the first argument, which may be relative and need not be the test bundle.
    let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let candidates =
      [bundle, CommandLine.arguments.first].compactMap { $0 }
      + CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    let paths = candidates.map { candidate in
      URL(fileURLWithPath: candidate).deletingLastPathComponent().appendingPathComponent(name).path
    }
    return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? name
  }

  private let process = Process()
  private let outputPipe = Pipe()
  private let errorPath: String
  private var output = Data()

  /// Starts a program, or a verb of `pushforward` (`sample`, `train classifier`), with the workspace as
  /// its folder.
  convenience init(_ name: String, _ arguments: [String], in workspace: Workspace) throws {
    try self.init(command: Self.command(name) + arguments, in: workspace)
  }

  /// The command that starts a program or a verb of `pushforward`.
  static func command(_ name: String) -> [String] {
    name.hasPrefix("train-")
      ? [path(of: name)]
      : [path(of: "pushforward")] + name.split(separator: " ").map(String.init)
  }

  /// The beginning of its messages: `train-vae`, `pushforward sample`.
  static func title(_ name: String) -> String {
    name.hasPrefix("train-") ? name : "pushforward " + name
  }

  /// Starts another program, which starts the executable.
  init(
    command: [String], in workspace: Workspace, environment: [String: String] = [:]
  ) throws {
    errorPath = workspace.path(of: ".stderr-\(UUID().uuidString)")
    try Data().write(to: URL(fileURLWithPath: errorPath))
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = URL(fileURLWithPath: workspace.path)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = outputPipe
    process.standardError = FileHandle(forWritingAtPath: errorPath)
    try process.run()
    // A run that hangs fails its test instead of blocking the whole suite.
    let identifier = process.processIdentifier
    DispatchQueue.global().asyncAfter(deadline: .now() + 120) { [weak process] in
      if process?.isRunning == true { kill(identifier, SIGKILL) }
    }
  }

  /// Reads standard output until it contains a text; returns false if it ends before.
  func hasPrinted(_ text: String) -> Bool {
    while !String(decoding: output, as: UTF8.self).contains(text) {
      let more = outputPipe.fileHandleForReading.availableData
      if more.isEmpty { return false }
      output += more
    }
    return true
  }

  /// Whether the process is still running.
  var isRunning: Bool { process.isRunning }

  /// Sends the process a signal.
  func send(_ signal: Int32) {
    kill(process.processIdentifier, signal)
  }

  /// Waits for the end.
  func result() throws -> Result {
    output += outputPipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    // Not when the object is released, because a suite of hundreds of runs would hold hundreds of
    // open files.
    try outputPipe.fileHandleForReading.close()
    let wasKilled = process.terminationReason == .uncaughtSignal
    return Result(
      code: process.terminationStatus + (wasKilled ? 128 : 0), wasKilled: wasKilled,
      output: String(decoding: output, as: UTF8.self),
      error: try String(contentsOfFile: errorPath, encoding: .utf8))
  }
}
