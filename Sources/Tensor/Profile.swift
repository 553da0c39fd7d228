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
/// While nobody asks, it costs a glance at a flag; while somebody does, a tenth of a microsecond an
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
    /// How many additions and multiplications its matrix products had; 0 for what is none.
    public internal(set) var arithmetic = 0
    /// How many bytes its operands and its result have together, each counted once a call.
    public internal(set) var bytes = 0
  }

  /// The operations, the one that took longest first.
  public let entries: [Entry]
  /// How long they took together.
  public var seconds: Double { entries.reduce(0) { $0 + $1.seconds } }

  /// Begins to note what operations cost; what was noted before is forgotten.
  public static func start() {
    notes.withLock { $0 = [:] }
    isOn.store(true, ordering: .relaxed)
  }

  /// Ends it.
  public static func stop() -> Profile {
    isOn.store(false, ordering: .relaxed)
    return Profile(
      entries: notes.withLock { $0.values.sorted { $0.seconds > $1.seconds } })
  }

  // MARK: Notes

  private struct Key: Hashable {
    let name: String
    let isBackward: Bool
  }

  private static let isOn = Atomic(false)
  private static let walksBack = Atomic(0)
  private static let notes = Mutex<[Key: Entry]>([:])

  /// Runs the loops of an operation, and notes their cost if that is wanted.
  static func noting<Result>(
    _ function: String, arithmetic: Int, bytes: Int, _ body: () throws -> Result
  ) rethrows -> Result {
    guard isOn.load(ordering: .relaxed) else { return try body() }
    let start = now
    let result = try body()
    let seconds = now - start
    let name = String(function.prefix { $0 != "(" })
    let key = Key(name: name, isBackward: walksBack.load(ordering: .relaxed) > 0)
    notes.withLock { notes in
      var entry = notes[key] ?? Entry(name: name, isBackward: key.isBackward)
      entry.calls += 1
      entry.seconds += seconds
      entry.arithmetic += arithmetic
      entry.bytes += bytes
      notes[key] = entry
    }
    return result
  }

  /// A walk back along a tape begins: the operations from here to its end are noted as such.
  static func beginWalk() { walksBack.add(1, ordering: .relaxed) }
  static func endWalk() { walksBack.subtract(1, ordering: .relaxed) }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
