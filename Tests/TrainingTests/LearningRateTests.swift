import NN
import Testing

@testable import Training

@Suite struct LearningRateTests {
  @Test func aRateStaysWithoutADecay() {
    let schedule = LearningRate(0.01).schedule(stepsPerEpoch: 10)
    #expect([1, 5, 1000].map(schedule) == [0.01, 0.01, 0.01])
  }

  /// Half a cosine over 2 epochs of 4 steps: ½ (1 + cos(π k / 8)) after k steps, 0 from the end on.
  @Test func aCosineEndsWithTheLastEpoch() {
    let schedule = LearningRate(0.02, .cosine, epochs: 2).schedule(stepsPerEpoch: 4)
    #expect(schedule(1) == 0.02)
    #expect(abs(schedule(5) - 0.01) < 1e-15)
    #expect(abs(schedule(8) - 0.01 * (1 - 0.9238795325112867)) < 1e-15)
    #expect(schedule(9) == 0)
    #expect(schedule(20) == 0)
  }

  @Test func theSettingsOfATrainingSayBoth() {
    var settings = TrainingSettings()
    (settings.epochs, settings.learningRate) = (3, 0.5)
    #expect(settings.rate == LearningRate(0.5, epochs: 3))
    settings.learningRateDecay = .cosine
    #expect(settings.rate == LearningRate(0.5, .cosine, epochs: 3))
  }
}
