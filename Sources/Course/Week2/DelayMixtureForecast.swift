import Inference
import Plots
import Results
import Tensor

/// Forecasts of the series xₜ = 2 sin(3/2 xₜ₋₁) + 0.3 wₜ by a Gaussian mixture over windows (xₜ₋₁,
/// xₜ): its conditional law predicts nearly as well as the true one.
let delayMixtureItem = CourseItem(
  "delay-mixture", week: 2, "forecasts of a time series by a Gaussian mixture over its windows"
) { isQuick, random in
  let series = sineSeries(isQuick ? 500 : 2_000, using: random)
  let fresh = sineSeries(isQuick ? 500 : 2_000, using: random)
  let starts = isQuick ? 2 : 5
  let model = try forecast(series, 6, starts, random)
  let linear = try forecast(series, 1, starts, random)
  var results = Results([
    "log-density": .number(try meanLogDensity(of: fresh, by: model)),
    "log-density-one-component": .number(try meanLogDensity(of: fresh, by: linear)),
    // −½ log(2π e σ²), the average log-density under the true law.
    "log-density-of-the-law": .number(-1.4189385332046727 - log(scalar(0.3)).scalar),
  ])
  // The conditional mean and deviation of the next value.
  let places = grid(-2.4...2.4, count: 97).doubles
  let next = try places.map { try model.next(after: vector([$0])) }
  let means = next.map(\.mean.scalar)
  let deviations = next.map { sqrt($0.covariance).scalar }
  let law = (2 * sin(1.5 * vector(places))).doubles
  results["largest-error-of-mean"] = .number(
    zip(means, law).map { abs(vector([$0 - $1])).scalar }.max() ?? 0)
  results.tables["values.csv"] = [
    "x": places, "mean": means, "deviation": deviations, "mean-of-the-law": law,
  ]
  let values = series.doubles
  let (before, after) = (Array(values.dropLast()), Array(values.dropFirst()))
  let plane = Figure(
    title: "Windows of two values", caption: "Ellipses: two deviations of the components.",
    x: .linear("xₜ"), y: .linear("xₜ₊₁")
  ) {
    Scatter(before, after, color: .muted, size: 2, opacity: 0.5)
    mixtureEllipses(model.mixture)
    Line(places, means, label: "forecast", color: .series(0))
    Line(places, law, label: "law", color: .series(1), dash: .dashed)
  }
  results.add(FigureGrid([plane, try continuation(of: series, by: model, random)], columns: 2))
  return results
}

/// Fits a mixture with a given number of components over windows of two values.
private func forecast(
  _ series: Tensor, _ components: Int, _ starts: Int, _ random: Random
) throws -> DelayMixture {
  try DelayMixture.fit(
    series, lags: 1, components: components, starts: starts, using: random
  ).model
}

/// Draws steps of xₜ = 2 sin(3/2 xₜ₋₁) + 0.3 wₜ, `[count]`.
private func sineSeries(_ count: Int, using random: Random) -> Tensor {
  var x = scalar(0.5)
  let values = random.normal([count], dtype: .float64).doubles.map { noise -> Double in
    x = 2 * sin(1.5 * x) + 0.3 * noise
    return x.scalar
  }
  return vector(values)
}

/// The mean of log p(xₜ | xₜ₋₁) over a series.
private func meanLogDensity(of series: Tensor, by model: DelayMixture) throws -> Double {
  let windows = DelayMixture.windows(of: series, length: 2)
  let before = try model.mixture.marginal(of: [0]).logDensity(
    of: windows.sliced(0..<1, along: 1))
  return (model.mixture.logDensity(of: windows) - before).mean().scalar
}

/// The end of a series and the quantiles of its continuations.
private func continuation(
  of series: Tensor, by model: DelayMixture, _ random: Random
) throws -> Figure {
  let (tail, steps) = (40, 12)
  let paths = try model.paths(500, steps: steps, after: series, using: random).transposed()
  let sorted = (0..<steps).map { paths.sliced($0..<$0 + 1).doubles.sorted() }
  let ahead = (1...steps).map(Double.init)
  return Figure(
    title: "Forecast", caption: "Band: 90 % of 500 continuations.",
    x: .linear("step", wholeNumbers: true), y: .linear("x")
  ) {
    Line(
      (1 - tail...0).map(Double.init),
      series.sliced(series.count - tail..<series.count).doubles, label: "series", color: .text)
    Band(ahead, lower: sorted.map { $0[25] }, upper: sorted.map { $0[474] }, color: .series(0))
    Line(ahead, sorted.map { $0[250] }, label: "median", color: .series(0))
  }
}
