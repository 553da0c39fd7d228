import Models
import NN
import Tensor
import Testing

@Suite struct DDPMTests {
  private let random = Random(seed: 5)

  @Test(arguments: DDPM.Prediction.allCases) func theLossHasTheRightGradients(
    _ prediction: DDPM.Prediction
  ) {
    let model = DDPM(
      .with {
        $0.hidden = [5, 4]
        $0.timeFeatures = 4
        $0.prediction = prediction
      }, for: .points(dimensions: 2, classes: 3), using: random)
    model.convert(to: .float64)
    let batch = Batch(values: random.normal([6, 2], dtype: .float64), labels: [0, 1, 2, 0, 1, 2])
    let check = checkParameters(of: model) { _ in
      model.loss(of: batch, using: Random(seed: 5)).total
    }
    #expect(check.passes(), "\(check)")
  }

  /// For each kind of prediction, x₀ is computed from it; a network of zeros shows how.
  @Test func theDenoiserTurnsEveryPredictionIntoData() {
    let state = random.normal([3, 2])
    for (prediction, factor) in [
      (DDPM.Prediction.noise, 1 / 0.0785872429.squareRoot()), (.data, 0),
      (.velocity, 0.0785872429.squareRoot()),
    ] {
      let model = DDPM(
        .with {
          $0.hidden = [4]
          $0.prediction = prediction
        }, for: .points(dimensions: 2), using: random)
      for (_, parameter) in model.parameters {
        parameter.wrappedValue = Tensor.zeros(parameter.wrappedValue.shape)
      }
      let data = model.denoised(state, at: model.schedule[500])
      for (a, b) in zip(data.doubles, state.doubles) { #expect(abs(a - factor * b) < 1e-5) }
    }
  }

  @Test(arguments: DiffusionSampler.allCases) func samplesHaveTheDatasShape(
    _ sampler: DiffusionSampler
  ) {
    for shape in [DataShape.points(dimensions: 2), .images(4, 4, channels: 3, classes: 2)] {
      let model = DDPM(
        .with {
          $0.hidden = [8]
          $0.channels = [8, 8]
          $0.diffusionSteps = 20
          $0.steps = 4
          $0.sampler = sampler
        }, for: shape, using: random)
      let samples = model.sample(count: 3, using: Random(seed: 2))
      #expect(samples.shape == [3] + shape.sizes && samples.isFinite)
      #expect(samples == model.sample(count: 3, using: Random(seed: 2)))
      if shape.isImage {
        #expect(samples.min().scalar >= 0 && samples.max().scalar <= 1)
        let guided = model.sample(
          count: 3, .init(steps: 2, label: 1, guidance: 2), using: Random(seed: 2))
        #expect(guided.shape == samples.shape && guided.isFinite)
      }
    }
  }

  @Test func settingsThatDoNotSuitAreTold() {
    let rows: [(DDPM.Configuration, DataShape, String)] = [
      (.init(), .images(9, 8), "can be halved 2 times, found 9×8"),
      (.with { $0.architecture = .unet }, .points(dimensions: 2), "expected images"),
      (.with { $0.channels = [6] }, .images(8, 8), "multiples of 4"),
      (.with { $0.diffusionSteps = 10 }, .points(dimensions: 2), "at most the 10 steps"),
      (.with { $0.timeFeatures = 3 }, .points(dimensions: 2), "an even number"),
    ]
    for (settings, data, text) in rows {
      #expect { try settings.check(for: data) } throws: { "\($0)".contains(text) }
    }
  }

  /// For N(0, s²), the least loss of the noise has a closed form at each level; at ᾱ = ½ and s = 1
  /// it is ½.
  @Test func aGaussianIsLearned() {
    let model = DDPM(
      .with {
        $0.hidden = [32, 32]
        $0.diffusionSteps = 100
        $0.steps = 50
      }, for: .points(dimensions: 1), using: random)
    let optimizer = Adam(for: model, learningRate: 5e-3)
    for _ in 0..<400 {
      let batch = Batch(values: random.normal([128, 1], mean: 1, standardDeviation: 0.5))
      let (_, gradients) = valueWithGradient(of: model) {
        model.loss(of: batch, using: random).total
      }
      optimizer.update(along: gradients)
    }
    let samples = model.sample(count: 4_000, using: random)
    #expect(abs(samples.mean().scalar - 1) < 0.1)
    #expect(abs(samples.variance().scalar.squareRoot() - 0.5) < 0.08)
  }
}
