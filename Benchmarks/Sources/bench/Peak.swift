import Tensor

/// Measures this machine's peak: single-threaded products, one on each processor at the same time.
///
/// - Parameter dtype: The element type of the products.
/// - Returns: Multiplications and additions per second, together, in the best of several attempts.
func measuredProductPeak(_ dtype: DType = .float32) -> Double {
  let side = 512
  let random = Random(seed: 0)
  let (a, b) = (
    random.normal([side, side], dtype: dtype), random.normal([side, side], dtype: dtype)
  )
  let clock = ContinuousClock()
  let repetitions = 20
  let seconds = (0..<10).map { _ in
    clock.measure {
      // Inside `parallel`, an operation runs only on its own thread.
      parallel(count: threadCount) { _ in
        for _ in 0..<repetitions { _ = a.matmul(b) }
      }
    } / .seconds(1)
  }
  let work = Double(2 * side * side * side * repetitions * threadCount)
  return work / (seconds.min() ?? .infinity)
}
