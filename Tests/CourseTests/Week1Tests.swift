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

  @Test func pushforwardDiscrete() throws {
    let results = try made("pushforward-discrete")
    let expected = [0.2, 0.4, 0.4]
    for (found, expected) in zip(results.numbers("probabilities"), expected) {
      #expect(abs(found - expected) < 1e-12)
    }
    for (found, expected) in zip(results.numbers("frequencies"), expected) {
      #expect(abs(found - expected) < 5 * sqrt(0.24 / 2_000))
    }
    #expect(abs(results.number("entropy-of-number") - log(5)) < 1e-12)
    #expect(abs(results.number("entropy-of-square") - (log(5) - 0.8 * log(2))) < 1e-12)
  }

  @Test func pushforwardSquare() throws {
    let results = try made("pushforward-square")
    #expect(abs(results.number("density-at-half") - 0.4393913) < 1e-7)
    #expect(abs(results.number("density-at-1") - 0.2419707) < 1e-7)
    #expect(abs(results.number("density-at-2") - 0.1037769) < 1e-7)
    #expect(results.number("density-below-0") == 0)
    #expect(abs(results.number("probability-below-1") - 0.6826895) < 1e-7)
    #expect(abs(results.number("share-below-1") - 0.6826895) < 5 * sqrt(0.217 / 2_000))
  }

  @Test func klAgainstVariance() throws {
    let results = try made("kl-against-variance")
    #expect(abs(results.number("direct") - 0.4431471806) < 1e-10)
    #expect(abs(results.number("reverse") - 1.3068528194) < 1e-10)
    for slope in results.numbers("slopes") { #expect(abs(slope - 0.25) < 1e-12) }
    #expect(abs(results.number("least-direct")) < 1e-12)
    #expect(abs(results.number("least-reverse")) < 1e-12)
    let (narrow, wide) = (results.numbers("narrow"), results.numbers("wide"))
    #expect(narrow[0] > narrow[1] && wide[0] < wide[1])
  }

  @Test func strongerAndWeakerDivergences() throws {
    let results = try made("stronger-and-weaker-divergences")
    let expected: [(String, Double)] = [
      // p = (.2, .5, .3) against the uniform distribution.
      ("kl-three", 0.0689593), ("reverse-kl-three", 0.0702403),
      ("jensen-shannon-three", 0.0172510), ("total-variation-three", 1.0 / 6),
      ("hellinger-three", 0.1316247), ("chi-squared-three", 0.14), ("l1-three", 1.0 / 3),
      // N(0, 1) against N(1, 1).
      ("kl-normal", 0.5), ("jensen-shannon-normal", 0.1114215),
      ("total-variation-normal", 0.3829249), ("hellinger-normal", sqrt(0.1175031)),
      ("chi-squared-normal", 1.7182818),
      // Uniform on (0, 1) against (½, 3/2).
      ("kl-uniform", .infinity), ("chi-squared-uniform", .infinity),
      ("jensen-shannon-uniform", 0.5 * log(2)), ("total-variation-uniform", 0.5),
      ("hellinger-uniform", sqrt(0.5)), ("l1-uniform", 1),
    ]
    for (name, value) in expected {
      let found = results.number(name)
      #expect(found == value || abs(found - value) < 2e-7, "\(name): \(found)")
    }
    // H² ≤ TV ≤ √(KL/2), and KL ≤ log (1 + χ²).
    let (tv, kl) = (results.number("total-variation-normal"), results.number("kl-normal"))
    #expect(pow(results.number("hellinger-normal"), 2) <= tv && tv <= sqrt(kl / 2))
    #expect(kl <= log(1 + results.number("chi-squared-normal")))
    for (found, shift) in zip(results.numbers("wasserstein"), [0, 0.5, 1, 1.5, 2, 2.5]) {
      #expect(abs(found - shift) < 1e-9)
    }
  }

  @Test func support() throws {
    let results = try made("support")
    #expect(results.number("log-density-outside") == -.infinity)
    #expect(abs(results.number("kl-to-wider") - log(2)) < 1e-9)
    #expect(results.number("kl-to-narrower") == .infinity)
    // −1 + ½ log 2π + E X²/2 for the exponential distribution, E X² = 2.
    #expect(abs(results.number("kl-exponential-normal") - 0.5 * log(2 * .pi)) < 1e-8)
    #expect(results.number("kl-normal-exponential") == .infinity)
    #expect(abs(results.number("jensen-shannon-disjoint") - log(2)) < 1e-9)
  }

  @Test func processes() throws {
    let results = try made("processes")
    #expect(results.number("sampled") == 7)
    #expect(results.number("density") == 5)
    #expect(results["samples-are-finite"] == .flag(true))
    #expect(results["(X, 1 − X)"] == ["sampled": true, "density": false])
    #expect(results["energy x⁴, up to a constant"] == ["sampled": false, "density": false])
    #expect(results["square of a normal"] == ["sampled": true, "density": true])
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
    // Scott's rule ignores the two modes: the chosen bandwidth is smaller.
    #expect(results.numbers("bandwidths")[1] < results.number("scott"))
  }

  @Test func lawOfLargeNumbers() throws {
    let results = try made("law-of-large-numbers")
    #expect(abs(results.number("mean") - 0.3) < 1e-12)
    #expect(abs(results.number("standard-error") - sqrt(0.21 / 2_000)) < 1e-12)
    // The square root of a mean of 20 squares has a relative standard error of 1/√40.
    let ratio = results.number("root-mean-square-error") / results.number("standard-error")
    #expect(abs(ratio - 1) < 5 / sqrt(40))
    // A mean of Cauchy numbers has the same distribution as each: quartiles ±1, whatever n is.
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

  @Test func regressionByLikelihood() throws {
    let results = try made("regression-by-likelihood")
    let (squares, likelihood) = (
      results.numbers("least-squares"), results.numbers("maximum-likelihood")
    )
    #expect(squares.count == 2 && likelihood.count == 2)
    for (a, b, truth) in zip3(squares, likelihood, [1, 2]) {
      #expect(abs(a - b) < 1e-5)
      #expect(abs(a - truth) < 5 * 0.7 / sqrt(50))
    }
    let variance = results.number("noise-variance-least-squares")
    #expect(abs(results.number("noise-variance-maximum-likelihood") / variance - 1) < 1e-5)
    // n/2 (−log 2πσ² − 1) at the maximum.
    let most = -25 * (log(2 * .pi * variance) + 1)
    #expect(abs(results.number("log-likelihood-least-squares") - most) < 1e-9)
    #expect(abs(results.number("log-likelihood-maximum-likelihood") - most) < 1e-6)
  }

  @Test func classificationByLikelihood() throws {
    let results = try made("classification-by-likelihood")
    for (name, other) in [
      ("newton", "maximum-likelihood"),
      ("standard-errors-newton", "standard-errors-maximum-likelihood"),
    ] {
      #expect(results.numbers(name).count == 2)
      for (a, b) in zip(results.numbers(name), results.numbers(other)) {
        #expect(abs(a - b) < 1e-4)
      }
    }
    let errors = results.numbers("standard-errors-newton")
    for (a, truth, error) in zip3(results.numbers("newton"), [-0.5, 1.5], errors) {
      #expect(abs(a - truth) < 4 * error)
    }
    #expect(
      abs(results.number("cross-entropy") * 100 + results.number("log-likelihood-newton")) < 1e-9)
  }

  @Test func classifiersEqualCovariances() throws {
    let results = try made("classifiers-equal-covariances")
    // Φ(Δ/2) with Δ² = (2, 1) Σ⁻¹ (2, 1)ᵀ = 3.8 / 0.91.
    let best = 0.5 * erfc(-sqrt(3.8 / 0.91) / 2 / sqrt(2))
    #expect(abs(results.number("accuracy-true-densities") - best) < 0.03)
    for name in ["linear", "quadratic", "logistic"] {
      #expect(results.number("accuracy-" + name) > best - 0.04, "\(name)")
    }
  }

  @Test func classifiersUnequalCovariances() throws {
    let results = try made("classifiers-unequal-covariances")
    let quadratic = results.number("accuracy-quadratic")
    #expect(abs(quadratic - results.number("accuracy-true-densities")) < 0.02)
    #expect(results.number("accuracy-linear") < quadratic - 0.02)
    #expect(results.number("accuracy-logistic") < quadratic - 0.02)
  }

  @Test func gaussianAgainstMixture() throws {
    let results = try made("gaussian-against-mixture")
    #expect(abs(results.number("mean")) < 5 * sqrt(10.0 / 400))
    #expect(abs(results.number("standard-deviation") - sqrt(10)) < 0.3)
    let gaussian = results.number("log-likelihood-gaussian")
    #expect(abs(results.number("log-likelihood-one-component") - gaussian) < 1e-6)
    // The mean gap is KL(mixture ‖ N(0, 10)) = 0.4619946.
    let gap = (results.number("log-likelihood-mixture") - gaussian) / 400
    #expect(abs(gap - 0.4619946) < 0.08)
    for (mean, truth) in zip(results.numbers("means"), [-3, 3.0]) {
      #expect(abs(mean - truth) < 0.35)
    }
    #expect(results.number("bic-mixture") < results.number("bic-gaussian"))
  }

  @Test func ganDiscriminator() throws {
    let results = try made("gan-discriminator")
    #expect(abs(results.number("value-at-0") + log(4)) < 1e-9)
    #expect(abs(results.number("value-at-2") + 0.7126327) < 1e-7)
    #expect(abs(results.number("discriminator-between") - 0.5) < 1e-12)
    // p/q = e² at 0.
    #expect(abs(results.number("discriminator-at-data") - 1 / (1 + exp(-2))) < 1e-12)
  }

  @Test func jensensInequality() throws {
    let results = try made("jensens-inequality")
    #expect(abs(results.number("two-points-function-of-mean") - exp(0.25)) < 1e-12)
    let chord = (exp(-1) + exp(1.5)) / 2
    #expect(abs(results.number("two-points-mean-of-function") - chord) < 1e-12)
    #expect(abs(results.number("normal-mean-of-function") - exp(0.5)) < 1e-12)
    // E log X² = −γ − log 2 ≤ log E X² = 0.
    let logarithm = results.number("mean-of-logarithm-of-square")
    #expect(abs(logarithm + 1.2703628454614782) < 1e-8)
    #expect(abs(results.number("logarithm-of-mean-square")) < 1e-12)
  }

  @Test func lawWithoutDensity() throws {
    let results = try made("law-without-density")
    #expect(results["is-a-distribution"] == .flag(false))
    #expect(abs(results.number("smallest-variance")) < 1e-12)
    guard case .list(let rows)? = results["covariance"], case .list(let row) = rows[0],
      case .number(let variance) = row[0], case .number(let covariance) = row[1]
    else {
      Issue.record("no covariance")
      return
    }
    #expect(abs(variance - 1.0 / 12) < 5 * 0.0745 / sqrt(500))
    #expect(abs(variance + covariance) < 1e-12)
    #expect(results.numbers("masses").allSatisfy { $0 == 1 })
    #expect(results.numbers("mean-densities").last ?? 0 > 30)
  }

  @Test func divergenceFits() throws {
    let results = try made("divergence-fits")
    #expect(abs(results.number("forward-divergence") - 0.4619946) < 1e-6)
    #expect(abs(results.number("forward-mean")) < 1e-5)
    #expect(abs(results.number("forward-standard-deviation") - sqrt(10)) < 1e-5)
    #expect(abs(results.number("reverse-divergence") - 0.6887690) < 1e-6)
    #expect(abs(abs(results.number("reverse-mean")) - 2.9843060) < 1e-5)
    #expect(abs(results.number("reverse-standard-deviation") - 1.0233686) < 1e-5)
    #expect(results.number("jensen-shannon-divergence") < log(2))
  }

  @Test(arguments: ["divergence-fits-by-components", "divergence-fits-with-target"])
  func eachFitIsBestUnderItsOwnDivergence(name: String) throws {
    let results = try made(name)
    let words = ["forward", "reverse", "jensen-shannon"]
    let components = name == "divergence-fits-with-target" ? 2 : 3
    for count in 1...components {
      let rows = words.map { results.numbers("\($0)-\(count)") }
      for place in 0..<3 {
        for row in rows { #expect(rows[place][place] <= row[place] + 1e-7, "\(count)") }
      }
    }
    // The last class contains the target.
    for word in words {
      for value in results.numbers("\(word)-\(components)") {
        #expect(value >= -1e-9 && value < 1e-5)
      }
    }
  }

  @Test func gradientFlow() throws {
    let results = try made("gradient-flow")
    // (μ₀ − μ)/σ², −(σ² − σ₀² − (μ − μ₀)²)/σ³ at (2, 0.8), and (μ₀ − μ)/σ₀², 1/σ − σ/σ₀².
    let forward = results.numbers("forward-start-velocity")
    #expect(abs(forward[0] + 3.125) < 1e-12 && abs(forward[1] - 8.515625) < 1e-12)
    let reverse = results.numbers("reverse-start-velocity")
    #expect(abs(reverse[0] + 2) < 1e-12 && abs(reverse[1] - 0.45) < 1e-12)
    for direction in ["forward", "reverse"] {
      let end = results.numbers(direction + "-end")
      #expect(abs(end[0]) < 1e-3 && abs(end[1] - 1) < 1e-3)
      #expect(results[direction + "-divergence-falls"] == .flag(true))
    }
    #expect(results.number("forward-largest-deviation") > 1.3)
    #expect(results.number("reverse-largest-deviation") < 1.001)
  }
}

private func zip3(
  _ a: [Double], _ b: [Double], _ c: [Double]
) -> [(Double, Double, Double)] {
  zip(a, zip(b, c)).map { ($0, $1.0, $1.1) }
}
