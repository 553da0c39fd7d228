extension Tensor {
  /// The product of stacks of matrices whose leading axes broadcast, computed as one matrix product
  /// or as a product of two stacks of equal shape.
  func stackedProduct(
    _ other: Tensor, transposeLeft: Bool, transposeRight: Bool
  ) -> Tensor {
    let (left, right) = (Array(shape.suffix(2)), Array(other.shape.suffix(2)))
    let (m, k) = transposeLeft ? (left[1], left[0]) : (left[0], left[1])
    let (inner, n) = transposeRight ? (right[1], right[0]) : (right[0], right[1])
    let (own, others) = (Array(shape.dropLast(2)), Array(other.shape.dropLast(2)))
    guard let leading = Broadcast.shape(own, others), k == inner, dtype == other.dtype else {
      preconditionFailure(
        "matmul: shapes \(dtype)\(shape)\(transposeLeft ? "ᵀ" : "") and"
          + " \(other.dtype)\(other.shape)\(transposeRight ? "ᵀ" : "") do not multiply")
    }
    let stack = leading.elementCount(for: "matmul")
    let result: Tensor
    if others.allSatisfy({ $0 == 1 }) && (!transposeLeft || stack == 1) {
      // With a single right factor, the rows of all left factors form one matrix.
      let rows = transposeLeft ? left : [stack * m, k]
      result = reshaped(to: rows).matmul(
        other.reshaped(to: right), transposeLeft: transposeLeft, transposeRight: transposeRight)
    } else {
      result = broadcast(to: leading + left).reshaped(to: [stack] + left).matmul(
        other.broadcast(to: leading + right).reshaped(to: [stack] + right),
        transposeLeft: transposeLeft, transposeRight: transposeRight)
    }
    return result.reshaped(to: leading + [m, n])
  }

  /// The outer product of the elements of two tensors, x yᵀ: `[x.count, y.count]`.
  public func outer(_ other: Tensor) -> Tensor {
    flattened(from: 0).expanded(at: 1) * other.flattened(from: 0)
  }
}
