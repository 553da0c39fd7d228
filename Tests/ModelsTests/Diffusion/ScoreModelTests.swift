import Models
import NN
import Tensor
import Testing

@Suite struct ScoreModelTests {
  private let random = Random(seed: 9)

  @Test(arguments: [
    (NoiseProcess.Kind.varianceExploding, ScoreMatching.denoising),
    (.varianceExploding, .sliced), (.variancePreserving, .denoising), (.none, .sliced),
  ]) func theLossHasTheRightGradients(_ process: NoiseProcess.Kind, _ loss: ScoreMatching) {
    let model = ScoreModel(
      .with {
        $0.hidden = [5, 4]
        $0.timeFeatures = 4
        $0.process = process
        $0.loss = loss
      }, for: .points(dimensions: 2, classes: 3), using: random)
    model.convert(to: .float64)
    let batch = Batch(values: random.normal([6, 2], dtype: .float64), labels: [0, 1, 2, 0, 1, 2])
    let check = checkParameters(of: model) { _ in
      model.loss(of: batch, using: Random(seed: 5)).total
    }
    #expect(check.passes(), "\(check)")
  }

  /// A network 2-128-128-2, without a time input.
  @Test func aScoreWithoutNoiseHasTheKnownSize() {
    let model = ScoreModel(
      .with {
        $0.hidden = [128, 128]
        $0.process = .none
      }, for: .points(dimensions: 2), using: random)
    #expect(model.parameterCount == 17_154)
  }

  /// A network of zeros has the score 0, whose loss is E ε² = 1 at any level of noise.
  @Test func theLossIsThatOfTheNoise() {
    for levels in [nil, 3] {
      let model = ScoreModel(
        .with {
          $0.hidden = [4]
          $0.levels = levels
        }, for: .points(dimensions: 2), using: random)
      for (_, parameter) in model.parameters {
        parameter.wrappedValue = Tensor.zeros(parameter.wrappedValue.shape)
      }
      let loss = model.loss(of: Batch(values: random.normal([20_000, 2])), using: random)
      #expect(abs(loss.figures[0] - 1) < 5 * (2 / 40_000.0).squareRoot())
    }
  }

  @Test(arguments: ScoreSampler.allCases) func samplesHaveTheDatasShape(_ sampler: ScoreSampler) {
    for shape in [DataShape.points(dimensions: 2), .images(4, 4, channels: 3, classes: 2)] {
      let model = ScoreModel(
        .with {
          $0.hidden = [8]
          $0.channels = [8, 8]
          $0.sampler = sampler
          $0.steps = 3
        }, for: shape, using: random)
      let samples = model.sample(count: 3, using: Random(seed: 2))
      #expect(samples.shape == [3] + shape.sizes && samples.isFinite)
      #expect(samples == model.sample(count: 3, using: Random(seed: 2)))
      guard shape.isImage else { continue }
      #expect(samples.min().scalar >= 0 && samples.max().scalar <= 1)
      let guided = model.sample(
        count: 3, .init(sampler: "ode", steps: 2, label: 1, guidance: 2), using: Random(seed: 2))
      #expect(guided.shape == samples.shape && guided.isFinite)
    }
  }

  @Test func aModelsDensityIntegratesToOne() {
    let model = ScoreModel(.with { $0.hidden = [16] }, for: .points(dimensions: 1), using: random)
    model.convert(to: .float64)
    for (_, parameter) in model.parameters {
      parameter.wrappedValue = 0.3 * parameter.wrappedValue
    }
    let grid = Tensor.linearSpace(from: -120, through: 120, count: 2_401, dtype: .float64)
    let density = exp(
      model.logLikelihood(of: grid.expanded(at: 1), sampleCount: 1, using: random))
    #expect(abs(density.sum().scalar * 0.1 - 1) < 1e-3)
  }

  @Test func settingsThatDoNotSuitAreTold() {
    let rows: [(ScoreModel.Configuration, String)] = [
      (.with { $0.minimumNoise = 30 }, "expected less than the most noise, 25.0"),
      (.with { ($0.process, $0.loss) = (.none, .denoising) }, "expected sliced where"),
      (.with { ($0.process, $0.sampler) = (.none, .ode) }, "expected langevin where"),
      (.with { ($0.process, $0.levels) = (.none, 3) }, "expected a process with noise"),
    ]
    for (settings, text) in rows {
      #expect {
        try settings.check(for: .points(dimensions: 2))
      } throws: {
        "\($0)".contains(text)
      }
    }
    let still = ScoreModel(.with { $0.process = .none }, for: .points(dimensions: 2), using: random)
    #expect(still.samplingChoices.samplers.map(\.name) == ["langevin"] && !still.hasLikelihood)
  }

  /// The score of (N(−2, 1) + N(2, 1))/2 and of its noisy states, compared by the relative mean
  /// squared error.
  @Test(arguments: [NoiseProcess.Kind.none, .varianceExploding]) func aMixturesScoreIsLearned(
    _ process: NoiseProcess.Kind
  ) {
    let model = ScoreModel(
      .with {
        $0.hidden = [32, 32]
        $0.timeFeatures = 8
        $0.process = process
        $0.minimumNoise = 0.3
        $0.maximumNoise = 5
      }, for: .points(dimensions: 1), using: random)
    let steps = process == .none ? 600 : 2_000
    let optimizer = Adam(for: model, learningRate: { step in 3 * step < 2 * steps ? 5e-3 : 1e-3 })
    func sample(_ count: Int) -> Tensor {
      4 * random.bernoulli([count, 1], probability: 0.5) - 2 + random.normal([count, 1])
    }
    for _ in 0..<steps {
      let batch = Batch(values: sample(256))
      let (_, gradients) = valueWithGradient(of: model) {
        model.loss(of: batch, using: random).total
      }
      optimizer.update(along: gradients)
    }
    for time in process == .none ? [0] : [0.1, 0.5] {
      let noise = process == .none ? 0 : model.process.deviation(at: time)
      let x = sample(10_000) + noise * random.normal([10_000, 1])
      let exact = KnownMixture(variance: 1).score(of: x, signal: 1, noise: noise)
      let error = square(model.score(of: x, at: time) - exact).mean() / square(exact).mean()
      #expect(error.scalar < 0.05, "\(process) at \(time): \(error.scalar)")
    }
  }
}
