import CKernels

// The activations of neural networks, each stable for arguments of any size.

/// The hyperbolic tangent of each element.
public func tanh(_ x: Tensor) -> Tensor {
  x.mapped(by: .tanh) { y, dy in dy.scaledByTanhSlope(at: y) }
}

/// The logistic function 1 / (1 + e⁻ˣ) of each element.
public func sigmoid(_ x: Tensor) -> Tensor {
  x.mapped(by: .sigmoid) { _, dy in dy.scaledBySigmoidSlope(at: x) }
}

/// log(1 + eˣ) of each element, computed as max(x, 0) + log(1 + e^−|x|).
public func softplus(_ x: Tensor) -> Tensor {
  x.mapped(by: .softplus) { _, dy in dy * sigmoid(x) }
}

/// max(x, 0) of each element; its gradient at 0 is 0.
public func relu(_ x: Tensor) -> Tensor {
  x.mapped(by: .relu, role: .rectifier(.plain)) { y, dy in dy.masked(byPositive: y) }
}

/// x where it is positive, `slope` · x elsewhere (Maas, Hannun and Ng 2013).
public func leakyReLU(_ x: Tensor, slope: Double = 0.01) -> Tensor {
  // 0 · −∞ is NaN.
  if slope == 0 { return relu(x) }
  // With a negative slope, the result has the opposite sign of x.
  return x.mapped(by: .leakyRelu, slope, role: slope > 0 ? .rectifier(.leaky(slope)) : .operation) {
    _, dy in dy.scaled(byLeak: slope, at: x)
  }
}

/// x where it is positive, `alpha` · (eˣ − 1) elsewhere (Clevert, Unterthiner and Hochreiter 2016).
public func elu(_ x: Tensor, alpha: Double = 1) -> Tensor {
  x.mapped(by: .elu, alpha) { y, dy in select(x .> 0, dy, dy * (y + alpha)) }
}

/// x σ(x) with the logistic function σ, the sigmoid linear unit or swish (Hendrycks and Gimpel 2016;
/// Ramachandran, Zoph and Le 2017).
public func silu(_ x: Tensor) -> Tensor {
  guard x.isBeingRecorded && x.count <= mostSlopesKept else {
    return x.mapped(by: .silu) { _, dy in dy.scaledBySiluSlope(at: x) }
  }
  // The derivative shares an exponential with the value.
  let (kernel, slopes) = (
    x.dtype.kernels.pointee.silu_with_slope, Tensor.uninitialized(x.shape, x.dtype)
  )
  let value = Tensor.uninitialized(x.shape, x.dtype, reading: 2 * x.count) { result, count in
    parallel(over: count, grain: elementwiseGrain, of: x.dtype) {
      kernel(x.pointer, result, slopes.pointer, $0, $1)
    }
  }
  return value.tracked(from: x) { _, dy in
    dy * slopes.tracked(from: x) { _, dz in dz.scaledBySiluCurvature(at: x) }
  }
}

/// The number of elements up to which derivatives are computed with the values and kept: those of
/// more elements would take more memory and have to come back from it.
private let mostSlopesKept = 1 << 17

/// x Φ(x) with the normal distribution function Φ(x) = ½ (1 + erf(x/√2)) (Hendrycks and Gimpel 2016).
public func gelu(_ x: Tensor) -> Tensor {
  x * (0.5 + 0.5 * erf(x * 0.5.squareRoot()))
}

extension Tensor {
  /// Declares how this value depends on the inputs, as the result of an operation with these
  /// pullbacks followed by a rectifier.
  ///
  /// The value before the rectifier is not stored. It is on the tape only through its pullbacks,
  /// which therefore must not use it.
  func tracked(
    from inputs: [TrackedInput], rectifiedBy rectifier: Rectifier, operation: String = #function
  ) -> Tensor {
    let before = tracked(from: inputs, operation: operation)
    if rectifier == .none { return before }
    let input = TrackedInput(before) { y, dy in rectifier.pullback(dy, results: y) }
    return before.tracked(from: input, operation: operation, role: .rectifier(rectifier))
  }

  /// These values where `x` > 0, 0 elsewhere: linear in these values, and constant in `x` except at
  /// 0.
  func masked(byPositive x: Tensor) -> Tensor {
    let x = x.untracked
    return Tensor.zipped(
      .maskedByPositive, self, x, pullbacks: ({ _, dy in dy.masked(byPositive: x) }, { $1 * 0 }))
  }

  /// These values where `x` > 0, multiplied by `slope` elsewhere.
  func scaled(byLeak slope: Double, at x: Tensor) -> Tensor {
    let x = x.untracked
    return Tensor.zipped(
      .scaledByLeak, self, x, parameter: slope,
      pullbacks: ({ _, dy in dy.scaled(byLeak: slope, at: x) }, { $1 * 0 }))
  }

  /// These values times 1 − y², the derivative of the hyperbolic tangent whose value is `y`.
  fileprivate func scaledByTanhSlope(at y: Tensor) -> Tensor {
    let x = self
    return Tensor.zipped(
      .scaledByTanhSlope, x, y,
      pullbacks: ({ _, dy in dy.scaledByTanhSlope(at: y) }, { _, dy in -2 * dy * x * y }))
  }

  /// These values times σ′(x) = σ(x) σ(−x), the derivative of the logistic function.
  ///
  /// Computed from `x`, it is accurate where σ(x) is so close to 1 that 1 − σ(x) has lost its
  /// digits.
  func scaledBySigmoidSlope(at x: Tensor) -> Tensor {
    let factor = self
    // σ″ = σ′ (1 − 2σ), and 1 − 2σ(x) = −tanh(x / 2).
    return Tensor.zipped(
      .scaledBySigmoidSlope, factor, x,
      pullbacks: (
        { _, dy in dy.scaledBySigmoidSlope(at: x) },
        { y, dy in -(dy * y) * tanh(0.5 * x) }
      ))
  }

  /// These values times silu′(x) = σ(x) (1 + x σ(−x)).
  func scaledBySiluSlope(at x: Tensor) -> Tensor {
    let factor = self
    return Tensor.zipped(
      .scaledBySiluSlope, factor, x,
      pullbacks: (
        { _, dy in dy.scaledBySiluSlope(at: x) },
        { _, dy in (dy * factor).scaledBySiluCurvature(at: x) }
      ))
  }

  /// These values times silu″(x) = σ′(x) (2 − x tanh(x/2)).
  fileprivate func scaledBySiluCurvature(at x: Tensor) -> Tensor {
    Tensor.zipped(.scaledBySiluCurvature, self, x).tracked(asCompositionOf: [self, x]) { inputs in
      let (factor, x) = (inputs[0], inputs[1])
      return factor.scaledBySigmoidSlope(at: x) * (2 - x * tanh(0.5 * x))
    }
  }
}
