import Glibc
import Synchronization

/// Ends a process that was asked to end by a signal and is too busy to notice.
///
/// A separate thread waits for the signal and then for another second and a half. If nothing has
/// asked ``Interrupt/isRequested`` by then, it runs the registered action, such as printing how to
/// resume the run, and ends the process. That is safe at any moment because all files are written
/// atomically: the run can be resumed as after a kill.
public enum ForcedEnd {
  /// Sets the action to run before a forced end, on another thread; nil for none.
  ///
  /// Replaces any earlier action.
  public static func setLastAction(_ action: (@Sendable () -> Void)?) {
    state.withLock { $0.action = action }
  }

  /// Postpones a forced end while `body` runs, because it writes something that must be complete.
  public static func postpone<Result: ~Copyable, Failure>(
    during body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    state.withLock { $0.postponements += 1 }
    defer { state.withLock { $0.postponements -= 1 } }
    return try body()
  }

  /// How long a signal may go unnoticed.
  private static let patience = Duration.milliseconds(1_500)

  private struct State {
    var action: (@Sendable () -> Void)?
    var postponements = 0
  }

  private static let state = Mutex(State())
  private static let isHeard = Atomic<Bool>(false)
  private static let hasBegun = Atomic<Bool>(false)
  private static let isWatching = Atomic<Bool>(false)
  private static let arrival = Semaphore()
}

// MARK: - For Interrupt

extension ForcedEnd {
  /// Starts the thread that waits for a signal.
  static func install() {
    isHeard.store(false, ordering: .relaxed)
    _ = arrival
    guard !isWatching.exchange(true, ordering: .relaxed) else { return }
    var thread = pthread_t()
    // Without the thread, the program still notices the signal where it asks for it.
    if pthread_create(&thread, nil, { _ in ForcedEnd.watch() }, nil) == 0 { pthread_detach(thread) }
  }

  /// Notifies the thread of a signal; may be called in a signal handler.
  static func wake() { sem_post(arrival.pointer) }

  /// Records that the program has noticed the signal and ends by itself.
  static func standDown() { isHeard.store(true, ordering: .relaxed) }

  /// Waits for a forced end that has begun, so that nothing is printed after its last message.
  static func waitIfBegun() {
    while hasBegun.load(ordering: .sequentiallyConsistent) { pause() }
  }

  private static func watch() -> Never {
    while true {
      while sem_wait(arrival.pointer) != 0 {}
      let deadline = ContinuousClock.now + patience
      while !isHeard.load(ordering: .relaxed) {
        usleep(20_000)
        if ContinuousClock.now > deadline { end() }
      }
    }
  }

  /// Ends the process, unless the end is postponed.
  private static func end() {
    let action = state.withLock { state -> (@Sendable () -> Void)?? in
      guard state.postponements == 0, !isHeard.load(ordering: .relaxed) else { return nil }
      hasBegun.store(true, ordering: .sequentiallyConsistent)
      return .some(state.action)
    }
    guard let action else { return }
    action?()
    // Not `exit`, which would tear down objects that other threads still use.
    _exit((Interrupt.requestedCode ?? .failure).rawValue)
  }
}

/// A POSIX semaphore, which a signal handler may post.
private final class Semaphore: Sendable {
  nonisolated(unsafe) let pointer = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(pointer, 0, 0) }
}
