import Models
import NN
import Tensor
import Testing

@Suite struct FlowModelTests {
  private func planes(_ random: Random) -> [any FlowModel] {
    [
      RealNVP(
        .with {
          $0.couplings = 3
          $0.hidden = [8]
        }, for: .points(dimensions: 2), using: random),
      SplineFlow(.with { $0.hidden = [8] }, for: .points(dimensions: 2), using: random),
      MAF(
        .with {
          $0.layers = 3
          $0.hidden = [8]
        }, for: .points(dimensions: 2), using: random),
      PlanarFlow(.with { $0.layers = 4 }, for: .points(dimensions: 2), using: random),
    ]
  }

  @Test func densitiesOfThePlaneIntegrateToOne() {
    for model in planes(Random(seed: 1)) {
      unsettle(model, by: 0.1)
      let total = integral(side: 9, cells: 150) { model.flow.logDensity(of: $0) }
      #expect(Swift.abs(total - 1) < 1e-3, "\(type(of: model).kind): \(total)")
    }
  }

  @Test func aNewFlowIsTheStandardNormalDistribution() {
    let x = Random(seed: 2).normal([5, 2])
    for model in planes(Random(seed: 1)).prefix(2) {
      let loss = model.loss(of: Batch(values: x), using: Random(seed: 3))
      let expected = 1.8378770664093453 + 0.5 * square(x).sum(along: 1).mean().scalar
      #expect(Swift.abs(loss.total.scalar - expected) < 1e-5, "\(type(of: model).kind)")
    }
  }

  @Test func codesAndExamplesComeBack() {
    let random = Random(seed: 4)
    for model in planes(random) {
      unsettle(model)
      model.convert(to: .float32)
      let x = random.normal([20, 2])
      #expect(abs(model.reconstruct(x) - x).max().scalar < 1e-4)
      #expect(model.inverseError(of: x) < 1e-4)
      #expect(model.sample(count: 3, using: random).shape == [3, 2])
    }
  }

  @Test func theTemperatureScalesTheCodes() {
    let model = planes(Random(seed: 4))[0]
    let cold = model.sample(count: 50, temperature: 0.25, using: Random(seed: 1))
    let warm = model.sample(count: 50, temperature: 1, using: Random(seed: 1))
    #expect(abs(4 * model.encode(cold) - model.encode(warm)).max().scalar < 1e-4)
  }

  @Test func aTableIsDealtAnew() {
    let model = RealNVP(.init(), for: DataShape(.row(columns: 5)), using: Random(seed: 1))
    #expect(model.flow.layers.count == 8 + 3)
    unsettle(model, by: 0.1)
    let x = Random(seed: 2).normal([1, 5], dtype: .float64)
    let dependence = jacobian(at: x) { model.flow.forward($0) }
    #expect(abs(dependence).min().scalar > 0, "every number moves every other")
  }

  // MARK: - Pixels

  @Test func theUniformDensityHasEightBitsAPixel() {
    #expect(PixelLogits.bitsPerDimension(nats: 0, dimensions: 784) == 8)
    let grey = Tensor(filledWith: 127 / 255.0, [1, 1], dtype: .float64)
    let noise = Tensor(filledWith: 1, [1, 1], dtype: .float64)
    let (points, logDeterminant) = PixelLogits.points(of: grey, noise: noise)
    #expect(Swift.abs(points.sum().scalar) < 1e-14, "u is 1/2")
    #expect(Swift.abs(logDeterminant.sum().scalar - 1.28093385) < 1e-8)
  }

  @Test func pixelsComeBackWithTheirNoise() {
    let random = Random(seed: 6)
    let images =
      (255 * random.uniform([4, 9], dtype: .float64)).mapped({ $0.rounded() }) { _, _ in
        Tensor(0)
      } / 255
    let noise = random.uniform([4, 9], dtype: .float64)
    let (points, logDeterminant) = PixelLogits.points(of: images, noise: noise)
    let back = PixelLogits.images(of: points)
    #expect(abs(back - (255 * images + noise) / 256).max().scalar < 1e-12)
    let slopes = gradient(at: images) { PixelLogits.points(of: $0, noise: noise).points.sum() }
    let expected = log(slopes * (256.0 / 255)).sum(along: 1)
    #expect(abs(logDeterminant - expected).max().scalar < 1e-10)
  }

