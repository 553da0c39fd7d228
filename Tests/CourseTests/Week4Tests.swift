import Results
import Tensor
import Testing

@testable import Course

/// The numbers of a list, or of lists in lists.
func numbers(_ value: ResultValue?) -> [Double] {
  switch value {
  case .number(let number)?: [number]
  case .integer(let number)?: [Double(number)]
  case .list(let values)?: values.flatMap { numbers($0) }
  default: []
  }
}

/// Whether numbers are equal to within a tolerance.
func areNear(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-9) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
}

@Suite struct Week4Tests {
  @Test func dirichletProcessDraws() throws {
    let results = try made("dirichlet-process-draws")
    for concentration in [1, 25] {
      #expect(abs(results.number("mass-\(concentration)") - 1) < 1e-12)
    }
    #expect(abs(results.number("coincidence-1") - 0.5) < 0.06)
    #expect(abs(results.number("coincidence-25") - 1.0 / 26) < 0.004)
  }

  @Test func stickBreaking() throws {
    let results = try made("stick-breaking")
    #expect(areNear(numbers(results["sticks"]), [0.2, 0.4, 0.36]))
    #expect(abs(results.number("left") - 0.04) < 1e-12)
    #expect(areNear(numbers(results["expected"]), [0.5, 0.25, 0.125]))
    #expect(areNear(numbers(results["mean-of-draws"]), [0.5, 0.25, 0.125], 0.03))
    // (1/2)^7 < 0.01.
    #expect(results.number("count-leaving-a-hundredth") == 7)
  }

  @Test func linearModelDraws() throws {
    let results = try made("linear-model-draws")
    // k(x, x′) = 1 + x x′.
    #expect(areNear(numbers(results["covariance-at-0-and-2"]), [1, 1, 1, 5]))
    #expect(numbers(results["weights"]).count == 8)
  }

  @Test func kernelSamples() throws {
    let results = try made("kernel-samples")
    #expect(abs(results.number("squared-exponential") - 0.8824969) < 1e-7)
    #expect(abs(results.number("rational-quadratic") - 0.64) < 1e-12)
    #expect(abs(results.number("periodic") - 0.1353352832366127) < 1e-12)
    #expect(abs(results.number("locally-periodic") - 0.1194330) < 1e-7)
    #expect(results.number("largest-jitter") < 1e-8)
  }

  @Test func gaussianProcessTraining() throws {
    let results = try made("gaussian-process-training")
    #expect(abs(results.number("log-marginal-likelihood") + 3.7327988415) < 1e-9)
    #expect(abs(results.number("mean-at-1.5") - 0.00911506) < 1e-8)
    #expect(abs(results.number("variance-at-1.5") - 0.15491488) < 1e-8)
    #expect(abs(results.number("mean-at-10")) < 1e-8)
    #expect(abs(results.number("variance-at-10") - 1) < 1e-8)
    #expect(results.number("trained-log-marginal-likelihood") > -3.7327988415)
  }

  @Test func empiricalMeasure() throws {
    let results = try made("empirical-measure")
    // Dvoretzky, Kiefer and Wolfowitz: with probability 1 − 2 e^(−2 n ε²), here 0.9993.
    #expect(results.number("kolmogorov-distance-10") < 0.63)
    #expect(results.number("kolmogorov-distance-100") < 0.2)
    #expect(results.number("wasserstein-distance-10") > 0)
  }

  @Test func mixingMeasure() throws {
    let results = try made("mixing-measure")
    #expect(abs(results.number("mass-of-atoms") - 1) < 1e-12)
    #expect(abs(results.number("mass-of-density") - 1) < 1e-6)
    #expect(abs(results.number("mean-of-measure") - results.number("mean-of-mixture")) < 1e-6)
  }

  @Test func clusterCounts() throws {
    let results = try made("cluster-counts")
    // The hundredth harmonic number.
    #expect(abs(results.number("expected-1-100") - 5.187377517639621) < 1e-10)
    #expect(abs(results.number("expected-5-1") - 1) < 1e-12)
    let error = (results.number("variance-1-100") / results.number("draws")).squareRoot()
    #expect(
      abs(results.number("drawn-1-100") - results.number("expected-1-100")) < 5 * error)
  }

  @Test func ridgePosterior() throws {
    let results = try made("ridge-posterior")
    #expect(abs(results.number("posterior-mean") - 0.9950413223) < 1e-9)
    #expect(abs(results.number("posterior-variance") - 0.0082644628) < 1e-9)
    #expect(abs(results.number("ridge") - 0.9950413223) < 1e-9)
    #expect(results.number("largest-difference") < 1e-12)
  }

  @Test func kernelRank() throws {
    let results = try made("kernel-rank")
    let points = results.number("points")
    let expected = numbers(results["features"]).map { min($0, points) }
    #expect(numbers(results["ranks"]) == expected)
    #expect(results.number("rank-of-cubic") == 4)
  }
}
