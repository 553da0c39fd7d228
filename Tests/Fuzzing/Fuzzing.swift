import Foundation
import Synchronization

/// What came of many broken files.
public struct FuzzingOutcome: CustomStringConvertible, Sendable {
  /// What read them.
  public let reader: String
  /// How many were read in spite of their changes.
  public var readCount = 0
  /// How many were refused.
  public var refusedCount = 0
  /// By how many bytes the most greedy reading took more than the file's checked header needs.
  public var excess = 0
  /// How long the longest reading took.
  public var longest = Duration.zero

  /// Whether no reading took more than 64 MB beyond what the header needs, and of the files enough were
  /// read and enough refused for the changes to have been neither too many nor too few.
  public var isGood: Bool {
    let (fewer, more) = (min(readCount, refusedCount), max(readCount, refusedCount))
    // Of a hundred files one is enough.
    return excess <= 64 << 20 && fewer > 0 && (fewer + 1) * 50 > more
  }

  /// The figures in a line.
  public var description: String {
    "\(reader): \(readCount + refusedCount) files, \(readCount) read, \(refusedCount) refused; at most"
      + " \(excess >> 10) KiB beyond the header's need, and"
      + " \(longest.components.seconds * 1_000 + longest.components.attoseconds / 1_000_000_000_000_000)"
      + " ms"
  }
}

/// How many files each reader gets: 100, or as many as the environment variable `PUSHFORWARD_FUZZ` says.
public let fuzzingCount =
  ProcessInfo.processInfo.environment["PUSHFORWARD_FUZZ"].flatMap { Int($0) } ?? 100

/// What the environment variable `PUSHFORWARD_FUZZ_SEED` says, by which all files differ, or 0.
let fuzzingSeed =
  ProcessInfo.processInfo.environment["PUSHFORWARD_FUZZ_SEED"].flatMap { UInt64($0) } ?? 0

/// The longest that reading one file may take, in seconds.
private let mostSeconds = 30.0

/// Writes broken files one after another and has each of them read.
///
/// It belongs into a process of its own (an exit test): a reader that crashes ends it, and so does one
/// that takes longer than half a minute. The file that it was is then left in the folder for temporary
/// files. Where the environment variable `PUSHFORWARD_FUZZ_REPORT` names a file, a line of figures is
/// added to it.
///
/// - Parameters:
///   - reader: What is tried, for messages.
///   - next: Makes a file.
///   - need: How many bytes a file's header needs, where it is to be believed.
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
      // What is said of a file must itself be possible to say.
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

/// Ends the process where one reading takes too long.
private final class Watch: Sendable {
  /// When the reading that is under way began, in milliseconds since 1970; 0 between two.
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
