import Testing

@testable import Tensor

/// Checks for the same result, bit for bit, with one thread and with two, three and four.
func expectSameAtAnyNumberOfThreads<Result: Equatable>(
  _ results: () -> Result, sourceLocation: SourceLocation = #_sourceLocation
) {
  let before = threadCount
  defer { threadCount = before }
  threadCount = 1
  let expected = results()
  for threads in 2...4 {
    threadCount = threads
    #expect(results() == expected, "\(threads) threads", sourceLocation: sourceLocation)
  }
}
