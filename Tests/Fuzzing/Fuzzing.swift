import Foundation

/// What came of many broken files.
public struct FuzzingOutcome {
  /// How many were read in spite of their changes.
  public var readCount = 0
  /// How many were refused.
  public var refusedCount = 0
  /// By how many bytes the most memory that the process has had at a time has grown; 0 under the
  /// address sanitizer, which keeps what is freed.
  public var memoryGrowth = 0
}

/// Writes broken files one after another and has each of them read.
///
/// It belongs into a process of its own (an exit test): a reader that crashes ends it, and the memory
/// that is measured is the reader's.
///
/// - Parameters:
///   - count: How many files.
///   - next: Makes a file.
///   - read: Reads the file at a path; any error but a crash is a refusal.
public func fuzz(
  count: Int = 10_000, _ next: () -> [UInt8], read: (_ path: String) throws -> Void
) throws -> FuzzingOutcome {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("fuzzing-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appendingPathComponent("file")
  var outcome = FuzzingOutcome()
  let before = peakMemory()
  for _ in 0..<count {
    try Data(next()).write(to: file)
    do {
      try read(file.path)
      outcome.readCount += 1
    } catch {
      // What is said of a file must itself be possible to say.
      _ = "\(error)"
      outcome.refusedCount += 1
    }
  }
  let sanitizer = dlsym(dlopen(nil, RTLD_NOW), "__asan_init")
  outcome.memoryGrowth = sanitizer == nil ? peakMemory() - before : 0
  return outcome
}

/// The most memory that the process has had at a time, in bytes.
public func peakMemory() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1_024
}
