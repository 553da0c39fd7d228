import Foundation
import Results
import Testing

@testable import Course

@Suite struct Week3Tests {
  @Test func hierarchicalSamples() throws {
    let results = try made("hierarchical-samples")
    let (shares, weights) = (numbers(results["shares"]), numbers(results["weights"]))
    let count = results.number("points")
    for (share, weight) in zip(shares, weights) {
      #expect(abs(share - weight) < 4 * (weight * (1 - weight) / count).squareRoot() + 1e-9)
    }
    #expect(abs(results.number("variance-around-means") - 1) < 4 / count.squareRoot())
    // N log densities of two coordinates each have the mean −1 − log 2π, minus the weights'
    // entropy.
    let entropy = weights.reduce(0) { $0 - $1 * log($1) }
    let expected = -count * (2.8378770664093453 + entropy)
    #expect(abs(results.number("log-density-of-points") - expected) < 6 * count.squareRoot())
  }

  @Test func bayesianLinearSamples() throws {
    let results = try made("bayesian-linear-samples")
    #expect(results.number("sequential-difference") < 1e-12)
    let covariance = numbers(results["covariance"])
    let errors = [covariance[0], covariance[3]].map { ($0 / results.number("draws")).squareRoot() }
    let (means, drawn) = (numbers(results["mean"]), numbers(results["mean-of-draws"]))
    for place in 0..<2 { #expect(abs(means[place] - drawn[place]) < 4 * errors[place]) }
    for (exact, drawn) in zip(covariance, numbers(results["covariance-of-draws"])) {
      #expect(abs(exact - drawn) < 0.1 * covariance[0])
    }
  }

  @Test func nonlinearStateSpace() throws {
    let results = try made("nonlinear-state-space")
    let blind = results.number("root-mean-square-error-without-observations")
    #expect(results.number("root-mean-square-error") < 0.7 * blind)
    #expect(results.number("share-within-two-deviations") > 0.85)
    #expect(results.number("log-likelihood").isFinite)
  }

  @Test func boundAndEvidence() throws {
    let results = try made("bound-and-evidence")
    #expect(results.number("least-divergence") > 0)
    #expect(results.number("largest-bound") < results.number("largest-evidence"))
    // A tighter prior leaves less correlation, hence less divergence.
    let ofBound = results.number("prior-variance-of-largest-bound")
    #expect(ofBound < results.number("prior-variance-of-largest-evidence"))
  }

  @Test func blackBoxInference() throws {
    let results = try made("black-box-inference")
    let evidence = results.number("log-evidence-by-sum")
    for family in ["mean-field", "full-rank"] {
      let error = results.number("error-\(family)")
      #expect(results.number("bound-\(family)") < evidence + 4 * error, "\(family)")
      let weighted = results.number("log-evidence-\(family)")
      let weightedError = results.number("error-of-log-evidence-\(family)")
      #expect(abs(weighted - evidence) < 5 * weightedError + 1e-3, "\(family)")
    }
    #expect(results.number("bound-full-rank") > results.number("bound-mean-field"))
    #expect(results.number("effective-size-full-rank") > 0.8)
  }

  @Test func topics() throws {
    let results = try made("topics")
    // Σ λ = K V η + words.
    let sum = results.number("words") + 25
    #expect(abs(results.number("sum-of-parameters") - sum) < 1e-8 * sum)
    #expect(results.number("perplexity") < 25 && results.number("topics-found") >= 5)
  }

  @Test func metropolisTwoModes() throws {
    let results = try made("metropolis-two-modes")
    #expect(results.number("share-above-0-short") < 0.05)
    #expect(abs(results.number("share-above-0-long") - 0.5) < 0.2)
  }

  @Test func gibbsAgainstMetropolis() throws {
    let results = try made("gibbs-against-metropolis")
    for name in ["gibbs", "metropolis"] {
      let error = results.number("error-of-mean-\(name)")
      #expect(abs(results.number("mean-\(name)")) < 4.5 * error, "\(name)")
    }
  }

  @Test func laplaceChiSquared() throws {
    let results = try made("laplace-chi-squared")
    #expect(abs(results.number("mode") - 8) < 1e-6)
    #expect(abs(results.number("variance") - 16) < 1e-5)
    #expect(abs(results.number("evidence-ratio") - 0.979424) < 1e-6)
  }

  @Test func laplaceLogistic() throws {
    let results = try made("laplace-logistic")
    #expect(abs(results.number("mode") - 0.6862055995) < 1e-8)
    #expect(abs(results.number("variance") - 0.3575473635) < 1e-7)
    // With the prior's constant, −½ log 2π.
    #expect(abs(results.number("log-evidence") + 3.2395674339) < 1e-8)
    #expect(abs(results.number("log-evidence") - results.number("log-evidence-by-sum")) < 0.03)
  }

  @Test func meanFieldGaussian() throws {
    let results = try made("mean-field-gaussian")
    #expect(areNear(numbers(results["variances"]), [0.72, 0.36], 1e-12))
    #expect(abs(results.number("divergence") - 0.510826) < 1e-6)
  }

  @Test func hierarchicalMixture() throws {
    let results = try made("hierarchical-mixture")
    #expect(areNear(numbers(results["means-1"]), [0.472323, 4.25717609], 1e-6))
    #expect(
      areNear(
        numbers(results["bounds-1"]), [-12.8595123, -12.1991340, -11.6002037], 1e-6))
    #expect(results["converged"] == .flag(true))
  }

  @Test func gradientVariances() throws {
    let results = try made("gradient-variances")
    var variances: [Double] = []
    for name in ["score-function", "control-variate", "reparameterization"] {
      let (means, errors) = (
        numbers(results["mean-\(name)"]), numbers(results["error-\(name)"])
      )
      #expect(abs(means[0] - 1) < 5 * errors[0] + 0.01, "\(name)")
      #expect(abs(means[1] - 0.36) < 5 * errors[1] + 0.01, "\(name)")
      variances.append(numbers(results["variance-\(name)"])[0])
    }
    #expect(variances[2] < variances[1] && variances[1] < variances[0])
    // The variance of −(m + s z − 1) is s².
    #expect(abs(variances[2] - 0.64) < 0.1)
  }

  @Test func burnInAndThinning() throws {
    let results = try made("burn-in-and-thinning")
    let mean = abs(results.number("mean-after-burn-in"))
    #expect(mean < 4.5 * results.number("error-of-mean-after-burn-in"))
    #expect(results.number("ess-bulk-thinned") < 1.2 * results.number("ess-bulk-after-burn-in"))
  }
}
