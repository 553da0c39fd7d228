import Tensor

/// A part of the line on which a map that is not injective is monotone, with its inverse there.
public struct Branch {
  /// The interval of the branch; its ends may be infinite.
  public let domain: (lower: Double, upper: Double)
  /// Its values, from the smallest to the largest.
  public let image: (lower: Double, upper: Double)
  /// Whether it is increasing.
  public let isRising: Bool
  /// The x in the domain with f(x) = y.
  public let inverse: (Tensor) -> Tensor
  /// log |df⁻¹/dy|.
  public let inverseLogDeterminant: (Tensor) -> Tensor

  /// Creates a branch.
  public init(
    domain: (lower: Double, upper: Double), image: (lower: Double, upper: Double), isRising: Bool,
    inverse: @escaping (Tensor) -> Tensor, inverseLogDeterminant: @escaping (Tensor) -> Tensor
  ) {
    (self.domain, self.image, self.isRising) = (domain, image, isRising)
    (self.inverse, self.inverseLogDeterminant) = (inverse, inverseLogDeterminant)
  }
}

/// The distribution of f(X) for a map of numbers that is not injective: the density is the sum over
/// the branches of f, p(y) = Σ p_X(f⁻¹ᵢ(y)) |df⁻¹ᵢ/dy|.
public struct BranchedTransformed<Base: ScalarDistribution>: ScalarDistribution {
  /// The distribution of X.
  public let base: Base
  private let function: (Tensor) -> Tensor
  private let branches: [Branch]

  /// Creates the distribution of f(X) from f and its branches, which must cover the base's support.
  public init(_ base: Base, through function: @escaping (Tensor) -> Tensor, branches: [Branch]) {
    precondition(!branches.isEmpty, "BranchedTransformed: expected a branch or more, found none")
    precondition(
      base.support.isCountable != true,
      "BranchedTransformed: expected a distribution with a density, found probabilities of single"
        + " values (see DiscretePoints.pushforward)")
    (self.base, self.function, self.branches) = (base, function, branches)
  }

  /// The distribution of X².
  public static func squared(_ base: Base) -> BranchedTransformed {
    func branch(_ sign: Double) -> Branch {
      Branch(
        domain: sign > 0 ? (0, .infinity) : (-.infinity, 0), image: (0, .infinity),
        isRising: sign > 0, inverse: { sign * sqrt($0) },
        inverseLogDeterminant: { -0.5 * log($0) - log2 })
    }
    return BranchedTransformed(base, through: { square($0) }, branches: [branch(-1), branch(1)])
  }

  /// The distribution of |X|.
  public static func absolute(_ base: Base) -> BranchedTransformed {
    func branch(_ sign: Double) -> Branch {
      Branch(
        domain: sign > 0 ? (0, .infinity) : (-.infinity, 0), image: (0, .infinity),
        isRising: sign > 0, inverse: { sign * $0 }, inverseLogDeterminant: { 0 * $0 })
    }
    return BranchedTransformed(base, through: { abs($0) }, branches: [branch(-1), branch(1)])
  }

  /// The base's batch shape.
  public var batchShape: [Int] { base.batchShape }
  /// The base's element type.
  public var dtype: DType { base.dtype }
  /// The union of the branches' images.
  public var support: Support {
    .interval(
      branches.map(\.image.lower).min() ?? 0, branches.map(\.image.upper).max() ?? 0, dtype)
  }

  /// f applied to samples of the base.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    function(base.sample(shape, using: random))
  }

  /// log Σ p_X(f⁻¹ᵢ(y)) |df⁻¹ᵢ/dy| over the branches whose image contains y.
  public func logDensity(of y: Tensor) -> Tensor {
    let parts = branches.map { branch in
      let isInside = 1 - maximum(y .<= branch.image.lower, y .>= branch.image.upper)
      return density(of: y, where: isInside, anchor: inner(branch.image)) {
        base.logDensity(of: branch.inverse($0)) + branch.inverseLogDeterminant($0)
      }
    }
    let stacked = Tensor.stacked(parts, along: parts[0].rank)
    let isAnywhere = stacked.max(along: -1) .> -.infinity
    let safe = select(isAnywhere.expanded(at: -1), stacked, Tensor(0, dtype: dtype))
    let value = safe.logSumExp(along: -1)
    return select(isAnywhere, value, outsideLogDensity(of: y, eventRank: 0))
  }

  private func inner(_ image: (lower: Double, upper: Double)) -> Double {
    switch (image.lower.isFinite, image.upper.isFinite) {
    case (true, true): 0.5 * image.lower + 0.5 * image.upper
    case (true, false): image.lower + 1
    case (false, true): image.upper - 1
    case (false, false): 0
    }
  }
}

extension BranchedTransformed: KnownCumulative where Base: KnownCumulative {
  /// The sum over the branches of the probability of being mapped below y.
  public func cumulative(at y: Tensor) -> Tensor {
    let parts = branches.map { branch in
      let (first, last) = (below(branch.domain.lower), below(branch.domain.upper))
      let isBelow = y .<= branch.image.lower
      let isOutside = maximum(isBelow, y .>= branch.image.upper)
      let x = branch.inverse(select(isOutside, Tensor(inner(branch.image), dtype: dtype), y))
      let part = branch.isRising ? base.cumulative(at: x) - first : last - base.cumulative(at: x)
      return select(isOutside, (1 - isBelow) * (last - first), part)
    }
    return parts.dropFirst().reduce(parts[0], +)
  }

  private func below(_ end: Double) -> Tensor {
    limited(Tensor(end, dtype: dtype), first: 0, last: 1) { base.cumulative(at: $0) }
  }
}
