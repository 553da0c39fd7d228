import Foundation

/// Memory shared by several threads: a thread that needs more than is left waits until others
/// return theirs.
final class MemoryBudget: Sendable {
  private let capacity: Int
  private let condition = NSCondition()
  /// Protected by the condition's lock.
  nonisolated(unsafe) private var used = 0

  /// Creates a budget of this many bytes.
  init(_ capacity: Int) { self.capacity = capacity }

  /// Calls `body` once this many bytes are available, and holds them during the call.
  ///
  /// Requests beyond the whole budget are granted too, one at a time.
  func using<Result>(_ byteCount: Int, _ body: () throws -> Result) rethrows -> Result {
    condition.withLock {
      while used > 0 && used + byteCount > capacity { condition.wait() }
      used += byteCount
    }
    defer {
      condition.withLock {
        used -= byteCount
        condition.broadcast()
      }
    }
    return try body()
  }
}
