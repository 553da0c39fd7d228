import Results
import Testing

@testable import Course

@Suite struct Week2Tests {
  @Test func fourPoints() throws {
    let results = try made("four-points")
    #expect(areNear(numbers(results["inertias"]), [25, 38.0 / 9, 1]))
    #expect(areNear(numbers(results["centres"]), [0.5, 4.5]))
    #expect(abs(results.number("log-likelihood-start") + 7.4251415) < 1e-6)
    #expect(abs(results.number("log-likelihood-1") + 5.7355138) < 1e-6)
    #expect(abs(results.number("log-likelihood-2") + 5.6757541) < 1e-6)
    #expect(abs(results.number("variance") - 0.25) < 1e-3)
  }

  @Test func emTwoStarts() throws {
    let results = try made("em-two-starts")
    let found = results.number("log-likelihood-random")
    #expect(abs(found - results.number("log-likelihood-k-means")) < 1e-3)
    #expect(results.number("iterations-random") > 0)
  }

  @Test func covarianceKinds() throws {
    let results = try made("covariance-kinds")
    let full = results.number("log-likelihood-full")
    for kind in ["tied", "diagonal", "spherical"] {
      #expect(full >= results.number("log-likelihood-\(kind)") - 1e-6)
    }
    let spherical = results.number("log-likelihood-spherical")
    #expect(spherical >= results.number("log-likelihood-epsilon"))
  }

  @Test func softToHard() throws {
    let results = try made("soft-to-hard")
    #expect(results.number("difference-from-k-means") < 1e-9)
    #expect(results.number("entropy-at-least-variance") < 1e-9)
    // Above the largest variance there is one cluster, which all three share equally.
    #expect(results.number("extent-above-largest-variance") < 1e-4)
    #expect(abs(results.number("entropy-above-largest-variance") - 1.0986122886681098) < 1e-6)
  }

  @Test func mixtureDegeneracy() throws {
    let results = try made("mixture-degeneracy")
    guard case .text(let text)? = results["without-cure"] else {
      Issue.record("there is no message")
      return
    }
    #expect(text.contains("collapsed"))
    #expect(results["rises-without-bound"] == .flag(true))
    #expect(numbers(results["variances-floor"]).allSatisfy { $0 > 0.0099 })
    #expect(abs(results.number("location-t")) < 0.5)
    #expect(results.number("degrees-of-freedom-t") < 10)
  }

  @Test func evidenceDecomposition() throws {
    let results = try made("evidence-decomposition")
    #expect(abs(results.number("log-evidence") + 1.9106724) < 1e-6)
    #expect(abs(results.number("bound") + 2.5512214) < 1e-6)
    #expect(abs(results.number("divergence") - 0.6405490) < 1e-6)
    #expect(abs(results.number("bound-at-posterior") - results.number("log-evidence")) < 1e-12)
  }

  @Test func delayMixture() throws {
    let results = try made("delay-mixture")
    // On average, no forecast is better than the law that generated the series; a single line is
    // far worse.
    let law = results.number("log-density-of-the-law")
    let found = results.number("log-density")
    #expect(found < law + 0.1 && found > law - 0.15)
    #expect(results.number("log-density-one-component") < found - 0.5)
    #expect(results.number("largest-error-of-mean") < 0.6)
  }
}
