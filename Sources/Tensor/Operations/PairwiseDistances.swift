import CKernels

/// The squared distances |xᵢ − yⱼ|² between all pairs of two sets of points.
///
/// Never negative, and exactly 0 for equal points. Points with few coordinates use differences;
/// others use |x|² + |y|² − 2 x·y with one matrix product, centred around their mean, and
/// differences for pairs so close that digits would be lost: roughly, those closer than half of
/// their distance from the mean. No array of n · m · d elements is created.
///
/// - Parameters:
///   - x: Points, `[n, d]`.
///   - y: Other points, `[m, d]`, of the same type.
/// - Returns: `[n, m]`.
public func pairwiseSquaredDistances(_ x: Tensor, _ y: Tensor) -> Tensor {
  precondition(
    x.rank == 2 && y.rank == 2 && x.shape[1] == y.shape[1] && x.dtype == y.dtype,
    "pairwiseSquaredDistances: expected points [n, d] and [m, d] of one type, found"
      + " \(x.dtype)\(x.shape) and \(y.dtype)\(y.shape)")
  let origin = centre(of: y)
  return distances(x.untracked, y.untracked, origin).tracked(
    from: (x, { _, dy in distanceGradient(x, y, dy, origin) }),
    (y, { _, dy in distanceGradient(y, x, dy.transposed(), origin) }))
}

/// 2 Σⱼ dyᵢⱼ (xᵢ − yⱼ), the gradient of the points x; `origin` may be any point near both.
private func distanceGradient(
  _ x: Tensor, _ y: Tensor, _ dy: Tensor, _ origin: Tensor
) -> Tensor {
  let weights = dy.sum(along: 1, keepingDimensions: true)
  return 2 * (weights * (x - origin) - dy.matmul(y - origin))
}

/// A central point of some points, `[1, d]`, a constant.
private func centre(of points: Tensor) -> Tensor {
  points.shape[0] == 0
    ? Tensor.zeros([1, points.shape[1]], dtype: points.dtype)
    : points.untracked.mean(along: 0, keepingDimensions: true)
}

/// Up to this many coordinates, differences are faster than a product.
private let fewCoordinates = 16

private func distances(_ x: Tensor, _ y: Tensor, _ origin: Tensor) -> Tensor {
  let (n, m, d, dtype) = (x.shape[0], y.shape[0], x.shape[1], x.dtype)
  let step = Swift.max(1, elementwiseGrain / Swift.max(1, m * Swift.min(d, fewCoordinates)))
  if d <= fewCoordinates {
    let (columns, kernel) = (y.transposed(), dtype.kernels.pointee.near_distances)
    return Tensor.uninitialized(
      [n, m], dtype, "pairwiseSquaredDistances", reading: x.count + y.count,
      arithmetic: 3 * d * n * m
    ) { result, count in
      if count == 0 { return }
      parallel(over: n, step: step, of: dtype) {
        kernel(x.pointer, columns.pointer, result, m, d, $0, $1)
      }
    }
  }
  let (left, right) = (x - origin, y - origin)
  let (leftNorms, rightNorms) = (square(left).sum(along: 1), square(right).sum(along: 1))
  let kernel = dtype.kernels.pointee.distances_of_products
  var value = left.matmul(right, transposeRight: true)
  value.change("pairwiseSquaredDistances", reading: x.count + y.count) { products in
    if n * m == 0 { return }
    parallel(over: n, step: step, of: dtype) {
      kernel(x.pointer, y.pointer, leftNorms.pointer, rightNorms.pointer, products, m, d, $0, $1)
    }
  }
  return value
}
