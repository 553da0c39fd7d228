import CommandLine
import Dispatch
import Synchronization

/// Writes an epoch's files on a thread of its own while the next epoch trains.
///
/// What is to be written is handed over as values, which training cannot change any more. There is
/// one piece of work at a time; an error is thrown to the caller when it next asks.
final class BackgroundWriter {
  private let queue = DispatchQueue(label: "pushforward.writing")
  private var work: Work?

  private final class Work: Sendable {
    let result = Mutex<Result<Void, any Error>?>(nil)
    let isDone = Atomic<Bool>(false)
  }

  private var completion: () -> Void = {}

  /// Begins to write; what was begun before has to be finished.
  ///
  /// - Parameters:
  ///   - body: Does the writing, on another thread.
  ///   - completion: What is to be done here once everything is on disk.
  func begin(_ body: @escaping @Sendable () throws -> Void, then completion: @escaping () -> Void) {
    let work = Work()
    queue.async {
      let result = Result { try body() }
      work.result.withLock { $0 = result }
      work.isDone.store(true, ordering: .releasing)
    }
    (self.work, self.completion) = (work, completion)
  }

  /// Takes note of the end of the writing, if it has ended.
  func finishIfDone() throws {
    if let work, work.isDone.load(ordering: .acquiring) { try finish() }
  }

  /// Waits for the end of the writing; so does a request to end, however slow the disk is.
  ///
  /// - Throws: What stopped it.
  func finish() throws {
    guard let work else { return }
    ForcedEnd.postpone { queue.sync {} }
    self.work = nil
    try work.result.withLock { $0 }?.get()
    completion()
  }
}
