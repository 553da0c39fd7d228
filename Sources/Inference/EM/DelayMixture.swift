import Tensor

/// A mixture of Gaussians over windows of a time series, the delay vectors (xₜ₋ₗ, …, xₜ₋₁, xₜ); it
/// forecasts the series by the law of the last coordinate given the others.
///
/// The forecast is a mixture of linear autoregressions whose weights depend on the last values.
///
/// ```swift
/// let fit = try DelayMixture.fit(series, lags: 4, components: 3, using: random)
/// try fit.model.next(after: series)                      // p(x_{t+1} | x_{t−3}, …, x_t)
/// try fit.model.paths(1_000, steps: 20, after: series, using: random)
/// ```
public struct DelayMixture: Sendable {
  /// The mixture of windows, each with ``lags`` values and the one after them, the oldest first.
  public let mixture: GaussianMixture

  /// The number of past values that a forecast uses.
  public var lags: Int { mixture.dimension - 1 }

  /// Creates a forecaster from a mixture of windows of at least two values.
  public init(_ mixture: GaussianMixture) {
    precondition(
      mixture.dimension > 1,
      "DelayMixture: expected windows of at least 2 values, found \(mixture.dimension)")
    self.mixture = mixture
  }

  /// The windows of a series `[steps]`, one for each start, `[steps − length + 1, length]`.
  public static func windows(of series: Tensor, length: Int) -> Tensor {
    precondition(
      series.rank == 1 && length > 0 && series.count >= length,
      "DelayMixture.windows: expected a series of at least \(length) steps, found \(series.shape)")
    let count = series.count - length + 1
    let places = (0..<count).flatMap { start in start..<start + length }
    return series.gathered(at: places, along: 0).reshaped(to: [count, length])
  }

  /// Fits the mixture to a series' windows by expectation–maximisation.
  ///
  /// The windows overlap but are treated as independent, so the log-likelihood is not that of the
  /// series.
  ///
  /// - Parameters:
  ///   - series: `[steps]`; NaN stands for a missing value.
  ///   - lags: The number of past values that a forecast uses.
  ///   - components: The number of components.
  ///   - starts: The number of starts; the best fit is returned.
  ///   - floor: The lower bound of a component's variance in every direction.
  ///   - driver: The tolerance and the limit of sweeps.
  ///   - random: The stream of random numbers.
  /// - Throws: ``MixtureError`` for invalid data, or if every start fails.
  public static func fit(
    _ series: Tensor, lags: Int, components: Int, starts: Int = 1, floor: Double? = nil,
    driver: ExpectationMaximization = .init(), using random: Random
  ) throws -> (model: DelayMixture, fit: MixtureFit<GaussianMixture>) {
    precondition(lags > 0, "DelayMixture.fit: expected at least 1 lag, found \(lags)")
    guard series.count > lags else {
      throw MixtureError.tooFewPoints(
        components: components, points: max(0, series.count - lags))
    }
    let fit = try GaussianMixture.fit(
      windows(of: series.converted(to: .float64), length: lags + 1), components: components,
      starts: starts, floor: floor, driver: driver, using: random)
    return (DelayMixture(fit.model), fit)
  }

  /// The law of the next value after a series `[steps]` that ends with ``lags`` finite values: a
  /// mixture in one dimension.
  ///
  /// - Throws: ``/Tensor/LinearAlgebraError`` if a conditional covariance is singular to rounding.
  public func next(after series: Tensor) throws -> GaussianMixture {
    try mixture.conditional(on: last(of: series), at: Array(0..<lags))
  }

  /// Draws continuations of a series, each value given those before it, `[count, steps]`.
  ///
  /// - Parameters:
  ///   - count: The number of continuations, 1 or more.
  ///   - steps: The length of each, 1 or more.
  ///   - series: `[…]`, which ends with ``lags`` finite values.
  ///   - random: The stream of random numbers.
  /// - Throws: ``/Tensor/LinearAlgebraError`` if a conditional covariance is singular to rounding.
  public func paths(
    _ count: Int, steps: Int, after series: Tensor, using random: Random
  ) throws -> Tensor {
    precondition(
      count > 0 && steps > 0,
      "DelayMixture.paths: expected paths and steps above 0, found \(count) and \(steps)")
    let k = mixture.componentCount
    let conditional = try ConditionalGaussians(mixture, Array(0..<lags))
    let deviations = sqrt(conditional.missingCovariances).reshaped(to: [k, 1])
    var recent = last(of: series).expanded(at: 0).broadcast(to: [count, lags])
    var values: [Tensor] = []
    for _ in 0..<steps {
      let chosen = random.categorical(logits: conditional.logJoint(of: recent)).doubles
      let one = Tensor.oneHot(chosen.map { Int($0) }, count: k, dtype: .float64)
      let means = conditional.missingMeans(of: recent).squeezed(at: 2).transposed()
      let noise = random.normal([count, 1], dtype: .float64)
      let value =
        (one * means).sum(along: 1, keepingDimensions: true) + one.matmul(deviations) * noise
      values.append(value)
      recent = .concatenated([recent.sliced(1..<lags, along: 1), value], along: 1)
    }
    return .concatenated(values, along: 1)
  }

  private func last(of series: Tensor) -> Tensor {
    precondition(
      series.rank == 1 && series.count >= lags,
      "DelayMixture: expected a series of at least \(lags) steps, found \(series.shape)")
    let last = series.sliced(series.count - lags..<series.count).converted(to: .float64)
    precondition(
      last.isFinite,
      "DelayMixture: expected \(lags) finite values at the end, found \(last.doubles)")
    return last
  }
}
