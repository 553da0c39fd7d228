import Glibc
import Synchronization

/// Turns Ctrl-C, SIGTERM and SIGHUP into a flag that a training loop checks between steps.
///
/// The first signal only sets a flag, so that the current step finishes and its files are complete.
/// If the flag is not checked within a second and a half (during a long step, or while a library
/// computes for minutes), the process is ended anyway (``ForcedEnd``), with its files as complete
/// as after a kill. The second signal kills the process at once: whoever presses Ctrl-C twice means
/// it.
///
/// ```swift
/// Interrupt.install()
/// for batch in batches where !Interrupt.isRequested { … }
/// if let code = Interrupt.exitCode { code.exit() }
/// ```
public enum Interrupt {
  /// Handles SIGINT, SIGTERM and, unless it is ignored as under `nohup`, SIGHUP, and ignores
  /// SIGPIPE and SIGXFSZ, for the whole process.
  ///
  /// SIGINT is handled even where a shell has set it to be ignored (a script's background job):
  /// whoever sends it to a training run wants the run to end. For the same reason these signals are
  /// unblocked in this thread, in case the program that started this one had blocked them, as
  /// programs do that start others from a thread which leaves signals to another thread. SIGPIPE is
  /// ignored because a closed pipe in `train-vae | head` is no reason to lose the run; `Console`
  /// reports it. SIGXFSZ is ignored so that a file over the size limit (`ulimit -f`) becomes an
  /// error like a full disk, which names the file and leaves no half-written file.
  public static func install() {
    // The store also initialises the flag before a handler can be the first to access it.
    received.store(0, ordering: .sequentiallyConsistent)
    ForcedEnd.install()
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    var hangUp = sigaction()
    sigaction(SIGHUP, nil, &hangUp)
    if !isIgnored(hangUp) { signal(SIGHUP, handler) }
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGHUP)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether the process has been asked to end since `install()`.
  public static var isRequested: Bool {
    guard received.load(ordering: .relaxed) != 0 else { return false }
    ForcedEnd.standDown()
    return true
  }

  /// Throws a `CancellationError` if the process was asked to end.
  public static func check() throws(CancellationError) {
    if isRequested { throw CancellationError() }
  }

  /// The exit code if the process was asked to end, otherwise nil.
  public static var exitCode: ExitCode? { isRequested ? requestedCode : nil }

  /// The number of the signal received, or 0; asking does not count as noticing it.
  package static var requestedSignal: Int32 { received.load(ordering: .relaxed) }

  /// Treats a signal that another process received as if this one had received it.
  package static func request(_ signal: Int32) {
    _ = received.compareExchange(expected: 0, desired: signal, ordering: .relaxed)
    ForcedEnd.standDown()
  }

  /// The exit code for the signal received.
  static var requestedCode: ExitCode? {
    switch received.load(ordering: .relaxed) {
    case SIGINT: .interrupted
    case SIGTERM: .terminated
    case SIGHUP: .hungUp
    default: nil
    }
  }
}

/// Whether a signal's action is to ignore it.
private func isIgnored(_ action: sigaction) -> Bool {
  unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    == unsafeBitCast(SIG_IGN, to: Int.self)
}

/// The number of the first signal received, or 0.
private let received = Atomic<Int32>(0)

/// Does only what a signal handler may do: an atomic store, `signal` and `sem_post`.
private let handler: @convention(c) (Int32) -> Void = { number in
  received.store(number, ordering: .relaxed)
  signal(SIGINT, SIG_DFL)
  signal(SIGTERM, SIG_DFL)
  signal(SIGHUP, SIG_DFL)
  ForcedEnd.wake()
}
