import Glibc
import Synchronization

/// The cost of a program's operations: how often each ran, how long, and how much work it did.
///
/// ```swift
/// Profile.start()
/// train()
/// for entry in Profile.stop().entries { print(entry.name, entry.calls, entry.seconds) }
/// ```
///
/// An operation here is one pass through its operands' memory; a softmax consists of several. When
/// off, it costs one flag check; when on, a fifth of a microsecond per operation. Operations of all
/// threads count together.
public struct Profile: Sendable {
  /// An operation, in the forward or the backward pass.
  public struct Entry: Sendable {
    /// The name of the function that it belongs to.
    public let name: String
    /// Whether it ran in a backward pass along a tape.
    public let isBackward: Bool
    /// The number of times it ran.
    public internal(set) var calls = 0
    /// The total time in seconds.
    public internal(set) var seconds = 0.0
    /// The number of additions and multiplications in its matrix products and in the sums of its
    /// convolutions, even where these are computed with fewer; 0 for other operations.
    public internal(set) var arithmetic = 0
    /// The number of bytes of its operands and its result, each counted once per call.
    public internal(set) var bytes = 0
  }

  /// The operations, longest first.
  public let entries: [Entry]
  /// The time from start to stop in seconds, including the time between operations.
  public let elapsedSeconds: Double
  /// The total time of the operations.
  public var seconds: Double { entries.reduce(0) { $0 + $1.seconds } }

  /// Starts recording the cost of operations and discards earlier records.
  public static func start() {
    notes.withLock { $0 = Notes(start: now) }
    isOn.store(true, ordering: .relaxed)
  }

  /// Stops recording and returns the profile.
  public static func stop() -> Profile {
    isOn.store(false, ordering: .relaxed)
    let (notes, end) = (notes.withLock { $0 }, now)
    // Shortened only here, where no operation waits: `matmul(_:transposeLeft:)` becomes `matmul`.
    var entries: [Key: Entry] = [:]
    for (key, entry) in notes.entries {
      let name = String(key.function.prefix { $0 != "(" })
      let key = Key(function: name, isBackward: key.isBackward)
      entries[key, default: Entry(name: name, isBackward: key.isBackward)].add(
        calls: entry.calls, seconds: entry.seconds, arithmetic: entry.arithmetic,
        bytes: entry.bytes)
    }
    return Profile(
      entries: entries.values.sorted { ($1.seconds, $0.name) < ($0.seconds, $1.name) },
      elapsedSeconds: end - notes.start)
  }

  // MARK: Notes

  private struct Key: Hashable {
    let function: String
    let isBackward: Bool
  }

  private struct Notes {
    var start = 0.0
    var entries: [Key: Entry] = [:]
  }

  private static let isOn = Atomic(false)
  private static let notes = Mutex(Notes())

  /// Whether code running here is part of a backward pass along a tape; work of other threads is
  /// not.
  @TaskLocal static var isWalkingBack = false

  /// Runs a backward pass along a tape, so that its operations are recorded as such.
  static func notingWalk<Result>(_ walk: () throws -> Result) rethrows -> Result {
    guard isOn.load(ordering: .relaxed) else { return try walk() }
    return try $isWalkingBack.withValue(true, operation: walk)
  }

  /// Runs the loops of an operation, and records their cost if profiling is on.
  static func noting<Result>(
    _ function: String, arithmetic: Int = 0, bytes: Int, _ body: () throws -> Result
  ) rethrows -> Result {
    guard isOn.load(ordering: .relaxed) else { return try body() }
    let start = now
    let result = try body()
    let seconds = now - start
    let key = Key(function: function, isBackward: isWalkingBack)
    notes.withLock { notes in
      notes.entries[key, default: Entry(name: function, isBackward: key.isBackward)].add(
        calls: 1, seconds: seconds, arithmetic: arithmetic, bytes: bytes)
    }
    return result
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

extension Profile.Entry {
  fileprivate mutating func add(calls: Int, seconds: Double, arithmetic: Int, bytes: Int) {
    self.calls += calls
    self.seconds += seconds
    self.arithmetic += arithmetic
    self.bytes += bytes
  }
}
