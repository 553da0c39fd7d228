import Tensor

/// y = shift + L x of vectors, for a lower triangular L.
public struct TriangularMap: Bijector, Sendable {
  /// The summand, `[n]` or of a shape that broadcasts to the values.
  public let shift: Tensor
  /// L, `[n, n]`, with zeros above its diagonal.
  public let lower: Tensor

  /// Creates a map from the summand and a matrix `[n, n]` whose diagonal has no 0; elements above
  /// the diagonal are ignored.
  public init(shift: Tensor, lower: Tensor) {
    precondition(
      lower.rank == 2 && lower.shape[0] == lower.shape[1],
      "TriangularMap: expected a matrix of shape [n, n], found \(lower.shape)")
    precondition(
      (lower.diagonal() .!= Tensor(0, dtype: lower.dtype)).all(),
      "TriangularMap: expected a diagonal without zeros")
    (self.shift, self.lower) = (shift, lower.lowerTriangle())
  }

  /// 1: vectors are mapped.
  public var inputRank: Int { 1 }

  /// shift + L x.
  public func forward(_ x: Tensor) -> Tensor {
    shift + rows(x).matmul(lower, transposeRight: true).reshaped(to: x.shape)
  }

  /// L⁻¹ (y − shift), by substitution.
  public func inverse(_ y: Tensor) -> Tensor {
    let difference = y - shift
    let columns = rows(difference).transposed()
    return CholeskyFactor(lower: lower).whitened(columns).transposed()
      .reshaped(to: difference.shape)
  }

  /// Σ log |Lᵢᵢ|.
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor {
    log(abs(lower.diagonal())).sum().broadcast(to: Array(x.shape.dropLast()))
  }

  /// −Σ log |Lᵢᵢ|.
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor { -forwardLogDeterminant(y) }

  private func rows(_ x: Tensor) -> Tensor {
    precondition(
      x.shape.last == lower.shape[0],
      "TriangularMap: expected vectors of \(lower.shape[0]), found \(x.shape)")
    return x.reshaped(to: [x.shape.dropLast().reduce(1, *), lower.shape[0]])
  }
}

/// yᵢ = x[order[i]]: permutes the elements of vectors.
public struct PermutationMap: Bijector, Sendable {
  /// The index of the source of each element of the result.
  public let order: [Int]
  private let inverseOrder: [Int]

  /// Creates a map from a permutation of 0 ..< n.
  public init(_ order: [Int]) {
    precondition(
      order.sorted() == Array(0..<order.count),
      "PermutationMap: expected a permutation of 0 ..< \(order.count), found \(order)")
    self.order = order
    inverseOrder = order.indices.sorted { order[$0] < order[$1] }
  }

  /// 1: vectors are mapped.
  public var inputRank: Int { 1 }
  /// The elements in the new order.
  public func forward(_ x: Tensor) -> Tensor { x.gathered(at: order, along: -1) }
  /// The elements in their original order.
  public func inverse(_ y: Tensor) -> Tensor { y.gathered(at: inverseOrder, along: -1) }
  /// 0.
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor {
    .zeros(Array(x.shape.dropLast()), dtype: x.dtype)
  }
  /// 0.
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor { forwardLogDeterminant(y) }
}

/// Maps vectors of k − 1 numbers to points inside the simplex, k shares that sum to 1, by stick
/// breaking: yᵢ = vᵢ Π (1 − vⱼ) over j < i, with vᵢ = σ(xᵢ − log(k − 1 − i)) for i from 0.
///
/// The zero vector becomes equal shares (Carpenter and others 2017, "Stan", section 3.2). The
/// determinant refers to the first k − 1 shares.
public struct StickBreakingMap: Bijector, Sendable {
  /// Creates the map.
  public init() {}

  /// 1: vectors are mapped.
  public var inputRank: Int { 1 }
  /// One additional element.
  public func outputShape(of shape: [Int]) -> [Int] {
    shape.dropLast() + shape.suffix(1).map { $0 + 1 }
  }

  /// The shares, `[…, k]`, of `[…, k − 1]`.
  public func forward(_ x: Tensor) -> Tensor { forwardWithLogDeterminant(x).value }
  /// Σ log vᵢ + log(1 − vᵢ) + log of the remaining stick.
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor {
    forwardWithLogDeterminant(x).logDeterminant
  }

  /// Computes both, in logarithms.
  public func forwardWithLogDeterminant(_ x: Tensor) -> (value: Tensor, logDeterminant: Tensor) {
    let z = x - offsets(of: x)
    let (logShare, logRest) = (-softplus(-z), -softplus(z))
    let logLeft = logRest.cumulativeSum(exclusive: true)
    let total = logRest.sum(along: -1, keepingDimensions: true)
    return (
      exp(.concatenated([logShare + logLeft, total], along: -1)),
      (logShare + logRest + logLeft).sum(along: -1)
    )
  }

  /// log yᵢ − log Σ yⱼ over j > i, plus the offset that maps equal shares to zero.
  public func inverse(_ y: Tensor) -> Tensor {
    let k = y.shape[y.rank - 1]
    let rest = y.cumulativeSum(reversed: true).sliced(1..<k, along: -1)
    let ratios = log(y.sliced(0..<k - 1, along: -1)) - log(rest)
    return ratios + offsets(of: ratios)
  }

  /// 1 where all shares are above 0 and sum to 1.
  public func isInImage(_ y: Tensor) -> Tensor? { isInSimplex(y) * (y .> 0).all(along: -1) }

  /// log(k − 1 − i).
  private func offsets(of x: Tensor) -> Tensor {
    let count = x.shape[x.rank - 1]
    return log(Tensor.range(1..<count + 1, dtype: x.dtype)).flipped()
  }
}

/// 1 where vectors along the last axis are nonnegative and sum to 1, up to rounding.
func isInSimplex(_ x: Tensor) -> Tensor {
  let x = stopGradient(x)
  let tolerance = x.dtype == .float32 ? 1e-4 : 1e-8
  return (x .>= 0).all(along: -1) * (abs(x.sum(along: -1) - 1) .<= tolerance)
}
