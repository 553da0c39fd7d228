import Tensor

/// Observed targets at some inputs, checked and in float64.
struct Observations: Sendable {
  /// `[n, d]`.
  let inputs: Tensor
  /// `[n]`.
  let targets: Tensor

  var count: Int { targets.count }

  init(_ y: Tensor, at x: Tensor) throws {
    precondition(
      x.rank == 2 && y.shape == [x.shape[0]],
      "GaussianProcess: expected inputs [n, d] and targets [n], found \(x.shape) and \(y.shape)")
    if y.count == 0 { throw GaussianProcessError.noObservations }
    (inputs, targets) = (x.converted(to: .float64), y.converted(to: .float64))
    for (what, values) in [("inputs", inputs), ("targets", targets)] where !values.isFinite {
      let place = values.doubles.firstIndex { !$0.isFinite } ?? 0
      throw GaussianProcessError.notFinite(what: what, row: place * count / values.count)
    }
  }

  /// An earlier row with the same input as this row.
  func row(equalTo row: Int) -> Int? {
    let width = inputs.shape[1]
    let values = inputs.doubles
    let wanted = values[row * width..<(row + 1) * width]
    return (0..<row).first { values[$0 * width..<($0 + 1) * width].elementsEqual(wanted) }
  }
}
