import Inference
import Plots
import Results
import Tensor

/// A nonlinear state space model, and the states that a bootstrap particle filter estimates.
let nonlinearStateSpaceItem = CourseItem(
  "nonlinear-state-space", week: 3,
  "a nonlinear state space of 400 steps and its particle filter (Gordon et al. 1993)"
) { isQuick, random in
  let (model, steps) = (GrowthModel(), isQuick ? 100 : 400)
  let (states, observations) = model.sample(steps, using: random.split())
  let estimates = try ParticleFilter(particles: isQuick ? 400 : 2_000).filtered(
    observations, by: model, using: random.split())
  // The estimate without the observations.
  let blind = try ParticleFilter(particles: isQuick ? 400 : 2_000).filtered(
    Tensor(filledWith: .nan, [steps, 1], dtype: .float64), by: model, using: random.split())
  func rootMeanSquare(_ means: Tensor) -> Double {
    square(states - means).mean().scalar.squareRoot()
  }
  let isInside = abs(states - estimates.means) .<= 2 * estimates.deviations
  var results = Results([
    "steps": .integer(steps),
    "root-mean-square-error": .number(rootMeanSquare(estimates.means)),
    "root-mean-square-error-without-observations": .number(rootMeanSquare(blind.means)),
    "share-within-two-deviations": .number(isInside.mean().scalar),
    "log-likelihood": .number(estimates.logLikelihood),
    "least-effective-size": .number(estimates.effectiveSizes.min() ?? 0),
  ])
  let (means, deviations) = (estimates.means.doubles, estimates.deviations.doubles)
  let times = (1...steps).map(Double.init)
  results.tables["values.csv"] = [
    "step": times, "state": states.doubles, "observation": observations.doubles, "mean": means,
    "deviation": deviations, "effective-size": estimates.effectiveSizes,
  ]
  let shown = min(100, steps)
  func first(_ values: [Double]) -> [Double] { Array(values.prefix(shown)) }
  let path = Figure(
    title: "States", caption: "The first \(shown) steps. Band: two deviations of the particles.",
    x: .linear("step"), y: .linear("state"), width: 640
  ) {
    Band(
      first(times), lower: first(zip(means, deviations).map { $0 - 2 * $1 }),
      upper: first(zip(means, deviations).map { $0 + 2 * $1 }), color: .series(0))
    Line(first(times), first(means), label: "filtered", color: .series(0))
    Line(first(times), first(states.doubles), label: "state", color: .text, width: 1, dash: .solid)
  }
  let seen = Figure(
    title: "Observations", x: .linear("step"), y: .linear("observation"), width: 640
  ) { Line(times, observations.doubles, width: 1) }
  results.add(FigureGrid([seen, path], columns: 1))
  return results
}

/// zₜ = z/2 + 25 z/(1 + z²) + 8 cos(1.2 t) + w with w ~ N(0, 10), y = z²/20 + v with v ~ N(0, 1).
private struct GrowthModel: ParticleModel {
  func first(_ count: Int, using random: Random) -> Tensor {
    10.0.squareRoot() * random.normal([count, 1], dtype: .float64)
  }

  func next(_ states: Tensor, step: Int, using random: Random) -> Tensor {
    let drift = 0.5 * states + 25 * states / (1 + square(states))
    let season = 8 * cos(scalar(1.2 * Double(step))).scalar
    return drift + season + first(states.shape[0], using: random)
  }

  func logLikelihood(of observation: Tensor, at states: Tensor, step: Int) -> Tensor {
    let residuals = observation - square(states) / 20
    return -0.5 * (square(residuals) + log(scalar(2 * .pi))).squeezed(at: 1)
  }

  /// States and observations, `[steps, 1]` both.
  func sample(_ steps: Int, using random: Random) -> (states: Tensor, observations: Tensor) {
    var states = [first(1, using: random)]
    for step in 1..<steps { states.append(next(states[step - 1], step: step, using: random)) }
    let path = Tensor.concatenated(states)
    return (path, square(path) / 20 + random.normal([steps, 1], dtype: .float64))
  }
}
