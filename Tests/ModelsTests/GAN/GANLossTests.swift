import Foundation
import ModelSupport
import Models
import NN
import Tensor
import Testing

@Suite struct GANLossTests {
  private let random = Random(seed: 31)

  /// If D is ½ everywhere, V is −log 4 (theorem 1 of the paper).
  @Test(arguments: [0, 0.1, 0.3])
  func anUntrainedDiscriminatorHasALossOfTwoLogTwo(labelSmoothing: Double) {
    let zeros = Tensor.zeros([5, 1], dtype: .float64)
    let loss = GAN.discriminatorLoss(real: zeros, fake: zeros, labelSmoothing: labelSmoothing)
    #expect(loss.shape == [] && abs(loss.scalar - 2 * log(2)) < 1e-15)
  }

  @Test func theGeneratorsLossAgainstAnUntrainedDiscriminatorIsLogTwo() {
    let zeros = Tensor.zeros([5, 1], dtype: .float64)
    let (plain, saturating) = (
      GAN.generatorLoss(fake: zeros), GAN.generatorLoss(fake: zeros, .saturating)
    )
    #expect(plain.shape == [] && abs(plain.scalar - log(2)) < 1e-15)
    #expect(saturating.shape == [] && abs(saturating.scalar + log(2)) < 1e-15)
  }

  /// The papers' formulas, in terms of probabilities.
  @Test(arguments: [0, 0.1])
  func theFormulasInPlainSwift(labelSmoothing: Double) {
    let (real, fake) = (
      random.normal([7, 1], dtype: .float64), random.normal([4, 1], dtype: .float64)
    )
    func probabilities(_ logits: Tensor) -> [Double] {
      logits.doubles.map { 1 / (1 + Foundation.exp(-$0)) }
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let (d, dg) = (probabilities(real), probabilities(fake))
    let label = 1 - labelSmoothing
    let expected =
      -mean(d.map { label * log($0) + (1 - label) * log(1 - $0) }) - mean(dg.map { log(1 - $0) })
    let loss = GAN.discriminatorLoss(real: real, fake: fake, labelSmoothing: labelSmoothing)
    #expect(abs(loss.scalar - expected) < 1e-14)
    #expect(abs(GAN.generatorLoss(fake: fake).scalar + mean(dg.map { log($0) })) < 1e-14)
    #expect(
      abs(GAN.generatorLoss(fake: fake, .saturating).scalar - mean(dg.map { log(1 - $0) })) < 1e-14)
  }

  /// For a discriminator that is nearly always right, or nearly always wrong.
  @Test(arguments: [DType.float32, .float64])
  func keepTheirDigits(_ dtype: DType) {
    func column(_ values: Double...) -> Tensor { Tensor(values.map { [$0] }, dtype: dtype) }
    let (real, fake) = (column(20, -3), column(-20, -25))
    let rows: [(Tensor, Double)] = [
      (GAN.discriminatorLoss(real: real, fake: fake), 1.5242936778549686216),
      (GAN.discriminatorLoss(real: real, fake: fake, labelSmoothing: 0.25), 3.6492936778549686216),
      (
        GAN.discriminatorLoss(real: column(-30), fake: column(-200), labelSmoothing: 0.75),
        7.5000000000000935762
      ),
      (GAN.discriminatorLoss(real: column(20), fake: column(-20)), 4.1223072406287614064e-9),
      (GAN.generatorLoss(fake: column(20, 25)), 1.0375207820896241432e-9),
      (GAN.generatorLoss(fake: fake, .saturating), -1.0375207820896241432e-9),
    ]
    for (loss, expected) in rows {
      let unit = dtype == .float32 ? Double(Float(expected).ulp) : expected.ulp
      #expect(abs(loss.scalar - expected) <= 4 * unit, "\(loss.scalar) for \(expected)")
    }
  }

  @Test func logitsOfAnySizeHaveFiniteLosses() {
    let large = Tensor([[1e4], [-1e4]])
    let (loss, slope) = valueWithGradient(at: large) { l in
      GAN.discriminatorLoss(real: l, fake: l) + GAN.generatorLoss(fake: l)
        + GAN.generatorLoss(fake: l, .saturating)
    }
    #expect(loss.isFinite && slope.isFinite)
    // Half of each batch is wrong by 10⁴ nats.
    #expect(GAN.discriminatorLoss(real: large, fake: large).scalar == 1e4)
  }

  @Test(arguments: [0, 0.2])
  func gradientsInTheLogits(labelSmoothing: Double) {
    let (real, fake) = (random.normal([3, 1]), random.normal([2, 1]))
    let check = checkGradient(
      of: {
        GAN.discriminatorLoss(real: $0[0], fake: $0[1], labelSmoothing: labelSmoothing)
      }, at: [real, fake])
    #expect(check.passes(), "\(check)")
    for kind in GAN.GeneratorLoss.allCases {
      let check = checkGradient(of: { GAN.generatorLoss(fake: $0[0], kind) }, at: [fake])
      #expect(check.passes(), "\(kind): \(check)")
    }
  }

  /// Both losses, with respect to every parameter of the network that descends them.
  @Test(arguments: GAN.GeneratorLoss.allCases)
  func gradientsInTheParameters(kind: GAN.GeneratorLoss) {
    let gan = GAN.dense(
      features: 5, latent: 3, generatorHidden: [4, 6], discriminatorHidden: [6, 4], random)
    gan.convert(to: .float64)
    let (x, z) = (random.normal([4, 5], dtype: .float64), gan.noise(count: 4, using: random))
    func check(_ network: any Layer, _ loss: () -> Tensor) -> GradientCheck {
      let parameters = network.parameters.map(\.parameter)
      let values = parameters.map(\.wrappedValue)
      defer { for (p, value) in zip(parameters, values) { p.wrappedValue = value } }
      return checkGradient(
        of: { point in
          for (p, value) in zip(parameters, point) { p.wrappedValue = value }
          return loss()
        }, at: values)
    }
    let generator = check(gan.generator) {
      GAN.generatorLoss(fake: gan.discriminator(gan.generator(z)), kind)
    }
    #expect(generator.passes(), "\(generator)")
    let discriminator = check(gan.discriminator) {
      GAN.discriminatorLoss(
        real: gan.discriminator(x), fake: gan.discriminator(gan.generator(z)), labelSmoothing: 0.1)
    }
    #expect(discriminator.passes(), "\(discriminator)")
  }

  /// If the discriminator is certain, only the non-saturating loss still has a gradient (section
  /// 3).
  @Test func theSaturatingLossHasVanishingGradientsWhereTheDiscriminatorIsSure() {
    let sure = Tensor([[-20]], dtype: .float64)
    let slopes = GAN.GeneratorLoss.allCases.map { kind in
      gradient(at: sure) { GAN.generatorLoss(fake: $0, kind) }.scalar
    }
    #expect(abs(slopes[0] + 1) < 1e-8)
    #expect(slopes[1] < 0 && slopes[1] > -1e-8)
  }
}
