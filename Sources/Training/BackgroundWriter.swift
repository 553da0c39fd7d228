import CommandLine
import Dispatch
import Synchronization

/// Writes an epoch's files on a separate thread while the next epoch trains.
///
/// The data to write are passed as values, which training cannot change any more. Only one write
/// runs at a time; its error is thrown when the caller next checks.
final class BackgroundWriter {
  private let queue = DispatchQueue(label: "pushforward.writing")
  private var work: Work?

  private final class Work: Sendable {
    let result = Mutex<Result<Void, any Error>?>(nil)
    let isDone = Atomic<Bool>(false)
  }

  private var completion: () -> Void = {}

  /// Starts writing; any earlier write must have finished.
  ///
  /// - Parameters:
  ///   - body: Does the writing, on another thread.
  ///   - completion: Called on the caller's thread once everything is on disk.
  func begin(_ body: @escaping @Sendable () throws -> Void, then completion: @escaping () -> Void) {
    let work = Work()
    queue.async {
      let result = Result { try body() }
      work.result.withLock { $0 = result }
      work.isDone.store(true, ordering: .releasing)
    }
    (self.work, self.completion) = (work, completion)
  }

  /// Completes the write if it has ended.
  func finishIfDone() throws {
    if let work, work.isDone.load(ordering: .acquiring) { try finish() }
  }

  /// Waits for the write to end; so does a request to end the run, however slow the disk is.
  ///
  /// - Throws: The error that stopped it.
  func finish() throws {
    guard let work else { return }
    ForcedEnd.postpone { queue.sync {} }
    self.work = nil
    try work.result.withLock { $0 }?.get()
    completion()
  }
}
