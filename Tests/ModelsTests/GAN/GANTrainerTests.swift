import Datasets
import ModelSupport
import Models
import Trainers
import Images
import NN
import Tensor
import Testing
import Training

/// The trainer on a few rendered digits and a small model.
@Suite struct GANTrainerTests {
  private static let digits = DrawnDigits(trainCount: 90, testCount: 1)

  private func trainer(
    discriminatorSteps: Int = 1, generatorLoss: GAN.GeneratorLoss = .nonSaturating,
    labelSmoothing: Double = 0, learningRate: LearningRate = 0.002, seed: UInt64 = 61
  ) throws -> GANTrainer {
    let random = Random(seed: seed)
    let gan = GAN.dense(
      features: 784, latent: 8, generatorHidden: [24], discriminatorHidden: [24],
      discriminatorSteps: discriminatorSteps, generatorLoss: generatorLoss,
      labelSmoothing: labelSmoothing, shape: [28, 28, 1], random.split())
    return GANTrainer(
      gan, train: try Batches(Self.digits.train, size: 32), learningRate: learningRate,
      using: random.split())
  }

  private func values(of gan: GAN) -> [(name: String, scalars: [Float])] {
    gan.parameters.map { ($0.name, $0.parameter.wrappedValue.scalars) }
  }

  private func train(_ trainer: GANTrainer, epochs: Int = 1) -> [StepResult] {
    (0..<epochs).flatMap { _ in trainer.nextEpoch().map { trainer.step($0) } }
  }

  @Test(arguments: GAN.GeneratorLoss.allCases)
  func everyParameterMovesInOneStep(generatorLoss: GAN.GeneratorLoss) throws {
    let trainer = try trainer(generatorLoss: generatorLoss)
    let before = values(of: trainer.gan)
    let group = try #require(trainer.nextEpoch().first { _ in true })
    let result = trainer.step(group)
    #expect(result.metrics.count == trainer.trainingColumns.count)
    #expect(result.metrics.allSatisfy { $0.isFinite })
    for (old, new) in zip(before, values(of: trainer.gan)) {
      #expect(old.scalars != new.scalars, "\(old.name)")
    }
  }

  @Test func anEpochHasEveryImageOnceInGroupsOfTheDiscriminatorsSteps() throws {
    for (steps, sizes) in [
      (1, [[32], [32], [26]]), (2, [[32, 32], [26]]), (3, [[32, 32, 26]]), (5, [[32, 32, 26]]),
    ] {
      let trainer = try trainer(discriminatorSteps: steps)
      let epochs = (0..<2).map { _ in Array(trainer.nextEpoch()) }
      #expect(epochs[0].map { $0.map(\.count) } == sizes)
      let images = epochs.map { epoch in
        Tensor.concatenated(epoch.flatMap { $0 }.map(\.images)).scalars.chunks(of: 784)
      }
      #expect(images[0] != images[1])
      #expect(Set(images[0]) == Set(images[1]) && Set(images[0]).count == 90)
      #expect(train(trainer).map(\.count) == sizes.map { $0.reduce(0, +) })
    }
    #expect(try trainer().examplesPerEpoch == 90)
  }

  @Test func theDiscriminatorSeesImagesFromMinusOneToOne() throws {
    let seen = Recorder()
    let random = Random(seed: 62)
    let gan = GAN(
      generator: Sequential { Dense(4, 784, using: random) },
      discriminator: Sequential {
        seen
        Dense(784, 1, using: random)
      }, sampleShape: [784], .with { $0.latent = 4 }, for: .images(28, 28))
    let trainer = GANTrainer(gan, train: try Batches(Self.digits.train, size: 90), using: random)
    _ = train(trainer)
    let real = try #require(seen.inputs.first)
    #expect(real.shape == [90, 784])
    #expect(real.min().scalar == -1 && real.max().scalar == 1)
    let grey = Tensor(bytes: Self.digits.train.pixels, rows: 0..<90, rowLength: 784)
    #expect(abs(real.mean().scalar - (2 * grey.mean().scalar - 1)) < 1e-5)
  }

  @Test func theDiscriminatorLearnsToTellDigitsFromNoise() throws {
    let steps = train(try trainer(discriminatorSteps: 3), epochs: 30).map(\.metrics)
    let (first, last) = (steps[0], steps[steps.count - 1])
    #expect(last[0] < first[0])
    #expect(last[2] > 0.6 && last[3] < 0.4)
  }

  @Test func labelSmoothingIsInTheLoss() throws {
    let steps = try [0, 0.2].map { smoothing in
      try #require(train(trainer(labelSmoothing: smoothing)).first).metrics
    }
    #expect(steps[0][0] != steps[1][0])
    #expect(steps[0][2...3] == steps[1][2...3])
  }

