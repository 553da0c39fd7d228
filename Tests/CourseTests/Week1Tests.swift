import Foundation
import Results
import Testing

@testable import Course

@Suite struct Week1Tests {
  @Test func bernoulliEntropy() throws {
    let results = try made("bernoulli-entropy")
    #expect(abs(results.number("entropy-fair") - log(2)) < 1e-12)
    #expect(abs(results.number("entropy-quarter") - 0.562335144618809) < 1e-12)
    #expect(abs(results.number("entropy-tenth") - 0.325082973391448) < 1e-12)
    #expect(results.number("entropy-certain") == 0)
  }

  @Test func pushforwardExp() throws {
    let results = try made("pushforward-exp")
    // p(y) = φ(log y) / y.
    #expect(abs(results.number("density-at-half") - 0.6274960771159245) < 1e-12)
    #expect(abs(results.number("density-at-1") - 0.3989422804014327) < 1e-12)
    #expect(abs(results.number("density-at-2") - 0.1568740192789811) < 1e-12)
    #expect(results.number("density-below-0") == 0)
    #expect(abs(results.number("probability-below-1") - 0.5) < 1e-12)
    // Mean √e with standard deviation √(e (e − 1)), median 1 with error √(π/2) / √n.
    #expect(abs(results.number("sample-mean") - exp(0.5)) < 5 * 2.161 / sqrt(2_000))
    #expect(abs(results.number("sample-median") - 1) < 5 * sqrt(.pi / 2) / sqrt(2_000))
  }

  @Test func optimalCodes() throws {
    let results = try made("optimal-codes")
    #expect(abs(results.number("entropy") - 0.4689955935892812) < 1e-12)
    #expect(results.number("length-of-one") == 1)
    // 0.81, 0.09, 0.09, 0.01 have words of 1, 2, 3 and 3 bits.
    #expect(abs(results.number("length-of-pairs") - 1.29 / 2) < 1e-12)
    let lengths = results.numbers("lengths")
    for (index, length) in lengths.enumerated() {
      let entropy = results.number("entropy")
      #expect(length >= entropy && length < entropy + 1 / Double(index + 1))
    }
    #expect(results.number("dyadic-entropy") == 1.75)
    #expect(results.number("dyadic-length") == 1.75)
    #expect(abs(results.number("code-of-uniform") - 1.0986122886681098) < 1e-12)
    let loss = results.number("code-of-uniform") - results.number("own-code")
    #expect(abs(loss - 0.0689593) < 1e-7)
  }

  @Test func kernelDensityBandwidths() throws {
    let results = try made("kernel-density-bandwidths")
    #expect(abs(results.number("pair-at-0") - 0.1079819) < 1e-7)
    #expect(abs(results.number("pair-at-1") - 0.3990761) < 1e-7)
    let chosen = results.number("mean-log-density-chosen")
    #expect(chosen > results.number("mean-log-density-small"))
    #expect(chosen > results.number("mean-log-density-large"))
    #expect(chosen < results.number("mean-log-density-truth"))
    // Scott's rule is blind to two modes: the chosen bandwidth is smaller.
    #expect(results.numbers("bandwidths")[1] < results.number("scott"))
  }

  @Test func lawOfLargeNumbers() throws {
    let results = try made("law-of-large-numbers")
    #expect(abs(results.number("mean") - 0.3) < 1e-12)
    #expect(abs(results.number("standard-error") - sqrt(0.21 / 2_000)) < 1e-12)
    // The root of a mean of 20 squares is known to 1/√40 of itself.
    let ratio = results.number("root-mean-square-error") / results.number("standard-error")
    #expect(abs(ratio - 1) < 5 / sqrt(40))
    // A mean of Cauchy numbers is distributed as each: quartiles ±1, whatever n is.
    #expect(results.number("cauchy-quartile-range") > 0.5)
  }

  @Test func maximumLikelihoodConsistency() throws {
    let results = try made("maximum-likelihood-consistency")
    let ratio = results.number("error-of-most") / results.number("standard-error-of-most")
    #expect(abs(ratio - 1) < 5 / sqrt(40))
    #expect(results.number("error-of-most") < results.number("error-of-fewest") / 3)
    // Fisher's information of α = 2 with the rate unknown: 1 / (ψ′(2) − 1/2), n = 1,280.
    let error = sqrt(1 / (0.6449340668482264 - 0.5) / 1_280)
    #expect(abs(results.number("standard-error-of-most") / error - 1) < 0.1)
  }

  @Test func maximumLikelihoodNormality() throws {
    let results = try made("maximum-likelihood-normality")
    #expect(abs(results.number("estimate") - 0.3) < 1e-12)
    #expect(abs(results.number("variance-by-information") - 0.0021) < 1e-12)
    #expect(abs(results.number("mean-of-estimates") - 0.3) < 5 * sqrt(0.0021 / 2_000))
    #expect(abs(results.number("variance-of-estimates") / 0.0021 - 1) < 5 * sqrt(2 / 2_000))
    // P(22 ≤ heads ≤ 38) = 0.9364 of Binomial(100, 0.3).
    #expect(abs(results.number("coverage") - 0.95) < 0.04)
  }

  @Test func maximumLikelihoodEquivariance() throws {
    let results = try made("maximum-likelihood-equivariance")
    #expect(abs(results.number("probability") - 0.3) < 1e-12)
    #expect(abs(results.number("logit") - log(0.3 / 0.7)) < 1e-6)
    #expect(abs(results.number("logit-of-probability") - log(0.3 / 0.7)) < 1e-12)
    #expect(abs(results.number("standard-error-of-probability") - sqrt(0.0021)) < 1e-12)
    // The delta method: the error over p (1 − p).
    #expect(abs(results.number("standard-error-of-logit") - sqrt(0.0021) / 0.21) < 1e-6)
    let difference =
      results.number("log-likelihood") - results.number("log-likelihood-by-logit")
    #expect(abs(difference) < 1e-9)
  }
}
