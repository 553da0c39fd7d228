import CKernels

/// The arithmetic of an optimiser's step, one fused pass over a parameter in place.
public enum DescentRule: Sendable {
  /// Gradient descent; with momentum, the moments hold the velocity.
  case sgd(momentum: Double, isNesterov: Bool)
  /// The moments hold the running square.
  case rmsProp(decay: Double, epsilon: Double)
  /// The moments hold the sum of squares.
  case adaGrad(epsilon: Double)
  /// The moments hold the running mean and the running square; the first step is 1.
  case adam(beta1: Double, beta2: Double, epsilon: Double, step: Int, isDecayDecoupled: Bool)

  /// The name in a ``Profile``.
  fileprivate var name: String {
    switch self {
    case .sgd: "sgd"
    case .rmsProp: "rmsProp"
    case .adaGrad: "adaGrad"
    case .adam: "adam"
    }
  }
}

extension Tensor {
  /// Updates this tensor, a parameter, along its gradient in place, together with the rule's
  /// moments.
  ///
  /// - Parameters:
  ///   - gradient: The gradient, of this tensor's shape.
  ///   - moments: The state of the rule, tensors of this tensor's shape.
  ///   - rule: The arithmetic.
  ///   - rate: The learning rate.
  ///   - weightDecay: The factor of the weights that is added to the gradient, or that shrinks the
  ///     weights if the rule decouples it.
  public mutating func descend(
    along gradient: Tensor, _ moments: inout [Tensor], by rule: DescentRule, rate: Double,
    weightDecay: Double
  ) {
    func fits(_ x: Tensor) -> Bool { x.shape == shape && x.dtype == dtype }
    precondition(
      fits(gradient) && moments.allSatisfy(fits),
      "descend: expected a gradient and moments of \(dtype)\(shape), found"
        + " \(([gradient] + moments).map { "\($0.dtype)\($0.shape)" })")
    let (count, kernels, g) = (count, dtype.kernels, gradient.pointer)
    let places = moments.indices.map { index in moments[index].withMutableMemory { $0 } }
    let w = withMutableMemory { $0 }
    func descend(_ begin: Int, _ end: Int) {
      switch rule {
      case .sgd(let momentum, let isNesterov):
        kernels.pointee.sgd(w, g, places.first, rate, momentum, isNesterov, weightDecay, begin, end)
      case .rmsProp(let decay, let epsilon):
        kernels.pointee.rmsprop(w, g, places[0], rate, decay, epsilon, weightDecay, begin, end)
      case .adaGrad(let epsilon):
        kernels.pointee.adagrad(w, g, places[0], rate, epsilon, weightDecay, begin, end)
      case .adam(let beta1, let beta2, let epsilon, let step, let isDecayDecoupled):
        // η m̂ / (√v̂ + ε) = η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε √(1 − β₂ᵗ)).
        let root = (1 - integerPower(beta2, step)).squareRoot()
        kernels.pointee.adam(
          w, g, places[0], places[1], rate * root / (1 - integerPower(beta1, step)), beta1, beta2,
          epsilon * root, isDecayDecoupled ? 0 : weightDecay,
          isDecayDecoupled ? 1 - rate * weightDecay : 1, begin, end)
      }
    }
    let bytes = (3 + 2 * moments.count) * count * dtype.byteCount
    Profile.noting(rule.name, bytes: bytes) {
      parallel(over: count, grain: elementwiseGrain, of: dtype, descend)
    }
  }

  /// Moves this tensor towards `target` in place: x ← x + `weight` (target − x).
  public mutating func interpolate(towards target: Tensor, weight: Double) {
    precondition(
      target.shape == shape && target.dtype == dtype,
      "interpolate: expected \(dtype)\(shape), found \(target.dtype)\(target.shape)")
    let (count, dtype, kernel) = (count, dtype, dtype.kernels.pointee.interpolate)
    change(reading: count) { memory in
      parallel(over: count, grain: elementwiseGrain, of: dtype) {
        kernel(target.pointer, memory, weight, $0, $1)
      }
    }
  }
}

/// xⁿ by repeated squaring: the same bits everywhere, unlike the C library's.
private func integerPower(_ x: Double, _ n: Int) -> Double {
  var (result, factor, rest) = (1.0, x, n)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}
