import CKernels

/// Σ (x − y)² over all elements, a scalar, in one pass, added up in double precision.
///
/// - Parameters:
///   - x: A tensor of any shape.
///   - y: A tensor of the same shape and type.
package func squaredDistance(_ x: Tensor, _ y: Tensor) -> Tensor {
  precondition(
    x.shape == y.shape && x.dtype == y.dtype,
    "squaredDistance: expected two tensors of one shape and type, found \(x.dtype)\(x.shape) and"
      + " \(y.dtype)\(y.shape)")
  let kernel = x.dtype.kernels.pointee.squared_distance
  let sum = x.addedUp(reading: 2 * x.count, #function) { kernel(x.pointer, y.pointer, $0, $1) }
  return Tensor(filledWith: sum, [], dtype: x.dtype).tracked(
    from: (x, { _, dy in distanceGradient(x, y, dy) }),
    (y, { _, dy in distanceGradient(y, x, dy) }))
}

/// 2 · dy · (x − y), the gradient of x, in one pass.
private func distanceGradient(_ x: Tensor, _ y: Tensor, _ dy: Tensor) -> Tensor {
  let value = Tensor.zipped(
    .scaledDifference, x, y, parameter: 2 * dy.scalar)
  return value.tracked(asCompositionOf: [x, y, dy]) { inputs in
    2 * inputs[2] * (inputs[0] - inputs[1])
  }
}
