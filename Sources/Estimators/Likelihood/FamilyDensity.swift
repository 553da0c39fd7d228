import Tensor

extension DistributionFamily {
  /// Whether the family produces only whole numbers.
  public var isDiscrete: Bool {
    switch self {
    case .bernoulli, .binomial, .poisson, .geometric: true
    case .normal, .logNormal, .halfNormal, .uniform, .exponential, .gamma, .inverseGamma, .beta,
      .chiSquared, .studentT, .cauchy, .laplace, .vonMises:
      false
    }
  }

  /// log p(x) with given parameters, in nats.
  ///
  /// - Parameters:
  ///   - x: `[n]`.
  ///   - parameters: The parameters in the order of ``parameterNames``, `[k]`.
  /// - Returns: float64 `[n]`; −∞ outside the support.
  public func logDensity(of x: Tensor, parameters: Tensor) -> Tensor {
    let theta = parameters.converted(to: .float64)
    precondition(
      x.rank == 1 && theta.shape == [parameterNames.count],
      "DistributionFamily.logDensity: expected numbers [n] and \(parameterNames.count) parameters,"
        + " found \(x.shape) and \(parameters.shape)")
    let (numbers, ends) = (x.converted(to: .float64), theta.doubles)
    let isInside = numbers.doubles.map { number -> Double in
      if self == .uniform { return number >= ends[0] && number <= ends[1] ? 1 : 0 }
      return contains(number) ? 1 : 0
    }
    let mask = Tensor(isInside, dtype: .float64) .> 0
    // A number inside every support stands in for those outside, whose density is not evaluated.
    let inner = Tensor(self == .beta ? 0.5 : 1, dtype: .float64)
    let parts = (0..<theta.count).map { theta.sliced($0..<$0 + 1) }
    return select(
      mask, logDensity(of: select(mask, numbers, inner), parts),
      Tensor(-Double.infinity, dtype: .float64))
  }
}
