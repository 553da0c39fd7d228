// A Gaussian process for monthly data: trend, seasons and noise, with the share of each, and a
// forecast.
//
//   swift run -c release monthly-data
import Foundation
import GaussianProcesses
import Plots
import Tensor

// Ten years of a quantity that rises, has seasons and is measured with noise.
let random = Random(seed: 0)
let months = (0..<120).map { Double($0) / 12 }
let noise = random.normal([120], dtype: .float64).doubles
let values = months.indices.map { month in
  let t = months[month]
  return 0.8 * t + 0.03 * t * t + 1.5 * sin(2 * .pi * t) + 0.3 * noise[month]
}
let x = Tensor(months, dtype: .float64).expanded(at: 1)
let y = Tensor(values, dtype: .float64)

let kernel = try KernelExpression.parse(
  "25 * rbf(length = 5) + 2 * periodic(length = 1, period = 1 fixed) + white(variance = 0.1)")
let prior = GaussianProcess(kernel, mean: .constant(values.reduce(0, +) / 120))
let fit = try prior.fitted(to: y, at: x, using: random)
let posterior = fit.posterior
print("log marginal likelihood: \(posterior.logMarginalLikelihood)")
for (name, value) in zip(fit.process.parameterNames, fit.process.parameterValues) {
  print("\(name): \(value)")
}
for part in posterior.parts(at: x) {
  print("\(part.name) explains \(part.share) of the variance")
}

// Three more years, with intervals for new observations.
let later = (0..<156).map { Double($0) / 12 }
let forecast = posterior.prediction(
  of: .observations, at: Tensor(later, dtype: .float64).expanded(at: 1))
let (lower, upper) = forecast.interval(0.95)
let figure = Figure(title: "Forecast", x: .linear("years"), y: .linear("value")) {
  Band(later, lower: lower.doubles, upper: upper.doubles, label: "95 %")
  Line(later, forecast.mean.doubles, label: "mean")
  Scatter(months, values, label: "months")
}
let path = FileManager.default.temporaryDirectory.appendingPathComponent("forecast.svg")
try figure.svg.write(to: path, atomically: true, encoding: .utf8)
print("figure: \(path.path)")
