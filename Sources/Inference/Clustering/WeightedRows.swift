import Tensor

/// The rows to which a clustering or a mixture is fitted, checked, each with a weight.
struct WeightedRows {
  /// float64 `[n, d]`.
  let x: Tensor
  /// float64 `[n]`, or nil if every row counts once.
  let weights: Tensor?
  /// The sum of the weights.
  let total: Double

  var count: Int { x.shape[0] }
  var dimension: Int { x.shape[1] }

  /// Checks rows `[n, d]` and weights `[n]`.
  ///
  /// - Parameters:
  ///   - components: The requested number of clusters or components.
  ///   - missing: Whether NaN stands for a missing value.
  init(
    _ x: Tensor, weights: Tensor?, components: Int, allowingMissing missing: Bool = false,
    _ operation: String
  ) throws {
    precondition(
      x.rank == 2 && x.shape[1] > 0, "\(operation): expected rows [n, d], d ≥ 1, found \(x.shape)")
    precondition(components > 0, "\(operation): expected at least 1 component, found \(components)")
    precondition(
      weights.map { $0.shape == [x.shape[0]] } ?? true,
      "\(operation): expected weights [\(x.shape[0])], found \(weights?.shape ?? [])")
    self.x = stopGradient(x).converted(to: .float64)
    self.weights = weights.map { stopGradient($0).converted(to: .float64) }
    total = self.weights?.sum().scalar ?? Double(x.shape[0])
    try checkValues(allowingMissing: missing)
    try checkWeights()
    let counted = self.weights?.nonzeroCount() ?? count
    if counted < components {
      throw MixtureError.tooFewPoints(components: components, points: counted)
    }
  }

  private func checkValues(allowingMissing missing: Bool) throws {
    if x.isFinite { return }
    for (place, value) in x.doubles.enumerated() where !value.isFinite {
      if missing && value.isNaN { continue }
      throw MixtureError.notFinite(
        row: place / dimension, column: place % dimension, value: "\(value)")
    }
  }

  private func checkWeights() throws {
    guard let weights else { return }
    for (row, weight) in weights.doubles.enumerated() where !(weight >= 0 && weight < .infinity) {
      throw MixtureError.badWeight(row: row, value: "\(weight)")
    }
  }

  /// The weighted mean and variance of each feature over its available values, `[d]` both.
  func moments() -> (mean: Tensor, variance: Tensor) {
    let there = 1 - isNaN(x)
    let weight = (weights?.expanded(at: 1) ?? Tensor.ones([count, 1], dtype: .float64)) * there
    let values = select(there, x, Tensor.zeros(x.shape, dtype: .float64))
    let sums = maximum(weight.sum(along: 0), Tensor(Double.leastNormalMagnitude, dtype: .float64))
    let mean = (weight * values).sum(along: 0) / sums
    let deviations = weight * square(values - mean)
    return (mean, deviations.sum(along: 0) / sums)
  }
}
