import CKernels

// Gamma samples and samples derived from them. They are computed as logarithms in float64, because
// with a small shape parameter most of them would underflow.

extension Random {
  /// Returns samples of the gamma distribution with the mean `concentration` / `rate` (Marsaglia
  /// and Tsang 2000).
  ///
  /// Gradients flow to both parameters, to second order: the sample's quantile is held fixed
  /// (implicit reparameterisation; Figurnov, Mohamed and Mnih 2018). A third derivative stops the
  /// program. With a concentration far below 1, samples can be 0; ``logGamma(_:concentration:)``
  /// has no such underflow.
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the parameters' common one.
  ///   - concentration: The distribution's shape parameter a, above 0.
  ///   - rate: The inverse of the scale, above 0.
  public func gamma(_ shape: [Int]? = nil, concentration: Tensor, rate: Tensor) -> Tensor {
    let call = SamplerArguments(
      "Random.gamma", shape, ("concentration", concentration, .positive, 0),
      ("rate", rate, .positive, 0))
    let logarithm = standardLogGamma(call.shape, concentration.converted(to: .float64))
    return (exp(logarithm) / rate.converted(to: .float64)).converted(to: call.dtype)
  }

  /// Returns samples of the gamma distribution with the mean `concentration` / `rate`.
  public func gamma(
    _ shape: [Int], concentration: Double, rate: Double = 1, dtype: DType = .float32
  ) -> Tensor {
    gamma(
      shape, concentration: Tensor(concentration, dtype: dtype), rate: Tensor(rate, dtype: dtype))
  }

  /// Returns logarithms of samples of the gamma distribution with rate 1; gradients flow to its
  /// concentration, as with ``gamma(_:concentration:rate:)``.
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the concentration's.
  ///   - concentration: The distribution's shape parameter a, above 0.
  public func logGamma(_ shape: [Int]? = nil, concentration: Tensor) -> Tensor {
    let call = SamplerArguments(
      "Random.logGamma", shape, ("concentration", concentration, .positive, 0))
    return standardLogGamma(call.shape, concentration.converted(to: .float64))
      .converted(to: call.dtype)
  }

  /// Returns logarithms of samples of the gamma distribution with rate 1.
  public func logGamma(
    _ shape: [Int], concentration: Double, dtype: DType = .float32
  ) -> Tensor {
    logGamma(shape, concentration: Tensor(concentration, dtype: dtype))
  }

  /// Returns samples of the beta distribution on [0, 1], with density ∝ xᵃ⁻¹ (1 − x)ᵇ⁻¹.
  ///
  /// Each is the share of one gamma sample in the sum of two. Gradients flow to both parameters
  /// through these, to second order.
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the parameters' common one.
  ///   - a: Above 0; the mean is a / (a + b).
  ///   - b: Above 0.
  public func beta(_ shape: [Int]? = nil, _ a: Tensor, _ b: Tensor) -> Tensor {
    let call = SamplerArguments(
      "Random.beta", shape, ("a", a, .positive, 0), ("b", b, .positive, 0))
    let (first, second) = (
      standardLogGamma(call.shape, a.converted(to: .float64)),
      standardLogGamma(call.shape, b.converted(to: .float64))
    )
    return sigmoid(first - second).converted(to: call.dtype)
  }

  /// Returns samples of the beta distribution on [0, 1], with density ∝ xᵃ⁻¹ (1 − x)ᵇ⁻¹.
  public func beta(
    _ shape: [Int], _ a: Double, _ b: Double, dtype: DType = .float32
  ) -> Tensor {
    beta(shape, Tensor(a, dtype: dtype), Tensor(b, dtype: dtype))
  }

  /// Returns samples of the Dirichlet distribution: rows of shares that sum to 1.
  ///
  /// They are gamma samples divided by their sum, computed in logarithms, so that concentrations
  /// far below 1 give the correct corner of the simplex. Gradients flow to the concentrations, to
  /// second order.
  ///
  /// - Parameters:
  ///   - shape: The shape of the array of rows; by default the leading axes of the concentration.
  ///   - concentration: `[…, k]`, above 0; its leading axes broadcast to `shape`.
  /// - Returns: Shape `shape + [k]`.
  public func dirichlet(_ shape: [Int]? = nil, concentration: Tensor) -> Tensor {
    softmax(dirichletLogits("Random.dirichlet", shape, concentration))
      .converted(to: concentration.dtype)
  }

