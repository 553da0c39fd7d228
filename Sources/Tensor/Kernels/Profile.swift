import Glibc
import Synchronization

/// What the operations of a program cost: how often each ran, how long, and how much it did.
///
/// ```swift
/// Profile.start()
/// train()
/// for entry in Profile.stop().entries { print(entry.name, entry.calls, entry.seconds) }
/// ```
///
/// An operation here is what goes through its operands' memory in one pass; a softmax is several.
/// While nobody asks, it costs a glance at a flag; while somebody does, a fifth of a microsecond an
/// operation. Operations of all threads count together.
public struct Profile: Sendable {
  /// An operation, on the way forward or back.
  public struct Entry: Sendable {
    /// The name of the function that it is part of.
    public let name: String
    /// Whether it ran on a walk back along a tape.
    public let isBackward: Bool
    /// How often it ran.
    public internal(set) var calls = 0
    /// How long it ran in all.
    public internal(set) var seconds = 0.0
    /// How many additions and multiplications its matrix products have, and the sums of its
    /// convolutions, even where these are computed with fewer; 0 for what is neither.
    public internal(set) var arithmetic = 0
    /// How many bytes its operands and its result have together, each counted once a call.
    public internal(set) var bytes = 0
  }

  /// The operations, the one that took longest first.
  public let entries: [Entry]
  /// How long it was from the start to the end in seconds, between operations too.
  public let elapsedSeconds: Double
  /// How long the operations took together.
  public var seconds: Double { entries.reduce(0) { $0 + $1.seconds } }

  /// Begins to note what operations cost; what was noted before is forgotten.
  public static func start() {
    notes.withLock { $0 = Notes(start: now) }
    isOn.store(true, ordering: .relaxed)
  }

  /// Ends it.
  public static func stop() -> Profile {
    isOn.store(false, ordering: .relaxed)
    let (notes, end) = (notes.withLock { $0 }, now)
    // Only here, where no operation waits for it: `matmul(_:transposeLeft:)` becomes `matmul`.
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

  /// Whether what runs here is part of a walk back along a tape; what another thread does
  /// meanwhile is not.
  @TaskLocal static var isWalkingBack = false

  /// Runs a walk back along a tape, so that its operations are noted as such.
  static func notingWalk<Result>(_ walk: () throws -> Result) rethrows -> Result {
    guard isOn.load(ordering: .relaxed) else { return try walk() }
    return try $isWalkingBack.withValue(true, operation: walk)
  }

  /// Runs the loops of an operation, and notes their cost if that is wanted.
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