  @Test func imagesHaveBitsAndProbabilities() {
    let model = RealNVP(
      .with {
        $0.couplings = 2
        $0.hidden = [5]
      }, for: .images(3, 2), using: Random(seed: 1))
    unsettle(model, by: 0.1)
    let images = Random(seed: 2).uniform([4, 6], dtype: .float64)
    let loss = model.loss(of: Batch(values: images), using: Random(seed: 3))
    let nats = loss.total.scalar
    #expect(model.metrics.map(\.column) == ["loss", "bits_per_dimension"])
    #expect(loss.figures == [nats, PixelLogits.bitsPerDimension(nats: nats, dimensions: 6)])
    let one = model.logLikelihood(of: images, sampleCount: 1, using: Random(seed: 3))
    #expect(Swift.abs(one.mean().scalar + nats + 6 * 5.545177444479562) < 1e-9)
    let many = model.logLikelihood(of: images, sampleCount: 200, using: Random(seed: 3))
    let few = model.logLikelihood(of: images, sampleCount: 2, using: Random(seed: 3))
    #expect(many.shape == [4] && many.mean().scalar > few.mean().scalar - 0.5)
    let samples = model.sample(count: 2, using: Random(seed: 1))
    #expect(samples.shape == [2, 3, 2, 1])
    #expect(samples.min().scalar >= 0 && samples.max().scalar <= 1)
  }

  @Test func theLossHasTheRightGradients() {
    let model = SplineFlow(
      .with {
        $0.couplings = 2
        $0.hidden = [4]
        $0.bins = 3
      }, for: .images(2, 2), using: Random(seed: 1))
    unsettle(model)
    let images = Random(seed: 2).uniform([3, 4], dtype: .float64)
    let check = checkParameters(of: model) { _ in
      model.loss(of: Batch(values: images), using: Random(seed: 3)).total
    }
    #expect(check.passes(), "\(check)")
  }

  @Test func aGlowOfImagesStartsAndComesBack() {
    let random = Random(seed: 1)
    let model = Glow(
      .with {
        $0.steps = 2
        $0.width = 6
      }, for: .images(8, 4), using: random)
    let images = random.uniform([20, 32])
    model.start(at: Batch(values: images), using: random)
    #expect(model.flow.parameters.contains { abs($0.parameter.wrappedValue).max().scalar > 0.3 })
    let loss = model.loss(of: Batch(values: images), using: random)
    #expect(loss.figures[1] > 7.5 && loss.figures[1] < 10)
    #expect(model.inverseError(of: images) < 1e-4)
    #expect(abs(model.reconstruct(images) - images).max().scalar < 0.01)
    #expect(model.sample(count: 3, temperature: 0.7, using: random).shape == [3, 8, 4, 1])
  }

  @Test func theCountsOfParametersAreThoseOfTheWorks() {
    let (random, image) = (Random(seed: 1), DataShape.images(28, 28))
    #expect(Glow(.init(), for: image, using: random).parameterCount == 75_728)
    #expect(MAF(.init(), for: image, using: random).parameterCount == 6_031_520)
    let plane = DataShape.points(dimensions: 2)
    #expect(RealNVP(.init(), for: plane, using: random).parameterCount == 35_344)
    #expect(SplineFlow(.init(), for: plane, using: random).parameterCount == 23_132)
    let nvp = RealNVP.Configuration.with {
      $0.couplings = 6
      $0.hidden = [512, 512]
    }
    #expect(RealNVP(nvp, for: image, using: random).parameterCount == 5_196_384)
    #expect(MADE(.init(), for: image, using: random).parameterCount == 2_657_040)
  }

  // MARK: - Unsuitable data

  @Test func whatDoesNotHalveIsRefused() {
    #expect(
      throws: UnsuitableSetting(
        "scales", 2, "expected images whose sides are multiples of 4, found 6×8")
    ) { try Glow.Configuration().check(for: .images(6, 8)) }
    #expect(throws: UnsuitableSetting("data", "points", "expected images")) {
      try Glow.Configuration().check(for: .points(dimensions: 2))
    }
  }

  @Test func whatCannotBeCoupledIsRefused() {
    for data in [DataShape.points(dimensions: 1), .images(1, 1)] {
      #expect(throws: UnsuitableSetting.self) { try RealNVP.Configuration().check(for: data) }
      #expect(throws: UnsuitableSetting.self) { try SplineFlow.Configuration().check(for: data) }
    }
    let text = DataShape(.window(length: 8, vocabulary: 5))
    #expect(
      throws: UnsuitableSetting("data", "text", "expected images, points or a table")
    ) { try SplineFlow.Configuration().check(for: text) }
  }
}
