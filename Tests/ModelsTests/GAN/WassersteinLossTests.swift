import ModelSupport
import Models
import NN
import Tensor
import Testing

@Suite struct WassersteinLossTests {
  private let random = Random(seed: 51)

  private func tensor(_ rows: [[Double]]) -> Tensor {
    .concatenated(rows.map { Tensor($0, shape: [1, $0.count], dtype: .float64) })
  }

  // MARK: The penalty

  /// 10 (‖w‖ − 1)² of c(x) = w · x at w = (3, 4), and its gradient 20 (‖w‖ − 1) w / ‖w‖.
  @Test func thePenaltyOfALinearCritic() {
    let (real, fake) = (
      random.normal([6, 2], dtype: .float64), random.normal([6, 2], dtype: .float64)
    )
    let (penalty, slope) = valueWithGradient(at: tensor([[3, 4]])) { w in
      10
        * GAN.gradientPenalty(
          of: { $0.matmul(w, transposeRight: true) }, between: real, and: fake, using: random)
    }
    #expect(abs(penalty.scalar - 160) < 1e-9)
    #expect(abs(slope - tensor([[48, 64]])).max().scalar < 1e-9)
  }

  /// The gradient of c(x) = ‖x‖²/2 is x.
  @Test func thePenaltyOfHalfTheSquaredLength() {
    let points = tensor([[3, 4], [0, 5], [0, 1]])
    func penalty(_ rows: Range<Int>) -> Double {
      GAN.gradientPenalty(
        of: { 0.5 * square($0).sum(along: 1, keepingDimensions: true) }, at: points.sliced(rows)
      ).scalar
    }
    #expect(abs(10 * penalty(0..<1) - 160) < 1e-9)
    #expect(abs(penalty(0..<3) - 32.0 / 3) < 1e-9)
  }

  /// The norm is over all axes except the batch: for an image, its height, its width and its
  /// channels.
  @Test func theNormIsOverAllAxesButTheBatch() {
    let points = random.normal([3, 2, 4, 2], dtype: .float64)
    let penalty = GAN.gradientPenalty(
      of: { 0.5 * square($0).flattened().sum(along: 1) }, at: points)
    let norms = (0..<3).map { square(points.sliced($0..<$0 + 1)).sum().scalar.squareRoot() }
    let expected = norms.map { ($0 - 1) * ($0 - 1) }.reduce(0, +) / 3
    #expect(abs(penalty.scalar - expected) < 1e-9)
  }

  /// At a gradient of 0 the norm has no derivative; the penalty is 1, and nothing is NaN.
  @Test(arguments: [DType.float32, .float64])
  func aCriticOfZerosHasNoGradientThatIsNotANumber(_ dtype: DType) {
    let points = random.normal([4, 3], dtype: dtype)
    let (penalty, slope) = valueWithGradient(at: Tensor.zeros([3, 1], dtype: dtype)) { w in
      GAN.gradientPenalty(of: { $0.matmul(w) }, at: points)
    }
    #expect(abs(penalty.scalar - 1) < 1e-5 && slope.isFinite)
    #expect(abs(slope).max().scalar == 0)
  }

