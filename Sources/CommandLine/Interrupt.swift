import Glibc
import Synchronization

/// Ctrl-C, SIGTERM and SIGHUP, turned into a question that a training loop asks between steps.
///
/// The first signal only sets a flag, so that the step ends and its files are complete. Where the flag
/// is not asked for within a second and a half (a step that takes long, a library that computes for
/// minutes), the process ends all the same (``ForcedEnd``), with its files as whole as after a kill. The
/// second signal kills the process at once: whoever presses Ctrl-C twice means it.
///
/// ```swift
/// Interrupt.install()
/// for batch in batches where !Interrupt.isRequested { … }
/// if let code = Interrupt.exitCode { code.exit() }
/// ```
public enum Interrupt {
  /// Takes over SIGINT, SIGTERM and, unless it is ignored as `nohup` has it, SIGHUP, and ignores
  /// SIGPIPE and SIGXFSZ, for the whole process.
  ///
  /// SIGINT is taken over even where a shell has set it to be ignored (a job in the background of a
  /// script): who sends it to a training run wants it to end. For the same reason they are let
  /// through to this thread where the program that started this one has blocked them, as those do
  /// that start it from a thread which leaves signals to another one. SIGPIPE is ignored because a closed
  /// pipe behind `train-vae | head` is no reason to lose the run; `Console` reports it. SIGXFSZ is
  /// ignored because a file that may not grow (`ulimit -f`) is then an error like a full disk, which
  /// names the file and leaves none half-written.
  public static func install() {
    // The store also initialises the flag before a handler can be the first to touch it.
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

  /// Whether the process was asked to end since `install()`.
  ///
  /// Whoever asks and is told so has to end what it does within a second.
  public static var isRequested: Bool {
    guard received.load(ordering: .relaxed) != 0 else { return false }
    ForcedEnd.standDown()
    return true
  }

  /// Throws a `CancellationError` if the process was asked to end.
  public static func check() throws(CancellationError) {
    if isRequested { throw CancellationError() }
  }

  /// The code to exit with if the process was asked to end, otherwise nil.
  public static var exitCode: ExitCode? { isRequested ? requestedCode : nil }

  /// The number of the signal received, or 0; whoever asks has not heard it yet.
  package static var requestedSignal: Int32 { received.load(ordering: .relaxed) }

  /// Takes a signal that another process has received as this one's.
  package static func request(_ signal: Int32) {
    _ = received.compareExchange(expected: 0, desired: signal, ordering: .relaxed)
    ForcedEnd.standDown()
  }

  /// The code of the signal received.
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

/// Only what a signal handler may do: an atomic store, `signal` and `sem_post`.
private let handler: @convention(c) (Int32) -> Void = { number in
  received.store(number, ordering: .relaxed)
  signal(SIGINT, SIG_DFL)
  signal(SIGTERM, SIG_DFL)
  signal(SIGHUP, SIG_DFL)
  ForcedEnd.wake()
}
