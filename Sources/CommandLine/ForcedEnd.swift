import Glibc
import Synchronization

/// The end of a process that was asked to end by a signal and is too busy to hear it.
///
/// A thread of its own waits for the signal and then a second and a half. If nothing has asked
/// ``Interrupt/isRequested`` by then, it does what was registered, such as to say where the run goes
/// on, and ends the process. That is safe at any moment, because all files are written whole or not at
/// all: a run then goes on as it does after a kill.
public enum ForcedEnd {
  /// Sets what is to be done before a forced end, on another thread; nil for nothing.
  ///
  /// It replaces what was set before.
  public static func setLastAction(_ action: (@Sendable () -> Void)?) {
    state.withLock { $0.action = action }
  }

  /// Keeps a forced end from happening while `body` runs, as it writes what has to be complete.
  public static func postpone<Result: ~Copyable, Failure>(
    during body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    state.withLock { $0.postponements += 1 }
    defer { state.withLock { $0.postponements -= 1 } }
    return try body()
  }

  /// How long a signal may go unheard.
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
    // Without the thread the signal is heard where the program asks for it, as before.
    if pthread_create(&thread, nil, { _ in ForcedEnd.watch() }, nil) == 0 { pthread_detach(thread) }
  }

  /// Tells the thread of a signal; may be called in a signal handler.
  static func wake() { sem_post(arrival.pointer) }

  /// Takes note that the program has heard the signal and ends by itself.
  static func standDown() { isHeard.store(true, ordering: .relaxed) }

  /// Waits for the end if it has begun, as nothing should be said behind the last words.
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

  /// Ends the process, unless that has to wait.
  private static func end() {
    let action = state.withLock { state -> (@Sendable () -> Void)?? in
      guard state.postponements == 0, !isHeard.load(ordering: .relaxed) else { return nil }
      hasBegun.store(true, ordering: .sequentiallyConsistent)
      return .some(state.action)
    }
    guard let action else { return }
    action?()
    // Not `exit`, which would take down what other threads are using.
    _exit((Interrupt.requestedCode ?? .failure).rawValue)
  }
}

/// A POSIX semaphore, which a signal handler may post.
private final class Semaphore: Sendable {
  nonisolated(unsafe) let pointer = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(pointer, 0, 0) }
}
