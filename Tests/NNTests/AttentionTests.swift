import NN
import Tensor
import Testing

@Suite struct AttentionTests {
  private let random = Random(seed: 4)

  /// Attention by plain loops.
  private func naive(_ q: Tensor, _ k: Tensor, _ v: Tensor, isCausal: Bool) -> [Double] {
    let (n, m, d, e) = (q.shape[0], k.shape[0], q.shape[1], v.shape[1])
    let (q, k, v) = (q.doubles, k.doubles, v.doubles)
    return (0..<n).flatMap { i in
      let seen = isCausal ? m - n + i + 1 : m
      let weights = (0..<seen).map { j in
        exp(
          Tensor(
            (0..<d).reduce(0) { $0 + q[i * d + $1] * k[j * d + $1] } / Double(d).squareRoot(),
            dtype: .float64)
        ).scalar
      }
      let sum = weights.reduce(0, +)
      return (0..<e).map { c in (0..<seen).reduce(0) { $0 + weights[$1] * v[$1 * e + c] } / sum }
    }
  }

  @Test(arguments: [(3, 3), (2, 5), (1, 4), (4, 4)]) func theValuesAreThoseOfPlainLoops(
    _ sizes: (queries: Int, keys: Int)
  ) {
    let (q, k, v) = (
      random.normal([sizes.queries, 4], dtype: .float64),
      random.normal([sizes.keys, 4], dtype: .float64),
      random.normal([sizes.keys, 3], dtype: .float64)
    )
    for isCausal in [false, true] {
      let found = attention(q, k, v, isCausal: isCausal)
      #expect(found.shape == [sizes.queries, 3])
      for (a, b) in zip(found.doubles, naive(q, k, v, isCausal: isCausal)) {
        #expect(abs(a - b) < 1e-12)
      }
    }
  }

  @Test func leadingAxesAreIndependent() {
    let parts = (0..<3).map { _ in random.normal([2, 3, 4, 5], dtype: .float64) }
    let all = attention(parts[0], parts[1], parts[2], isCausal: true)
    let part = parts.map { $0.sliced(1..<2).sliced(2..<3, along: 1).reshaped(to: [4, 5]) }
    let one = attention(part[0], part[1], part[2], isCausal: true)
    #expect(all.shape == [2, 3, 4, 5])
    for (a, b) in zip(all.doubles.suffix(20), one.doubles) { #expect(abs(a - b) < 1e-12) }
  }

  /// With zero queries, a row is the mean of the values that it attends to.
  @Test func withoutQueriesARowIsTheMeanOfItsPast() {
    let v = random.normal([6, 2], dtype: .float64)
    let y = attention(
      .zeros([6, 3], dtype: .float64), random.normal([6, 3], dtype: .float64), v,
      isCausal: true)
    for t in 0..<6 {
      let mean = v.sliced(0..<t + 1).mean(along: 0).doubles
      for (a, b) in zip(y.sliced(t..<t + 1).doubles, mean) { #expect(abs(a - b) < 1e-14) }
    }
  }

  @Test(arguments: [false, true]) func theGradientsAreRight(_ isCausal: Bool) {
    let check = checkGradient(
      of: { attention($0[0], $0[1], $0[2], isCausal: isCausal) },
      at: [random.normal([2, 3, 4]), random.normal([2, 5, 4]), random.normal([2, 5, 2])])
    #expect(check.passes(), "\(check)")
  }

  @Test(arguments: [false, true]) func theLayersGradientsAreRight(_ isCausal: Bool) {
    let layer = MultiHeadAttention(4, heads: 2, isCausal: isCausal, using: random)
    let check = checkGradient(of: layer, at: [random.normal([2, 3, 4], dtype: .float64)]) {
      layer($0[0])
    }
    #expect(check.passes(), "\(check)")
    #expect(layer.parameterCount == 4 * 16 + 16)
  }

  @Test func aCausalLayerSeesNothingLater() {
    let layer = MultiHeadAttention(8, heads: 2, isCausal: true, using: random)
    let x = random.normal([2, 5, 8])
    let before = layer(x)
    let changed = Tensor.concatenated(
      [x.sliced(0..<3, along: 1), random.normal([2, 2, 8])], along: 1)
    let after = layer(changed)
    #expect(before.sliced(0..<3, along: 1) == after.sliced(0..<3, along: 1))
    #expect(before.sliced(3..<5, along: 1) != after.sliced(3..<5, along: 1))
  }

  @Test func aCacheGivesTheSameAsAllPlacesAtOnce() {
    let layer = MultiHeadAttention(8, heads: 4, isCausal: true, using: random)
    let x = random.normal([2, 7, 8])
    var cache = AttentionCache()
    let pieces = [0..<1, 1..<2, 2..<5, 5..<7].map { range in
      layer(x.sliced(range, along: 1), cache: &cache)
    }
    #expect(cache.length == 7)
    let (all, found) = (layer(x).doubles, Tensor.concatenated(pieces, along: 1).doubles)
    for (a, b) in zip(all, found) { #expect(abs(a - b) < 1e-6) }
  }

  /// Without position information, exchanging two positions exchanges their outputs.
  @Test func attentionThatIsNotCausalKnowsNoOrder() {
    let layer = MultiHeadAttention(4, heads: 1, using: random)
    layer.convert(to: .float64)
    let x = random.normal([1, 3, 4], dtype: .float64)
    let turned = layer(x.gathered(at: [2, 1, 0], along: 1)).gathered(at: [2, 1, 0], along: 1)
    for (a, b) in zip(layer(x).doubles, turned.doubles) { #expect(abs(a - b) < 1e-12) }
  }
}