  @Test func theSameSeedGivesTheSameTraining() throws {
    let trainers = try (0..<2).map { _ in try trainer(discriminatorSteps: 2) }
    let steps = trainers.map { train($0, epochs: 2).map(\.metrics) }
    #expect(steps[0] == steps[1])
    #expect(trainers[0].pictures()[0].grid == trainers[1].pictures()[0].grid)
    for (a, b) in zip(values(of: trainers[0].gan), values(of: trainers[1].gan)) {
      #expect(a.scalars == b.scalars, "\(a.name)")
    }
    #expect(
      train(try trainer(discriminatorSteps: 2, seed: 63), epochs: 2).map(\.metrics) != steps[0])
  }

  // MARK: Pictures

  @Test func thePicturesAreOfTheSameNoiseThroughout() throws {
    let (trainer, other) = (try trainer(), try trainer())
    let pictures = trainer.pictures()
    #expect(pictures.map(\.name) == ["samples"])
    #expect((pictures[0].grid.width, pictures[0].grid.height) == (298, 298))
    #expect(trainer.pictures()[0].grid == pictures[0].grid)
    let steps = train(trainer).map(\.metrics)
    #expect(trainer.pictures()[0].grid != pictures[0].grid)
    // Drawing pictures changes nothing.
    #expect(train(other).map(\.metrics) == steps)
  }

  @Test func anInterpolationBeginsAndEndsWithPictures() throws {
    let trainer = try trainer()
    _ = train(trainer)
    let (samples, lines) = (trainer.pictures()[0].grid, trainer.finalPictures()[0].grid)
    #expect((lines.width, lines.height) == (298, 298))
    // The first line goes from the first picture to the second, the second starts from the third.
    let pairs = [(0, 0, 0, 0), (270, 0, 30, 0), (0, 30, 60, 0), (270, 270, 270, 30)]
    for (x, y, left, top) in pairs {
      #expect(
        lines.image(left: x, top: y).isWithinRounding(of: samples.image(left: left, top: top)))
    }
    #expect(!lines.image(left: 120, top: 0).isWithinRounding(of: samples.image(left: 0, top: 0)))
  }

  /// Both networks learn until the last epoch ends, whatever their numbers of steps.
  @Test(arguments: [1, 2, 3]) func aFallingRateEndsWithTheLastEpoch(steps: Int) throws {
    let trainer = try trainer(
      discriminatorSteps: steps, learningRate: LearningRate(0.002, .cosine, epochs: 2))
    var before = values(of: trainer.gan)
    for isOver in [false, false, true] {
      _ = train(trainer)
      let after = values(of: trainer.gan)
      for (old, new) in zip(before, after) {
        #expect((old.scalars == new.scalars) == isOver, "\(old.name)")
      }
      before = after
    }
  }

  // MARK: The average

  /// Pictures and the finished model use the averaged generator; training does not.
  @Test func samplesAreOfTheAverage() throws {
    func trainer(averageDecay: Double?) throws -> GANTrainer {
      let gan = GAN(
        .with {
          $0.latent = 4
          $0.generatorHidden = [8]
          $0.discriminatorHidden = [8]
          $0.averageDecay = averageDecay
        }, for: .images(28, 28), using: Random(seed: 3))
      return GANTrainer(
        gan, train: try Batches(Self.digits.train, size: 32), learningRate: 0.01,
        using: Random(seed: 5))
    }
    let (plain, averaged) = (try trainer(averageDecay: nil), try trainer(averageDecay: 0.9))
    #expect(train(plain).map(\.metrics) == train(averaged).map(\.metrics))
    #expect(plain.pictures()[0].grid != averaged.pictures()[0].grid)
    #expect(plain.finalPictures()[0].grid != averaged.finalPictures()[0].grid)
    #expect(plain.average == nil)
    for (a, b) in zip(values(of: plain.gan), values(of: averaged.gan)) {
      #expect(a.scalars == b.scalars, "\(a.name)")
    }
    let average = try #require(averaged.average?.values)
    let picture = averaged.pictures()[0].grid
    averaged.finish()
    averaged.finish()
    #expect(averaged.pictures()[0].grid == picture)
    for (name, scalars) in values(of: averaged.gan) {
      let expected =
        average[name] ?? plain.gan.parameters.first { $0.name == name }?.parameter.wrappedValue
      #expect(scalars == expected?.scalars, "\(name)")
      #expect((average[name] != nil) == name.hasPrefix("generator."))
    }
  }

  @Test func imagesOfAnotherSizeStop() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let random = Random(seed: 0)
      let digits = DrawnDigits(trainCount: 10, testCount: 1)
      _ = GANTrainer(
        GAN.dense(features: 6, random), train: try Batches(digits.train, size: 5), using: random)
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    let message =
      "GANTrainer: expected images of the shape of the model's samples, [6], found [28, 28, 1]"
    #expect(text.contains(message), "\(text)")
  }
}

/// The identity, which records its inputs.
private final class Recorder: Layer {
  var inputs: [Tensor] = []
  var members: Members { [:] }
  func callAsFunction(_ x: Tensor) -> Tensor {
    inputs.append(stopGradient(x))
    return x
  }
}

extension ImageGrid {
  /// The 28×28 pixels with this upper left corner.
  fileprivate func image(left: Int, top: Int) -> [UInt8] {
    (0..<784).map { pixels[(top + $0 / 28) * width + left + $0 % 28] }
  }
}

extension [UInt8] {
  /// Whether no two pixels differ by more than one grey level.
  ///
  /// Products of different sizes sum in different orders.
  fileprivate func isWithinRounding(of other: [UInt8]) -> Bool {
    zip(self, other).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
  }
}

extension [Float] {
  fileprivate func chunks(of length: Int) -> [[Float]] {
    stride(from: 0, to: count, by: length).map { Array(self[$0..<$0 + length]) }
  }
}
