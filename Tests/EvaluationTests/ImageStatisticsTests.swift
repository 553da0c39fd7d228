import ModelSupport
import Models
import Evaluation
import Tensor
import Testing

@Suite struct ImageStatisticsTests {
  /// Logits that give the classes these probabilities.
  private func logits(_ probabilities: [[Double]]) -> Tensor {
    log(maximum(Tensor(probabilities, dtype: .float64), Tensor(1e-300, dtype: .float64)))
  }

  private func statistics(_ probabilities: [[Double]]) -> ImageStatistics {
    var statistics = ImageStatistics(features: 1, classes: probabilities[0].count)
    statistics.add(
      features: Tensor.zeros([probabilities.count, 1]), logits: logits(probabilities))
    return statistics
  }

  @Test func theScoreOfImagesThatAreAllAlikeIsOne() {
    #expect(abs(statistics([[0.7, 0.2, 0.1], [0.7, 0.2, 0.1]]).score - 1) < 1e-12)
    #expect(abs(statistics([[1, 0, 0], [1, 0, 0]]).score - 1) < 1e-12)
  }

  @Test func theScoreOfClearImagesOfAllClassesIsTheirNumber() {
    #expect(abs(statistics([[1, 0, 0], [0, 0, 1], [0, 1, 0]]).score - 3) < 1e-12)
  }

  @Test func theScoreByHand() {
    let found = statistics([[0.9, 0.1], [0.4, 0.6]]).score
    // p(class) is 0.65 and 0.35.
    func term(_ p: Double, _ q: Double) -> Double {
      p * log(Tensor(p / q, dtype: .float64)).scalar
    }
    let divergence =
      (term(0.9, 0.65) + term(0.1, 0.35) + term(0.4, 0.65) + term(0.6, 0.35)) / 2
    #expect(abs(log(Tensor(found, dtype: .float64)).scalar - divergence) < 1e-12)
  }

  @Test func aClassCountsWhereItIsTheMostProbable() {
    let statistics = statistics([
      [0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.4, 0.1], [0, 0.9, 0.1],
    ])
    #expect(statistics.classCounts == [2, 2, 0])
    #expect(statistics.classShares == [0.5, 0.5, 0])
  }

  /// Mean and covariance compared with their definitions, for any division into batches.
  @Test func momentsAreThoseOfAllBatchesTogether() {
    let random = Random(seed: 1)
    let features = random.normal([30, 4], mean: 3, dtype: .float64)
    let logits = random.normal([30, 3], dtype: .float64)
    var statistics = ImageStatistics(features: 4, classes: 3)
    for range in [0..<7, 7..<8, 8..<30] {
      statistics.add(features: features.sliced(range), logits: logits.sliced(range))
    }
    #expect(statistics.count == 30)
    let moments = statistics.moments
    let mean = features.mean(along: 0)
    let deviation = features - mean
    let covariance = deviation.matmul(deviation, transposeLeft: true) / 29
    #expect(abs(moments.mean - mean).max().scalar < 1e-12)
    #expect(abs(moments.covariance - covariance).max().scalar < 1e-12)
    var whole = ImageStatistics(features: 4, classes: 3)
    whole.add(features: features, logits: logits)
    #expect(abs(whole.score - statistics.score) < 1e-12)
  }
}
