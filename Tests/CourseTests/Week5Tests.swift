import Results
import Tensor
import Testing

@testable import Course

@Suite struct Week5Tests {
  @Test func mongeMaps() throws {
    let results = try made("monge-maps")
    #expect(areNear(numbers(results["costs-of-maps"]), [1, 1]))
    #expect(abs(results.number("least-cost") - 1) < 1e-12)
    #expect(results.number("split-entries") == 2 && abs(results.number("split-cost") - 2) < 1e-12)
  }

  @Test func quantilePlans() throws {
    let results = try made("quantile-plans")
    #expect(abs(results.number("cost-by-quantiles") - results.number("cost-of-programme")) < 1e-10)
    #expect(results.number("entries") <= 49)
    #expect(abs(results.number("map-at-1") - 3.5) < 1e-9)
    #expect(abs(results.number("map-at-minus-2") - 2) < 1e-9)
  }

  @Test func sinkhornPlans() throws {
    let results = try made("sinkhorn-plans")
    #expect(abs(results.number("cost-of-two-points-lambda-1") - 0.2689414213699951) < 1e-8)
    #expect(abs(results.number("cost-of-two-points-lambda-10") - 4.5397868702e-5) < 1e-10)
    #expect(results["converged"] == true)
    #expect(results.number("exact-entries") <= 2 * results.number("points") - 1)
    // The less blur, the closer to the optimum.
    let costs = numbers(results["costs"]) + [results.number("exact-cost")]
    #expect(costs == costs.sorted(by: >))
  }

  @Test func wassersteinAgainstPower() throws {
    let results = try made("wasserstein-against-lp")
    #expect(abs(results.number("wasserstein-at-1") - 1) < 1e-8)
    #expect(abs(results.number("wasserstein-at-8") - 8) < 1e-8)
    // Twice the total variation, 2 (2 Φ(t/2) − 1).
    #expect(abs(results.number("l1-at-1") - 2 * 0.3829249225) < 1e-4)
    #expect(abs(results.number("l1-at-8") - 1.9998733) < 1e-4)
    // √(2 / (2 √π)) once the densities no longer overlap.
    #expect(abs(results.number("l2-at-8") - 0.7511255444649425) < 1e-6)
  }

  @Test func interpolations() throws {
    let results = try made("interpolations")
    let distance = (36.25).squareRoot()
    #expect(abs(results.number("distance") - distance) < 1e-7)
    #expect(abs(results.number("distance-of-quarters") - distance / 2) < 1e-7)
    #expect(abs(results.number("middle-mean")) < 1e-12)
    #expect(abs(results.number("middle-deviation") - 0.75) < 1e-12)
    #expect(abs(results.number("linear-variance") - 9.625) < 1e-3)
  }

  @Test func densityBarycenters() throws {
    let results = try made("density-barycenters")
    #expect(abs(results.number("median") - 2.0 / 3) < 1e-9)
    #expect(abs(results.number("deviation") - 2.3 / 3) < 1e-9)
    #expect(results["converged"] == true)
    #expect(abs(results.number("entropic-mean") - 2.0 / 3) < 1e-3)
    #expect(abs(results.number("entropic-deviation") - 2.3 / 3) < 0.05)
  }

  @Test func imageBarycenters() throws {
    let results = try made("image-barycenters")
    #expect(areNear(numbers(results["masses"]), [1, 1, 1, 1, 1], 1e-3))
    #expect(results["converged"] == true)
    #expect(results.number("asymmetry") < 1e-9)
  }

