// A new operation with its own derivative, and a check of its first and second derivatives.
//
//   swift run -c release new-operation
import Tensor

/// The mean of the logarithms, log Π xᵢ^(1/n), of positive elements: a scalar.
///
/// Composed of other operations, as in `log(x).mean()`, it needs no explicit derivative. This
/// version shows how an operation defines its derivative: the pullback also consists of operations,
/// so that it can be differentiated again.
func logGeometricMean(_ x: Tensor) -> Tensor {
  let values = stopGradient(x).doubles
  let logarithm = values.reduce(0) { $0 + log(Tensor($1, dtype: .float64)).scalar }
  return Tensor(logarithm / Double(values.count), dtype: x.dtype)
    .tracked(from: x) { _, dy in dy / (x * Double(x.count)) }
}

let x = Tensor([0.5, 1, 4, 8], dtype: .float64)
print("value:          \(logGeometricMean(x).scalar), by composition \(log(x).mean().scalar)")
print("gradient:       \(gradient(at: x) { logGeometricMean($0) }.doubles)")
print("by composition: \(gradient(at: x) { log($0).mean() }.doubles)")

// The derivative of the sum of the squared gradient goes through the pullback of the pullback.
func squares(_ f: @escaping (Tensor) -> Tensor) -> [Double] {
  gradient(at: x) { x in square(gradient(at: x) { f($0) }).sum() }.doubles
}
print("second order:   \(squares(logGeometricMean))")
print("by composition: \(squares { log($0).mean() })")
