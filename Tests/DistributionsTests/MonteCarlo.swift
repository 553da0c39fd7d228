import Tensor

/// The mean of independent draws and the standard error of that mean.
struct MonteCarlo: CustomStringConvertible {
  let mean: Double
  let standardError: Double

  /// Creates it from one number for each draw.
  init(_ draws: Tensor) {
    mean = draws.mean().scalar
    standardError = (draws.variance(correction: 1).scalar / Double(draws.count)).squareRoot()
  }

  /// Whether `expected` is within four standard errors, and these are below `precision`, so that
  /// agreement is meaningful.
  func agrees(with expected: Double, precision: Double) -> Bool {
    standardError < precision && Swift.abs(mean - expected) <= 4 * standardError
  }

  var description: String { "\(mean) ± \(standardError)" }
}

/// The same distribution for every row: `row` repeated `count` times.
func repeated(_ row: [Double], _ count: Int) -> Tensor {
  Tensor([row], dtype: .float64).broadcast(to: [count, row.count])
}

/// A tensor in float64.
func double(_ values: some TensorConvertible) -> Tensor { Tensor(values, dtype: .float64) }

/// The log-densities of two impossible points; named, because the compiler takes seconds to compare
/// with a literal.
let twoImpossible: [Double] = [-.infinity, -.infinity]