  /// Returns the logarithms of samples of the Dirichlet distribution, as in
  /// ``dirichlet(_:concentration:)``, including those of shares that underflow.
  public func logDirichlet(_ shape: [Int]? = nil, concentration: Tensor) -> Tensor {
    logSoftmax(dirichletLogits("Random.logDirichlet", shape, concentration))
      .converted(to: concentration.dtype)
  }

  private func dirichletLogits(_ name: String, _ shape: [Int]?, _ concentration: Tensor) -> Tensor {
    let call = SamplerArguments(name, shape, ("concentration", concentration, .positive, 1))
    let categories = concentration.shape[concentration.rank - 1]
    precondition(
      categories > 0,
      "\(name): expected a concentration for one share or more, found shape \(concentration.shape)")
    return standardLogGamma(call.shape + [categories], concentration.converted(to: .float64))
  }

  /// Returns samples of Student's t distribution: `location` + `scale` · z / √(g / ν) for a normal
  /// z and a χ² variable g with ν degrees of freedom.
  ///
  /// Gradients flow to all three parameters, to second order.
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the parameters' common one.
  ///   - degreesOfFreedom: ν, above 0.
  ///   - location: The median.
  ///   - scale: Above 0.
  public func studentT(
    _ shape: [Int]? = nil, degreesOfFreedom: Tensor, location: Tensor, scale: Tensor
  ) -> Tensor {
    let call = SamplerArguments(
      "Random.studentT", shape, ("degreesOfFreedom", degreesOfFreedom, .positive, 0),
      ("location", location, .finite, 0), ("scale", scale, .positive, 0))
    let half = degreesOfFreedom.converted(to: .float64) / 2
    let noise = normal(call.shape, dtype: .float64)
    let logarithm = standardLogGamma(call.shape, half)
    let standard = noise * exp(0.5 * (log(half) - logarithm))
    return (location.converted(to: .float64) + scale.converted(to: .float64) * standard)
      .converted(to: call.dtype)
  }

  /// Returns samples of Student's t distribution.
  public func studentT(
    _ shape: [Int], degreesOfFreedom: Double, location: Double = 0, scale: Double = 1,
    dtype: DType = .float32
  ) -> Tensor {
    studentT(
      shape, degreesOfFreedom: Tensor(degreesOfFreedom, dtype: dtype),
      location: Tensor(location, dtype: dtype), scale: Tensor(scale, dtype: dtype))
  }

  /// The logarithms of gamma samples with rate 1, float64, with the gradient with respect to the
  /// shape parameter.
  func standardLogGamma(_ shape: [Int], _ concentration: Tensor) -> Tensor {
    sampled(.logGamma, shape, .float64, [concentration])
      .tracked(from: concentration) { y, dy in
        (dy * logGammaSlope(concentration, y)).summed(to: concentration.shape)
      }
  }
}

/// The derivative of the logarithm y of a gamma sample with respect to its shape parameter a at a
/// fixed quantile: −(∂F/∂a) / (∂F/∂y), where F is the distribution function.
func logGammaSlope(_ a: Tensor, _ y: Tensor) -> Tensor {
  logGammaSlope(.itself, a, y).tracked(
    from: (a, { _, dy in (dy * secondSlope(.inShape, a, y)).summed(to: a.shape) }),
    (y, { _, dy in dy * secondSlope(.inLogarithm, a, y) }))
}

private func secondSlope(_ part: CKGammaSlope, _ a: Tensor, _ y: Tensor) -> Tensor {
  let stop: Pullback = { _, _ in
    preconditionFailure(
      "Random.gamma: expected a first or second derivative of a sample in its concentration, found a"
        + " third")
  }
  return logGammaSlope(part, a, y).tracked(from: (a, stop), (y, stop))
}

private func logGammaSlope(_ part: CKGammaSlope, _ a: Tensor, _ y: Tensor) -> Tensor {
  let shapes = SamplerParameter(a, y.shape)
  let kernel = shapes.kernel
  return withExtendedLifetime(shapes) {
    Tensor.uninitialized(y.shape, .float64, "logGammaSlope", reading: y.count) { slopes, count in
      parallel(over: count, grain: samplerGrain, of: .float64) {
        ck_log_gamma_slope(
          part, kernel, y.pointer.assumingMemoryBound(to: Double.self),
          slopes.assumingMemoryBound(to: Double.self), $0, $1)
      }
    }
  }
}
