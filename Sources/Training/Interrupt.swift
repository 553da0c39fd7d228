import Glibc
import Synchronization

/// Ctrl-C, SIGTERM and SIGHUP, turned into a question that a training loop asks between steps.
///
/// The first signal only sets a flag, so that the step ends and its files are complete. The second
/// kills the process at once: whoever presses Ctrl-C twice means it.
///
/// ```swift
/// Interrupt.install()
/// for batch in batches where !Interrupt.isRequested { … }
/// if let code = Interrupt.exitCode { code.exit() }
/// ```
public enum Interrupt {
  /// Takes over SIGINT, SIGTERM and, unless it is ignored as `nohup` has it, SIGHUP, and ignores
  /// SIGPIPE, for the whole process.
  ///
  /// SIGINT is taken over even where a shell has set it to be ignored (a job in the background of a
  /// script): who sends it to a training run wants it to end. For the same reason they are let
  /// through to this thread where the program that started this one has blocked them, as those do
  /// that start it from a thread which leaves signals to another one. SIGPIPE is ignored because a closed
  /// pipe behind `train-vae | head` is no reason to lose the run; `Console` reports it.
  public static func install() {
    // The store also initialises the flag before a handler can be the first to touch it.
    received.store(0, ordering: .sequentiallyConsistent)
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    var hangUp = sigaction()
    sigaction(SIGHUP, nil, &hangUp)
    if !isIgnored(hangUp) { signal(SIGHUP, handler) }
    signal(SIGPIPE, SIG_IGN)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGHUP)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether the process was asked to end since `install()`.
  public static var isRequested: Bool {
    received.load(ordering: .relaxed) != 0
  }

  /// The code to exit with if the process was asked to end, otherwise nil.
  public static var exitCode: ExitCode? {
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

/// Only what a signal handler may do: an atomic store and `signal`.
private let handler: @convention(c) (Int32) -> Void = { number in
  received.store(number, ordering: .relaxed)
  signal(SIGINT, SIG_DFL)
  signal(SIGTERM, SIG_DFL)
  signal(SIGHUP, SIG_DFL)
}
