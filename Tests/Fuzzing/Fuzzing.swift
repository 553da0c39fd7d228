import Foundation
import Synchronization

/// The results of reading many broken files.
public struct FuzzingOutcome: CustomStringConvertible, Sendable {
  /// The name of the reader.
  public let reader: String
  /// The number of files that were read despite their changes.
  public var readCount = 0
  /// The number of files that were refused.
  public var refusedCount = 0
  /// The largest number of bytes that reading a file used beyond what the file's checked header
  /// requires.
  public var excess = 0
  /// The longest time that reading a file took.
  public var longest = Duration.zero

  /// Whether no file took more than 64 MB beyond what its header requires, and enough files were
  /// read and enough refused, which shows that the changes were neither too many nor too few.
  public var isGood: Bool {
    let (fewer, more) = (min(readCount, refusedCount), max(readCount, refusedCount))
    // One of a hundred files is enough.
    return excess <= 64 << 20 && fewer > 0 && (fewer + 1) * 50 > more
  }

  /// The results in a line.
  public var description: String {
    "\(reader): \(readCount + refusedCount) files, \(readCount) read, \(refusedCount) refused; at most"
      + " \(excess >> 10) KiB beyond the header's need, and"
      + " \(longest.components.seconds * 1_000 + longest.components.attoseconds / 1_000_000_000_000_000)"
      + " ms"
  }
}

/// The number of files for each reader: 100, or the value of the environment variable
/// `PUSHFORWARD_FUZZ`.
public let fuzzingCount =
  ProcessInfo.processInfo.environment["PUSHFORWARD_FUZZ"].flatMap { Int($0) } ?? 100

/// The value of the environment variable `PUSHFORWARD_FUZZ_SEED`, which changes all files, or 0.
let fuzzingSeed =
  ProcessInfo.processInfo.environment["PUSHFORWARD_FUZZ_SEED"].flatMap { UInt64($0) } ?? 0

/// The maximum time for reading a file, in seconds.
private let mostSeconds = 30.0

/// Writes broken files one after another and reads each of them.
///
/// It must run in a separate process (an exit test), which ends if a reader crashes or takes longer
/// than half a minute. The file is then left in the folder for temporary files. If the environment
/// variable `PUSHFORWARD_FUZZ_REPORT` names a file, a line of results is appended to it.
///
/// - Parameters:
///   - reader: The name of the reader, for messages.
///   - next: Makes a file.
///   - need: The number of bytes that a file's header requires, if it is valid.
///   - read: Reads the file at a path; any error but a crash is a refusal.
public func fuzz(
  _ reader: String, _ next: () -> [UInt8],
  need: (_ file: [UInt8]) -> Int = { _ in 0 }, read: (_ path: String) throws -> Void
) throws -> FuzzingOutcome {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("pushforward-fuzzing-\(reader.replacing(" ", with: "-"))-\(getpid())")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  let file = folder.appendingPathComponent("file")
  let watch = Watch(file.path)
  var outcome = FuzzingOutcome(reader: reader)
  for _ in 0..<fuzzingCount {
    let bytes = next()
    try Data(bytes).write(to: file)
    let (meter, start) = (try MemoryMeter(), ContinuousClock.now)
    watch.begin()
    do {
      try read(file.path)
      outcome.readCount += 1
    } catch {
      // The error message must itself be printable.
      _ = "\(error)"
      outcome.refusedCount += 1
    }
    watch.end()
    outcome.longest = max(outcome.longest, ContinuousClock.now - start)
    outcome.excess = max(outcome.excess, meter.growth - need(bytes))
  }
  try FileManager.default.removeItem(at: folder)
  report(outcome)
  return outcome
}

private func report(_ outcome: FuzzingOutcome) {
  guard let path = ProcessInfo.processInfo.environment["PUSHFORWARD_FUZZ_REPORT"] else { return }
  let line = Array("\(outcome)\n".utf8)
  let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
  _ = write(descriptor, line, line.count)
  close(descriptor)
}

/// Ends the process if reading a file takes too long.
private final class Watch: Sendable {
  /// The time at which the current file's reading began, in milliseconds since 1970; 0 between
  /// files.
  private let beginning = Atomic<Int>(0)

  init(_ path: String) {
    Thread.detachNewThread { [weak self] in
      while let watch = self {
        let beginning = watch.beginning.load(ordering: .relaxed)
        if beginning > 0, Double(Self.now - beginning) / 1_000 > mostSeconds {
          fatalError("expected at most \(mostSeconds) seconds for \(path)")
        }
        Thread.sleep(forTimeInterval: 0.5)
      }
    }
  }

  private static var now: Int { Int(Date().timeIntervalSince1970 * 1_000) }

  func begin() { beginning.store(Self.now, ordering: .relaxed) }

  func end() { beginning.store(0, ordering: .relaxed) }
}
