import Tensor

/// Shifts and scales each column to mean 0 and standard deviation 1, and back.
///
/// z = (x − mean) / deviation. A constant column has the deviation 1, so that it becomes 0 and is
/// recovered exactly.
public struct Standardization: Equatable, Codable, Sendable {
  /// The mean of each column.
  public let means: [Double]
  /// The standard deviation of each column, with the number of rows as the divisor.
  public let deviations: [Double]

  /// Creates a standardisation from means and deviations, which must be above 0.
  public init(means: [Double], deviations: [Double]) {
    precondition(
      means.count == deviations.count && deviations.allSatisfy { $0 > 0 },
      "Standardization: expected a deviation above 0 for each of \(means.count) means, found"
        + " \(deviations)")
    self.means = means
    self.deviations = deviations
  }

  /// Leaves this many columns unchanged.
  public static func none(columns: Int) -> Standardization {
    Standardization(
      means: [Double](repeating: 0, count: columns),
      deviations: [Double](repeating: 1, count: columns))
  }

  /// Measures columns at some of their rows, at least one.
  package init(of columns: [[Double]], at rows: some Collection<Int>) {
    let count = Double(rows.count)
    means = columns.map { column in
      // Differences from one of the values: the mean of a constant is then exact.
      let origin = rows.first.map { column[$0] } ?? 0
      return origin + rows.reduce(0) { $0 + (column[$1] - origin) / count }
    }
    deviations = zip(columns, means).map { column, mean in
      // Scaled by the greatest, so that squares neither overflow nor underflow.
      let scale = rows.reduce(0) { max($0, abs(column[$1] - mean)) }
      guard scale > 0, scale.isFinite else { return scale > 0 ? .greatestFiniteMagnitude : 1 }
      let sum = rows.reduce(0) {
        let part = (column[$1] - mean) / scale
        return $0 + part * part
      }
      let deviation = scale * (sum / count).squareRoot()
      return deviation > 0 ? deviation : 1
    }
  }

  /// Standardises rows, `[count, columns]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    (x - Tensor(means, dtype: x.dtype)) / Tensor(deviations, dtype: x.dtype)
  }

  /// Converts standardised rows back, `[count, columns]`: x = z · deviation + mean.
  public func inverse(_ z: Tensor) -> Tensor {
    z * Tensor(deviations, dtype: z.dtype) + Tensor(means, dtype: z.dtype)
  }
}