  /// One weight per example, the same for all its values, uniform in [0, 1).
  @Test func thePointsLieOnTheLinesBetween() throws {
    let (count, shape) = (400, [2, 3, 1])
    let real = Tensor.zeros([count] + shape, dtype: .float64)
    let fake = random.uniform([count] + shape, in: 1..<2, dtype: .float64)
    var seen: Tensor?
    _ = GAN.gradientPenalty(
      of: { points in
        seen = stopGradient(points)
        return square(points).flattened().sum(along: 1)
      }, between: real, and: fake, using: random)
    let weights = (1 - (try #require(seen)) / fake).reshaped(to: [count, 6])
    let first = weights.sliced(0..<1, along: 1)
    #expect(abs(weights - first).max().scalar < 1e-12)
    #expect(first.min().scalar >= 0 && first.max().scalar < 1)
    // For 400 uniform numbers.
    #expect(abs(first.mean().scalar - 0.5) < 0.06 && abs(first.variance().scalar - 1.0 / 12) < 0.02)
  }

  @Test func anotherOrderOfTheBatchChangesNothing() {
    let critic = smoothCritic()
    let points = random.normal([5, 3], dtype: .float64)
    let order = [3, 0, 4, 1, 2]
    func penalty(_ points: Tensor) -> Double {
      GAN.gradientPenalty(of: { critic($0) }, at: points).scalar
    }
    #expect(abs(penalty(points) - penalty(points.gatheredRows(at: order))) < 1e-12)
  }

  // MARK: Its gradients

  private func smoothCritic() -> Sequential {
    let critic = Sequential {
      Dense(3, 4, using: random)
      Tanh()
      Dense(4, 1, using: random)
    }
    unsettle(critic)
    return critic
  }

  /// With respect to the critic's parameters and the points: through the critic's second derivative
  /// and its third.
  @Test func gradientsToSecondOrder() {
    let critic = smoothCritic()
    let check = checkParameters(of: critic, at: [random.normal([4, 3], dtype: .float64)]) {
      inputs in
      GAN.gradientPenalty(of: { critic($0) }, at: inputs[0])
    }
    #expect(check.passes(), "\(check)")
  }

  /// With the fused rectifiers of the trained networks.
  @Test(arguments: [false, true])
  func gradientsOfTheWholeLossInTheCriticsParameters(isConvolutional: Bool) {
    let shape = isConvolutional ? [6, 6, 1] : [5]
    let critic = Sequential {
      if isConvolutional {
        Conv2D(1, 2, kernel: 4, stride: 2, padding: 1, using: random)
        LeakyReLU(slope: 0.2)
        Conv2D(2, 1, kernel: 3, using: random)
        Reshape([1])
      } else {
        Dense(5, 6, using: random)
        LeakyReLU(slope: 0.2)
        Dense(6, 1, using: random)
      }
    }
    unsettle(critic)
    let (real, fake) = (
      random.normal([3] + shape, dtype: .float64), random.normal([3] + shape, dtype: .float64)
    )
    let state = random.state
    let check = checkParameters(of: critic) { _ in
      GAN.criticLoss(real: critic(real), fake: critic(fake)) + 10
        * GAN.gradientPenalty(
          of: { critic($0) }, between: real, and: fake, using: Random(state: state))
    }
    #expect(check.passes(), "\(check)")
  }

  // MARK: The distance

  /// For N(2, 1) and N(0, 1), the best linear critic with λ = 10 has the slope 1 + 2/(2 · 10).
  @Test func theBestLinearCritic() {
    let fake = tensor((-5...5).map { [Double($0) / 3] })
    let (real, critic) = (fake + 2, Weight(0.3))
    let optimizer = SGD(for: critic, learningRate: 0.02)
    var loss = 0.0
    for _ in 0..<200 {
      let (value, gradients) = valueWithGradient(of: critic) {
        GAN.criticLoss(real: critic(real), fake: critic(fake)) + 10
          * GAN.gradientPenalty(of: { critic($0) }, between: real, and: fake, using: random)
      }
      optimizer.update(along: gradients)
      loss = value.scalar
    }
    #expect(abs(critic.weight.scalar - 1.1) < 1e-9)
    #expect(abs(-GAN.criticLoss(real: critic(real), fake: critic(fake)).scalar - 2.2) < 1e-9)
    #expect(abs(loss + 2.1) < 1e-9)
  }

  @Test func bothLossesAreMeansOfTheCriticsValues() {
    let (real, fake) = (tensor([[1], [4]]), tensor([[-2], [0.5], [3]]))
    #expect(GAN.criticLoss(real: real, fake: fake).scalar == -2)
    #expect(GAN.wassersteinGeneratorLoss(fake: fake).scalar == -0.5)
    let check = checkGradient(
      of: { GAN.criticLoss(real: $0[0], fake: $0[1]) + GAN.wassersteinGeneratorLoss(fake: $0[1]) },
      at: [real, fake])
    #expect(check.passes(), "\(check)")
  }
}

/// c(x) = w x for numbers `[batch, 1]`.
final class Weight: Layer {
  @Parameter var weight: Tensor
  var members: Members { ["weight": $weight] }
  init(_ weight: Double) { self.weight = Tensor([[weight]], dtype: .float64) }
  func callAsFunction(_ x: Tensor) -> Tensor { x.matmul(weight) }
}
