import Tensor

/// The rows to fit, each with a weight that says how often the row counts.
struct Rows {
  /// float64 `[n, d]`.
  let values: Tensor
  /// float64 `[n]`; all 1 if no weights were given.
  let weights: Tensor
  /// Whether weights were given.
  let isWeighted: Bool
  /// The name of the fit in messages.
  let operation: String

  /// Checks rows `[n, d]`, or `[n]` for one column, and their weights `[n]`.
  init(
    _ values: Tensor, weights: Tensor?, atLeast minimum: Int = 1, _ operation: String
  ) throws {
    precondition(
      values.rank == 1 || values.rank == 2,
      "\(operation): expected rows [n, d] or numbers [n], found shape \(values.shape)")
    let n = values.shape[0]
    precondition(
      weights == nil || weights?.shape == [n],
      "\(operation): expected weights of shape [\(n)], found \(weights?.shape ?? [])")
    let table = stopGradient(values).converted(to: .float64)
    self.values = table.rank == 2 ? table : table.expanded(at: 1)
    self.operation = operation
    guard n >= minimum else {
      throw EstimationError.tooFewRows(operation: operation, found: n, expected: minimum)
    }
    if !table.isFinite {
      throw EstimationError.notFinite(operation: operation, row: Self.firstNotFinite(self.values))
    }
    isWeighted = weights != nil
    self.weights =
      try weights.map { try Self.checked($0, operation) } ?? Tensor.ones([n], dtype: .float64)
  }

  private init(_ values: Tensor, _ weights: Tensor, of rows: Rows) {
    (self.values, self.weights) = (values, weights)
    (isWeighted, operation) = (rows.isWeighted, rows.operation)
  }

  /// The rows with a weight above 0; the others are ignored.
  var counted: Rows {
    let numbers = weights.doubles
    let places = numbers.indices.filter { numbers[$0] > 0 }
    if places.count == count { return self }
    return Rows(values.gatheredRows(at: places), weights.gatheredRows(at: places), of: self)
  }

  private static func checked(_ weights: Tensor, _ operation: String) throws -> Tensor {
    let weights = stopGradient(weights).converted(to: .float64)
    let numbers = weights.doubles
    if let row = numbers.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw EstimationError.invalidWeight(operation: operation, value: numbers[row], row: row)
    }
    guard numbers.contains(where: { $0 > 0 }) else {
      throw EstimationError.noWeight(operation: operation)
    }
    return weights
  }

  private static func firstNotFinite(_ table: Tensor) -> Int {
    let columns = max(1, table.shape[1])
    return (table.doubles.firstIndex { !$0.isFinite } ?? 0) / columns
  }

  /// n.
  var count: Int { values.shape[0] }
  /// d.
  var columns: Int { values.shape[1] }
  /// Σ w, which is n without weights.
  var totalWeight: Double { isWeighted ? weights.sum().scalar : Double(count) }
  /// w / Σ w, `[n]`.
  var shares: Tensor { weights / totalWeight }

  /// Σ w x / Σ w, `[d]`.
  var mean: Tensor { (shares.expanded(at: 1) * values).sum(along: 0) }

  /// Σ w (x − m)(x − m)ᵀ / Σ w, `[d, d]`.
  var covariance: Tensor {
    let centred = values - mean
    return centred.matmul(shares.expanded(at: 1) * centred, transposeLeft: true)
  }

  /// Σ w (x − m)² / Σ w, `[d]`.
  var variance: Tensor { (shares.expanded(at: 1) * square(values - mean)).sum(along: 0) }

  /// The first column that contains the same number in all rows.
  var constantColumn: Int? {
    let (lowest, highest) = (values.min(along: 0).doubles, values.max(along: 0).doubles)
    return zip(lowest, highest).enumerated().first { $0.element.0 == $0.element.1 }?.offset
  }
}
