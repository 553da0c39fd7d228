import Tensor

/// A Matérn kernel of smoothness ½, 3/2 or 5/2, with one length for all columns or one for each.
///
/// With r² = Σ_d (x_d − x′_d)² / ℓ_d², they are exp(−r), (1 + √3 r) exp(−√3 r) and (1 + √5 r + 5 r²
/// / 3) exp(−√5 r) (Rasmussen and Williams 2006, equation 4.17). The first has a kink where two
/// points are equal; its gradient there is set to 0.
public struct Matern: Kernel {
  /// The smoothness of the functions.
  public enum Smoothness: String, Sendable, CaseIterable {
    /// Continuous, nowhere differentiable: the Ornstein–Uhlenbeck process.
    case half = "1/2"
    /// Differentiable once.
    case threeHalves = "3/2"
    /// Differentiable twice.
    case fiveHalves = "5/2"
  }

  /// The smoothness of the functions.
  public let smoothness: Smoothness
  /// `matern-` and the smoothness.
  public var name: String { "matern-\(smoothness.rawValue)" }
  /// The length or lengths.
  public var parameters: [KernelParameter]

  /// Creates a kernel with one length for all columns.
  public init(_ smoothness: Smoothness, length: Double = 1) {
    self.init(smoothness, lengths: [length])
  }

  /// Creates a kernel with a length for each column.
  public init(_ smoothness: Smoothness, lengths: [Double]) {
    self.smoothness = smoothness
    parameters = lengthParameters("matern-\(smoothness.rawValue)", lengths)
  }

  /// The covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    func squares(_ factor: Double) -> Tensor {
      scaledSquaredDistances(x, y, logarithms, factor: factor, name)
    }
    return switch smoothness {
    case .half: exponentialOfRoot(squares(1))
    case .threeHalves: linearExponentialOfRoot(squares(3))
    case .fiveHalves: quadraticExponentialOfRoot(squares(5))
    }
  }

  /// Ones.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    .ones([x.shape[0]], dtype: x.dtype)
  }
}

// Functions of u = r² whose derivatives with respect to u need no division by r, except for the
// last one: through a root, the gradients at equal points would be 0 · ∞.

/// exp(−√u); its slope at 0 is set to 0.
private func exponentialOfRoot(_ u: Tensor) -> Tensor {
  exp(-sqrt(u.untrackedValue)).tracked(from: u) { y, dy in
    let isZero = u .<= 0.0
    let root = sqrt(select(isZero, Tensor(1, dtype: u.dtype), u))
    return -0.5 * dy * y * select(isZero, Tensor(0, dtype: u.dtype), 1 / root)
  }
}

/// (1 + √u) exp(−√u), whose derivative is −½ exp(−√u).
private func linearExponentialOfRoot(_ u: Tensor) -> Tensor {
  let root = sqrt(u.untrackedValue)
  return ((1 + root) * exp(-root)).tracked(from: u) { _, dy in -0.5 * dy * exponentialOfRoot(u) }
}

/// (1 + √u + u / 3) exp(−√u), whose derivative is −(1 + √u) exp(−√u) / 6.
private func quadraticExponentialOfRoot(_ u: Tensor) -> Tensor {
  let value = u.untrackedValue
  let root = sqrt(value)
  return ((1 + root + value / 3) * exp(-root)).tracked(from: u) { _, dy in
    (-1.0 / 6) * dy * linearExponentialOfRoot(u)
  }
}

extension Tensor {
  /// The value, detached from the tape.
  fileprivate var untrackedValue: Tensor { stopGradient(self) }
}
