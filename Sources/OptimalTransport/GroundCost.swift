import Tensor

/// The cost of moving a unit of mass from x to y, as a function of their distance.
public enum GroundCost: Hashable, Sendable {
  /// |x − y|², with the Euclidean norm.
  case squaredEuclidean
  /// |x − y|, with the Euclidean norm.
  case euclidean
  /// |x − y|^p, with the Euclidean norm and p ≥ 1.
  case power(Double)

  /// The costs between all pairs, `[n, m]`, in the points' type; gradients flow to the points.
  ///
  /// Where two points are equal, the gradient is 0, even for the distance itself, which has no
  /// gradient there.
  ///
  /// - Parameters:
  ///   - x: Points, `[n, d]`.
  ///   - y: The other points, `[m, d]`.
  public func matrix(_ x: Tensor, _ y: Tensor) -> Tensor {
    of(pairwiseSquaredDistances(x, y))
  }

  /// The costs `[n]` between the points of two lists `[n, d]`, pair by pair.
  func pairs(_ x: Tensor, _ y: Tensor) -> Tensor { of(square(x - y).sum(along: 1)) }

  private func of(_ squares: Tensor) -> Tensor {
    switch self {
    case .squaredEuclidean: return squares
    case .euclidean: return powerOfSquares(squares, 0.5)
    case .power(let p): return p == 2 ? squares : powerOfSquares(squares, p / 2)
    }
  }

  /// s^q, with the gradient 0 where s = 0.
  private func powerOfSquares(_ squares: Tensor, _ exponent: Double) -> Tensor {
    let isApart = stopGradient(squares) .> 0
    let safe = select(isApart, squares, Tensor.ones(squares.shape, dtype: squares.dtype))
    let power = exponent == 0.5 ? sqrt(safe) : pow(safe, exponent)
    return isApart * power
  }

  /// The costs row by row: computed on demand if points have few coordinates, and stored otherwise.
  func rows(_ x: Tensor, _ y: Tensor) -> CostRows {
    let isCheap = x.shape[1] <= 32
    switch self {
    case .squaredEuclidean, .power(2):
      if isCheap { return CostRows(from: x, to: y, .squaredEuclidean) }
    case .euclidean, .power(1):
      if isCheap { return CostRows(from: x, to: y, .euclidean) }
    case .power: break
    }
    return CostRows(
      matrix(stopGradient(x).converted(to: .float64), stopGradient(y).converted(to: .float64)))
  }

  /// Throws if p is below 1.
  func check() throws {
    if case .power(let p) = self, !(p >= 1 && p.isFinite) { throw TransportError.badExponent(p) }
  }
}
