import Foundation
import ModelSupport
import Models
import NN
import Tensor
import Testing
import Training

@testable import Trainers

/// The papers' statements about optima, and distributions whose samples can be measured.
@Suite struct GANTheoryTests {
  private func network(_ widths: [Int], _ random: Random) -> Sequential {
    Sequential {
      for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
        if index > 0 { LeakyReLU(slope: 0.2) }
        Dense(inputs, outputs, using: random)
      }
    }
  }

  /// The discriminator's D at some points, after training with real N(0, 1) and generated N(`mean`,
  /// 1).
  private func trainedDiscriminator(
    against mean: Double, labelSmoothing: Double = 0, at points: [Double]
  ) -> [Double] {
    let random = Random(seed: 51)
    let gan = GAN(
      generator: Dense(1, 1, using: random), discriminator: network([1, 16, 16, 1], random),
      sampleShape: [1],
      .with {
        $0.latent = 1
        $0.labelSmoothing = labelSmoothing
      })
    // Two stages: fast towards the optimum, then slowly, for the noise of the batches to average out.
    for (learningRate, steps) in [(0.01, 150), (0.0005, 250)] as [(LearningRate, Int)] {
      let training = AdversarialTraining(
        gan, learningRate: learningRate, beta1: 0.9, using: random)
      for _ in 0..<steps {
        _ = training.discriminatorStep(
          real: random.normal([2048, 1]), fake: random.normal([2048, 1], mean: mean))
      }
    }
    return sigmoid(gan.discriminator(Tensor(points.map { [$0] }))).doubles
  }

  /// D* = p(x) / (p(x) + q(x)) (proposition 1), here 1 / (1 + e^(x − ½)).
  @Test func theDiscriminatorOfTwoGaussiansApproachesTheOptimalOne() {
    let points = [-1, -0.5, 0, 0.5, 1, 1.5, 2]
    let found = trainedDiscriminator(against: 1, at: points)
    for (x, d) in zip(points, found) {
      let optimal = 1 / (1 + Foundation.exp(x - 0.5))
      #expect(abs(d - optimal) < 0.02, "\(x): \(d), \(optimal)")
    }
    #expect(abs(found[2] - 0.6225) < 0.02 && abs(found[3] - 0.5) < 0.02)
  }

  /// With labels of 1 − s it is (1 − s) p(x) / (p(x) + q(x)), as in Salimans and others (2016).
  @Test func labelSmoothingScalesTheOptimalDiscriminator() {
    for d in trainedDiscriminator(against: 0, labelSmoothing: 0.2, at: [-1, 0, 1]) {
      #expect(abs(d - 0.4) < 0.02, "\(d)")
    }
  }

  @Test(arguments: GAN.GeneratorLoss.allCases)
  func aGaussianIsLearned(kind: GAN.GeneratorLoss) {
    let random = Random(seed: 52)
    let gan = GAN(
      generator: network([4, 32, 1], random), discriminator: network([1, 32, 32, 1], random),
      sampleShape: [1],
      .with {
        $0.latent = 4
        $0.generatorLoss = kind
      })
    let training = AdversarialTraining(gan, learningRate: 0.002, using: random)
    let before = gan.made(4000, random).mean().scalar
    for _ in 0..<800 {
      _ = training.step([random.normal([128, 1], mean: 3, standardDeviation: 0.5)])
    }
    let samples = gan.made(4000, random)
    let (mean, spread) = (samples.mean().scalar, samples.variance().scalar.squareRoot())
    #expect(abs(before) < 1)
    #expect(abs(mean - 3) < 0.2, "\(mean)")
    #expect(abs(spread - 0.5) < 0.2, "\(spread)")
  }

  @Test func aRingOfEightGaussiansIsCovered() {
    let random = Random(seed: 53)
    let gan = GAN(
      generator: network([8, 64, 64, 2], random), discriminator: network([2, 64, 64, 1], random),
      sampleShape: [2], .with { $0.latent = 8 })
    let training = AdversarialTraining(gan, learningRate: 0.002, using: random)
    let (radius, deviation) = (2.0, 0.2)
    let centres = (0..<8).map { place in
      let angle = Double.pi / 4 * Double(place)
      return (x: radius * Foundation.cos(angle), y: radius * Foundation.sin(angle))
    }
    let table = Tensor(centres.map { [$0.x, $0.y] })
    for _ in 0..<600 {
      let places = (0..<128).map { _ in random.integer(below: 8) }
      let noise = random.normal([128, 2], standardDeviation: deviation)
      _ = training.step([table.gatheredRows(at: places) + noise])
    }

    let samples = gan.made(2000, random).doubles
    var counts = [Int](repeating: 0, count: 8)
    for (x, y) in stride(from: 0, to: 4000, by: 2).map({ (samples[$0], samples[$0 + 1]) }) {
      let distances = centres.map { hypot(x - $0.x, y - $0.y) }
      if let place = distances.firstIndex(where: { $0 < 3 * deviation }) { counts[place] += 1 }
    }
    // An eighth of them is 250; a collapsed generator would leave out some modes entirely.
    #expect(counts.allSatisfy { $0 > 60 }, "\(counts)")
    #expect(counts.reduce(0, +) > 1400, "\(counts)")
  }
}