  @Test func existence() throws {
    let results = try made("exercise-existence")
    #expect(abs(results.number("least-cost") - results.number("dual")) < 1e-10)
    #expect(results.number("least-cost") <= results.number("cost-of-product"))
    #expect(results.number("least-cost") <= results.number("least-cost-of-others"))
    #expect(results.number("largest-marginal-error") < 1e-12)
    #expect(results.number("largest-entry") <= 1)
    #expect(results.number("cost-with-a-forbidden-pair") >= results.number("least-cost"))
    #expect(results.number("forbidden-entry") == 0)
    // Ever closer to the cost of splitting, but always above it: 1 + 1/(24 n²) for many pieces.
    let maps = numbers(results["costs-of-maps"])
    #expect(
      maps == maps.sorted(by: >) && maps.allSatisfy { $0 > results.number("cost-of-splitting") })
    #expect(abs(maps[5] - 1 - 1.0 / (24 * 32 * 32)) < 1e-8)
  }

  @Test func twoOptimalMaps() throws {
    let results = try made("exercise-two-optimal-maps")
    for name in ["least-cost-p1", "shift-p1", "jump-p1", "least-cost-p2", "shift-p2"] {
      #expect(abs(results.number(name) - 1) < 1e-12, "\(name)")
    }
    // One book moved by four: 16 / 4.
    #expect(abs(results.number("jump-p2") - 4) < 1e-12)
    // √4 / 4 and 4^(3/2) / 4.
    for (name, cost) in [
      ("least-cost-p1/2", 0.5), ("shift-p1/2", 1), ("jump-p1/2", 0.5), ("least-cost-p3/2", 1),
      ("shift-p3/2", 1), ("jump-p3/2", 2),
    ] { #expect(abs(results.number(name) - cost) < 1e-12, "\(name)") }
  }

  @Test func independentCoupling() throws {
    let results = try made("exercise-independent-coupling")
    let independent = results.number("independent-cost")
    #expect(abs(independent - results.number("by-moments")) < 1e-10)
    let costs = numbers(results["sinkhorn-costs"]) + [results.number("optimal-cost")]
    #expect(costs == costs.sorted(by: >) && costs[0] < independent && costs[0] > 0.9 * independent)
    let largest = results.number("largest-cost")
    #expect(abs(largest - results.number("by-opposite-orders")) < 1e-12 && largest > independent)
    #expect(
      abs(results.number("cost-to-a-point") - results.number("independent-cost-to-a-point"))
        < 1e-12)
  }

  @Test func twoByTwo() throws {
    let results = try made("exercise-two-by-two")
    #expect(abs(results.number("cost-positive") - 2.6) < 1e-12)
    #expect(areNear(numbers(results["plan-positive"]), [0, 0.6, 0.3, 0.1]))
    #expect(results.number("delta-positive") == 1 && results.number("delta-negative") == -1)
    #expect(results.number("delta-zero") == 0)
    // The largest first entry where Δ < 0.
    #expect(areNear(numbers(results["plan-negative"]), [0.3, 0.3, 0, 0.4]))
    for name in ["positive", "zero", "negative"] {
      let (best, line) = (
        results.number("cost-\(name)"), results.number("least-on-the-line-\(name)")
      )
      #expect(abs(best - line) < 1e-12, "\(name)")
    }
    // Straight where Δ < 0, across where Δ > 0.
    #expect(areNear(numbers(results["equal-weights-negative"]), [0.5, 0, 0, 0.5]))
    #expect(areNear(numbers(results["equal-weights-positive"]), [0, 0.5, 0.5, 0]))
    // c₁₂ − c₂₂, because both sources send mass to the second target.
    #expect(abs(results.number("price-of-first-source-negative") + 1) < 1e-12)
    #expect(abs(results.number("price-of-first-source-positive") + 3) < 1e-12)
  }

  @Test func twoPointsAndUniform() throws {
    let results = try made("exercise-two-points-and-uniform")
    #expect(abs(results.number("w1") - 0.25) < 1e-10)
    #expect(abs(results.number("w2") - 1 / 12.0.squareRoot()) < 1e-10)
    // W₃³ = 2 ∫₀^½ q³ dq = 1/32.
    #expect(
      abs(results.number("w3") * results.number("w3") * results.number("w3") - 1.0 / 32) < 1e-9)
    // (w² + (1 − w)²) / 2 with w = ¼.
    #expect(abs(results.number("unequal-w1") - 0.3125) < 1e-10)
    #expect(areNear(numbers(results["middles-w1"]), [0.25, 0.125, 0.0625, 0.03125]))
    let second = 1 / 12.0.squareRoot()
    #expect(areNear(numbers(results["middles-w2"]), [1, 0.5, 0.25, 0.125].map { $0 * second }))
  }

  @Test func gaussianGeodesic() throws {
    let results = try made("exercise-gaussian-geodesic")
    #expect(abs(results.number("squared-distance") - 2.4352332) < 1e-7)
    #expect(
      areNear(
        numbers(results["map"]), [0.69559585, 0.17970205, 0.17970205, 1.39119170], 1e-8))
    #expect(results.number("pushforward-error") < 1e-12)
    #expect(areNear(numbers(results["shares-of-distance"]), [0, 0.25, 0.5, 0.75, 1], 1e-6))
    // (2 − 1)² + (1 − 3)².
    #expect(abs(results.number("commuting-squared-distance") - 5) < 1e-12)
    #expect(areNear(numbers(results["commuting-map"]), [0.5, 0, 0, 3]))
    #expect(results.number("inverse-error") < 1e-12)
    #expect(abs(results.number("rotated-squared-distance") - 0.3431457505076198) < 1e-12)
  }

  @Test func locationScale() throws {
    let results = try made("exercise-location-scale")
    for name in ["squared-normal", "squared-uniform", "squared-points"] {
      #expect(abs(results.number(name) - 11.25) < 1e-6, "\(name)")
    }
    #expect(abs(results.number("map-at-1") - 5.5) < 1e-9)
    #expect(
      abs(results.number("squared-normal-to-uniform") - (2 - 2 * (3 / Double.pi).squareRoot()))
        < 1e-9)
    #expect(areNear(numbers(results["shift-by-3-for-p-1-2-3"]), [3, 3, 3]))
  }

  @Test func barycenters() throws {
    let results = try made("exercise-barycenters")
    #expect(areNear(numbers(results["uniform-ends"]), [1.5, 3.5]))
    #expect(results.number("uniform-distance") < 1e-7)
    #expect(abs(results.number("point") - 1) < 1e-12)
    #expect(abs(results.number("gaussian-mean") - 2) < 1e-10)
    #expect(abs(results.number("gaussian-deviation") - 2) < 1e-9)
    #expect(results.number("gaussian-distance") < 1e-6)
    #expect(areNear(numbers(results["unequal-uniform-ends"]), [0.75, 2.25]))
    #expect(abs(results.number("unequal-point")) < 1e-12)
    #expect(areNear(numbers(results["unequal-gaussian"]), [1, 1.5]))
    // ((2 + 1) / 2)² in both directions.
    #expect(areNear(numbers(results["turned-covariance"]), [2.25, 0, 0, 2.25]))
  }
}
