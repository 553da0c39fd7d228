import Foundation

/// Memory that several threads share: who needs more than is left waits until others give theirs back.
final class MemoryBudget: Sendable {
  private let capacity: Int
  private let condition = NSCondition()
  /// Behind the condition's lock.
  nonisolated(unsafe) private var used = 0

  /// A budget of so many bytes.
  init(_ capacity: Int) { self.capacity = capacity }

  /// Calls `body` once so many bytes are left, and takes them for as long as that lasts.
  ///
  /// More than the whole budget is given too, to one at a time.
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
