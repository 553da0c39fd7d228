import Foundation

/// Makes mistakes that stop the program, all in this process, because starting a process for each
/// would be slow.
///
/// Each is made on its own thread, which stays where it stopped. The process fails if a thread
/// continues.
public func makeMistakes(_ count: Int, _ mistake: @escaping @Sendable (Int) throws -> Void) {
  for trap in [SIGILL, SIGTRAP] {
    signal(trap) { _ in
      hasStopped.signal()
      while true { pause() }
    }
  }
  let error = FileHandle.standardError
  for index in 0..<count {
    Thread.detachNewThread {
      try? mistake(index)
      error.write(Data("mistake \(index) did not stop the program\n".utf8))
      exit(EXIT_FAILURE)
    }
    hasStopped.wait()
    error.write(Data([endOfMistake]))
  }
}

/// The message of each mistake.
public func texts(ofMistakes error: [UInt8]) -> [String] {
  error.split(separator: endOfMistake, omittingEmptySubsequences: false).dropLast()
    .map { String(decoding: $0, as: UTF8.self) }
}

/// A byte that no message contains.
private let endOfMistake: UInt8 = 1

private let hasStopped = DispatchSemaphore(value: 0)
