// The posterior of the eight schools' effects (Rubin 1981), sampled with the No-U-Turn sampler.
//
//   swift run -c release eight-schools
import Inference
import Tensor

let effects = Tensor([28, 8, -3, 7, -1, 1, 18, 12], dtype: .float64)
let errors = Tensor([15, 10, 16, 11, 9, 11, 10, 18], dtype: .float64)

/// Splits the coordinates, [chains, 10], into μ, log τ and η, with θ = μ + τ η, which the sampler
/// explores easily.
func parts(_ x: Tensor) -> (mu: Tensor, logTau: Tensor, eta: Tensor) {
  (x.sliced(0..<1, along: 1), x.sliced(1..<2, along: 1), x.sliced(2..<10, along: 1))
}

func schools(_ x: Tensor) -> Tensor {
  let (mu, logTau, eta) = parts(x)
  return mu + exp(logTau) * eta
}

/// log p(μ, log τ, η, y) up to a constant, for all chains at once: μ ~ N(0, 5²), τ ~
/// half-Cauchy(5), ηⱼ ~ N(0, 1), yⱼ ~ N(θⱼ, sⱼ²).
func logDensity(_ x: Tensor) -> Tensor {
  let (mu, logTau, eta) = parts(x)
  let data = square((effects - schools(x)) / errors).sum(along: 1)
  let prior = square(eta).sum(along: 1) + square(mu / 5).sum(along: 1)
  // The density of log τ includes the factor τ from the change of variables.
  let scale = logTau - log1p(square(exp(logTau) / 5))
  return -0.5 * (data + prior) + scale.sum(along: 1)
}

let sampler = NoUTurnSampler(dimensions: 10, targetAcceptance: 0.9, logDensity: logDensity)
let random = Random(seed: 0)
let start = random.normal([4, 10], dtype: .float64)
let chains = try sampler.sample(from: start, warmUp: 1_000, draws: 1_000, using: random)

let theta = schools(chains.pooled).reshaped(to: [4, 1_000, 8])
for school in 0..<8 {
  print(
    ParameterSummary(
      "theta \(school + 1)", theta.sliced(school..<school + 1, along: 2).squeezed(at: 2)))
}
print(ParameterSummary("mu", chains.coordinate(0)))
print(ParameterSummary("tau", exp(chains.coordinate(1))))
print("divergences: \(chains.divergences.reduce(0, +))")
for warning in chains.warnings() { print("warning: \(warning)") }
