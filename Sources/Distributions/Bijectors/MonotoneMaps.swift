import Tensor

/// y = shift + scale · x of each number.
public struct AffineMap: MonotoneBijector, Sendable {
  /// The summand.
  public let shift: Tensor
  /// The factor, not 0.
  public let scale: Tensor

  /// Creates a map from tensors that broadcast to the values; no scale may be 0.
  public init(shift: Tensor, scale: Tensor) {
    precondition(
      (scale .!= Tensor(0, dtype: scale.dtype)).all(),
      "AffineMap: expected scales other than 0, found one in \(scale.shape)")
    (self.shift, self.scale) = (shift, scale)
  }

  /// All numbers.
  public var image: (lower: Double, upper: Double) { (-.infinity, .infinity) }
  /// The scale's sign.
  public var direction: Tensor? { sign(stopGradient(scale)) }
  /// shift + scale · x.
  public func forward(_ x: Tensor) -> Tensor { shift + scale * x }
  /// (y − shift)/scale.
  public func inverse(_ y: Tensor) -> Tensor { (y - shift) / scale }
  /// log |scale|.
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor {
    log(abs(scale)).broadcast(to: common(x))
  }
  /// −log |scale|.
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor {
    -log(abs(scale)).broadcast(to: common(y))
  }

  private func common(_ x: Tensor) -> [Int] {
    guard let shape = Broadcast.shape(x.shape, scale.shape) else {
      preconditionFailure(
        "AffineMap: expected values that broadcast with a scale of \(scale.shape), found \(x.shape)"
      )
    }
    return shape
  }
}

/// y = eˣ of each number.
public struct ExponentialMap: MonotoneBijector, Sendable {
  /// Creates the map.
  public init() {}

  /// The numbers above 0.
  public var image: (lower: Double, upper: Double) { (0, .infinity) }
  /// eˣ.
  public func forward(_ x: Tensor) -> Tensor { exp(x) }
  /// log y.
  public func inverse(_ y: Tensor) -> Tensor { log(y) }
  /// x.
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor { x }
  /// −log y.
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor { -log(y) }
}

/// y = log(1 + eˣ) of each number.
public struct SoftplusMap: MonotoneBijector, Sendable {
  /// Creates the map.
  public init() {}

  /// The numbers above 0.
  public var image: (lower: Double, upper: Double) { (0, .infinity) }
  /// log(1 + eˣ).
  public func forward(_ x: Tensor) -> Tensor { softplus(x) }
  /// y + log(1 − e⁻ʸ).
  public func inverse(_ y: Tensor) -> Tensor { y + log1mexp(y) }
  /// log σ(x).
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor { -softplus(-x) }
  /// −log(1 − e⁻ʸ).
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor { -log1mexp(y) }
}

/// y = 1/(1 + e⁻ˣ) of each number.
public struct SigmoidMap: MonotoneBijector, Sendable {
  /// Creates the map.
  public init() {}

  /// The numbers between 0 and 1.
  public var image: (lower: Double, upper: Double) { (0, 1) }
  /// 1/(1 + e⁻ˣ).
  public func forward(_ x: Tensor) -> Tensor { sigmoid(x) }
  /// log(y/(1 − y)).
  public func inverse(_ y: Tensor) -> Tensor { logit(y) }
  /// log σ(x) + log σ(−x).
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor { -softplus(x) - softplus(-x) }
  /// −log y − log(1 − y).
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor { -log(y) - log1p(-y) }
}

/// y = tanh x of each number.
public struct TanhMap: MonotoneBijector, Sendable {
  /// Creates the map.
  public init() {}

  /// The numbers between −1 and 1.
  public var image: (lower: Double, upper: Double) { (-1, 1) }
  /// tanh x.
  public func forward(_ x: Tensor) -> Tensor { tanh(x) }
  /// ½ log((1 + y)/(1 − y)).
  public func inverse(_ y: Tensor) -> Tensor { 0.5 * (log1p(y) - log1p(-y)) }
  /// log(1 − tanh² x) = 2 (log 2 − x − softplus(−2x)).
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor {
    2 * (log2 - x - softplus(-2 * x))
  }
  /// −log(1 − y²).
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor { -log1p(y) - log1p(-y) }
}
