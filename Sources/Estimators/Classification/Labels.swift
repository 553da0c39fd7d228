import Tensor

/// The class of each row, checked to be in `0 ..< classes`.
struct Labels {
  let values: [Int]
  let classes: Int
  /// 1 where a row belongs to a class and 0 elsewhere, float64 `[n, K]`.
  let oneHot: Tensor
  /// The total weight of each class's rows, `[K]`.
  let weights: [Double]

  /// - Throws: ``EstimationError`` for a class outside `0 ..< classes`, for a single class, and for
  ///   a class without rows.
  init(_ values: [Int], classes: Int?, _ rows: Rows) throws {
    precondition(
      values.count == rows.count,
      "\(rows.operation): expected \(rows.count) classes, found \(values.count)")
    let count = classes ?? (values.max() ?? 0) + 1
    if let row = values.firstIndex(where: { !(0..<count).contains($0) }) {
      throw EstimationError.invalidClass(
        operation: rows.operation, label: values[row], row: row, classes: count)
    }
    (self.values, self.classes) = (values, count)
    oneHot = Tensor.oneHot(values, count: count, dtype: .float64)
    weights = (rows.weights.expanded(at: 1) * oneHot).sum(along: 0).doubles
    let present = weights.indices.filter { weights[$0] > 0 }
    if present.count < 2 {
      throw EstimationError.oneClass(operation: rows.operation, label: present.first ?? 0)
    }
    if let empty = weights.firstIndex(of: 0) {
      throw EstimationError.emptyClass(operation: rows.operation, label: empty)
    }
  }
}

/// The weighted share of rows whose own class is the predicted one.
func accuracy(of predicted: [Int], _ labels: Labels, _ rows: Rows) -> Double {
  let right = zip(predicted, labels.values).map { $0 == $1 ? 1.0 : 0 }
  return (Tensor(right, dtype: .float64) * rows.shares).sum().scalar
}
