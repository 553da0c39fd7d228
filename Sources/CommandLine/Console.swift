import Files
import Glibc
import Synchronization

/// Lines on standard output and standard error.
///
/// A line stays one line whatever it contains: control characters are escaped and the middle of a
/// very long text is left out, because names and other texts may come from untrusted files. Lines
/// are written at once and unbuffered, so that they keep their order with a progress bar on the
/// same terminal and none is lost when a run is killed. A line that cannot be written (a full disk,
/// a closed pipe) is dropped: the run and its files matter more.
public enum Console {
  /// Whether lines are suppressed and error lines are kept instead: only one of several processes
  /// prints.
  package static var keepsErrors: Bool {
    get { kept.withLock { $0 != nil } }
    set { kept.withLock { $0 = newValue ? ($0 ?? "") : nil } }
  }

  /// The error lines that were kept.
  package static var keptErrors: String { kept.withLock { $0 ?? "" } }

  /// Writes a line to standard output; the first failure is reported once on standard error.
  ///
  /// - Returns: Whether the line was written.
  @discardableResult
  public static func printLine(_ line: String) -> Bool {
    let failure = write(printable(line, atMost: longestLine) + "\n", to: STDOUT_FILENO)
    guard failure != 0 else { return true }
    if !hasReportedFailure.exchange(true, ordering: .relaxed) {
      printError("cannot write to standard output: \(systemMessage(failure))")
    }
    return false
  }

  /// Writes each line of one of the program's own texts, such as its help, to standard output.
  ///
  /// - Returns: Whether all were written.
  @discardableResult
  public static func printLines(of text: String) -> Bool {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.allSatisfy { printLine(String($0)) }
  }

  /// Writes a line to standard error.
  public static func printError(_ line: String) {
    _ = write(printable(line, atMost: longestLine) + "\n", to: STDERR_FILENO)
  }

  /// Writes a text to standard error, without ending the line.
  public static func draw(_ text: String) {
    _ = write(text, to: STDERR_FILENO)
  }

  /// Whether lines on standard error can be redrawn.
  public static var standardErrorIsTerminal: Bool {
    isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  /// The width of the terminal behind standard error in columns, or 80 where it is unknown.
  public static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// The most characters of a line.
  private static let longestLine = 4_000

  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    let isKept = kept.withLock { kept in
      if descriptor == STDERR_FILENO { kept? += text }
      return kept != nil
    }
    if isKept { return 0 }
    var text = text
    return text.withUTF8 { writeFully(UnsafeRawBufferPointer($0), to: descriptor) }
  }
}

/// The error lines kept so far; nil while they are printed.
private let kept = Mutex<String?>(nil)

private let hasReportedFailure = Atomic<Bool>(false)
