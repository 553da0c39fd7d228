import Datasets
import Foundation
import TestSupport

/// A folder for one test, removed when the test releases it.
final class Scratch {
  private let folder: TemporaryFolder

  var path: String { folder.path }

  init() throws { folder = try TemporaryFolder() }

  /// The names of the folder's contents, including hidden files.
  var contents: [String] {
    get throws { try folder.names() }
  }

  /// The names of the contents of a subfolder.
  func names(in subfolder: String) throws -> [String] { try folder.names(in: subfolder) }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: self(name)))
    return self(name)
  }

  /// Creates a folder and those above it.
  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: self(name), withIntermediateDirectories: true)
  }

  func read(_ name: String) throws -> [UInt8] { try folder.bytes(of: name) }

  /// Gzips the file with that name, appending `.gz`, and returns its path.
  @discardableResult
  func gzip(_ name: String) throws -> String {
    let result = try run("gzip", ["-n", self(name)])
    guard result.status == 0 else { throw CocoaError(.fileWriteUnknown) }
    return self("\(name).gz")
  }
}

/// The result of a finished process.
struct Finished {
  let status: Int32
  let output: String
  let errors: String
}

/// Runs a program found in the PATH until it ends.
func run(
  _ program: String, _ arguments: [String], environment: [String: String] = [:]
) throws -> Finished {
  // Files rather than pipes, because a child process of another test may keep a pipe open.
  let scratch = try Scratch()
  let process = try start(program, arguments, environment: environment, output: scratch)
  process.waitUntilExit()
  return Finished(
    status: process.terminationStatus,
    output: String(decoding: try scratch.read("output"), as: UTF8.self),
    errors: String(decoding: try scratch.read("errors"), as: UTF8.self))
}

/// Starts a program found in the PATH; it writes to the files `output` and `errors` in `scratch`.
func start(
  _ program: String, _ arguments: [String], environment: [String: String] = [:],
  output scratch: Scratch
) throws -> Process {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [program] + arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  process.standardInput = FileHandle.nullDevice
  for name in ["output", "errors"] { try scratch.write([], name) }
  process.standardOutput = try FileHandle(
    forWritingTo: URL(fileURLWithPath: scratch("output")))
  process.standardError = try FileHandle(
    forWritingTo: URL(fileURLWithPath: scratch("errors")))
  try process.run()
  return process
}

/// The bytes of an IDX file, valid or not.
func idx(magic: UInt32 = 0x0000_0803, _ dimensions: [UInt32], _ content: [UInt8]) -> [UInt8] {
  ([magic] + dimensions).flatMap { number in
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
  } + content
}

/// Images of `height` × `width` pixels, all of whose pixels are the image's index, labelled 0 to 9
/// in turn.
func numbered(_ count: Int, height: Int = 2, width: Int = 3) -> LabeledImages {
  LabeledImages(
    height: height, width: width,
    pixels: (0..<count).flatMap {
      [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: height * width)
    },
    labels: (0..<count).map { UInt8($0 % 10) })
}

/// Any two sets of images.
struct Pair: ImageDataset {
  var train: LabeledImages
  var test: LabeledImages
}
