import Inference
import Tensor
import Testing

@Suite struct DiagnosticsTests {
  struct Row: Sendable {
    let scale, shift: Double
    let length: Int
    let rank, split, bulk, tail, mean, error, errorOfDeviation: Double
  }

  /// Three autoregressive chains from a linear congruential generator, the first scaled, the second shifted.
  private func chains(_ row: Row) -> Tensor {
    var state = 1
    let values = (0..<3).map { chain -> [Double] in
      var x = 0.0
      return (0..<row.length).map { _ in
        state = (1_103_515_245 * state + 12_345) % (1 << 31)
        x = 0.6 * x + Double(state) / 0x1p31 - 0.5
        return (chain == 0 ? row.scale : 1) * x + (chain == 1 ? row.shift : 0)
      }
    }
    return Tensor(values, dtype: .float64)
  }

  // Computed with NumPy by the definitions that ArviZ has; an odd length, a scaled and a shifted chain.
  @Test(arguments: [
    Row(
      scale: 1, shift: 0, length: 101, rank: 1.0324322269757567, split: 1.0311585841444588,
      bulk: 73.65585933660853, tail: 121.96823439705382, mean: 74.335975083974,
      error: 0.04301243169273242, errorOfDeviation: 0.02086803381921949),
    Row(
      scale: 3, shift: 0, length: 60, rank: 1.1995891430837105, split: 1.048281025014199,
      bulk: 51.56062515744223, tail: 41.35289117184254, mean: 45.242436075107,
      error: 0.10521844991627045, errorOfDeviation: 0.1978514334075323),
    Row(
      scale: 1, shift: 1, length: 60, rank: 1.6468189389757701, split: 1.8453155034653626,
      bulk: 5.698612685813931, tail: 16.728505401690647, mean: 5.0146297587226805,
      error: 0.25570912186445216, errorOfDeviation: 0.09605542081007044),
  ])
  func agreeWithTheReference(_ row: Row) throws {
    let draws = chains(row)
    let summary = ParameterSummary("x", draws)
    let values: [(Double?, Double)] = [
      (rankNormalizedRHat(draws), row.rank), (splitRHat(draws), row.split),
      (effectiveSampleSize(draws), row.bulk), (effectiveSampleSize(draws, .tail), row.tail),
      (effectiveSampleSize(draws, .mean), row.mean), (summary.errorOfMean, row.error),
      (summary.errorOfDeviation, row.errorOfDeviation), (summary.rHat, row.rank),
    ]
    for (index, (found, expected)) in values.enumerated() {
      let found = try #require(found)
      #expect(Swift.abs(found - expected) <= 1e-9 * expected, "\(index): \(found), \(expected)")
    }
    #expect(summary.warning(chains: 3) != nil)
  }

  @Test func whatDoesNotMoveHasNoEffectiveSize() {
    let constant = Tensor(filledWith: 3, [4, 50], dtype: .float64)
    #expect(effectiveSampleSize(constant) == nil && rankNormalizedRHat(constant) == nil)
    #expect(ParameterSummary("x", constant).warning(chains: 4)?.contains("constant") == true)
    let stuck = Tensor([0, 1], dtype: .float64).reshaped(to: [2, 1]).broadcast(to: [2, 50])
    #expect(splitRHat(stuck) == .infinity)
    #expect(rankNormalizedRHat(stuck) == .infinity)
    #expect((effectiveSampleSize(stuck) ?? .infinity) < 4)
    #expect(effectiveSampleSize(Tensor([1, 2, 3], dtype: .float64)) == nil)
    #expect(effectiveSampleSize(Tensor([1, 2, .nan, 3, 4], dtype: .float64)) == nil)
  }

  @Test func independentDrawsCountWhole() throws {
    let draws = Random(seed: 3).normal([4, 500], dtype: .float64)
    let size = try #require(effectiveSampleSize(draws))
    #expect(size > 1500 && size < 2600)
    #expect(ParameterSummary("x", draws).warning(chains: 4) == nil)
    let correlations = autocorrelation(draws, maximumLag: 5).doubles
    #expect(correlations[0] == 1 && correlations.dropFirst().allSatisfy { Swift.abs($0) < 0.1 })
    let fractions = energyFractions(draws)
    #expect(fractions.allSatisfy { ($0 ?? 0) > 1.7 && ($0 ?? 3) < 2.3 })
  }
}
