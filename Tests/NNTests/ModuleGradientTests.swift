import NN
import Tensor
import Testing

@Suite struct ModuleGradientTests {
  private let x = offZero([4, 3], seed: 11)
  private var x32: Tensor { x.converted(to: .float32) }
  private let target = offZero([4, 2], seed: 12)

  private func network() -> Sequential {
    let random = Random(seed: 13)
    let network = Sequential {
      Dense(3, 5, using: random)
      Tanh()
      Dense(5, 2, using: random)
    }
    network.convert(to: .float64)
    return network
  }

  @Test func linearRegressionByHand() {
    // loss = Σ (x·W + b − t)²: dW = 2 xᵀ r, db = 2 Σ r.
    let layer = Dense(2, 1, using: Random(seed: 0))
    layer.weight = Tensor([[1], [2]])
    let (x, t) = (Tensor([[1, 2], [3, 4]]), Tensor([[4], [13]]))  // residuals 1 and −2
    let (loss, gradients) = valueWithGradient(of: layer) {
      meanSquaredError(layer(x), t, reduction: .sum)
    }
    #expect(loss.scalar == 5)
    #expect(gradients.elements.map(\.name) == ["weight", "bias"])
    #expect(gradients["weight"] == Tensor([[-10], [-12]]) && gradients["bias"] == Tensor([-2]))
    #expect(gradients["nothing"] == nil)
  }

  @Test func partsComeBackAndTheParametersStayTheirOwn() {
    let layer = Dense(2, 1, using: Random(seed: 0))
    let before = layer.weight
    let (_, parts, gradients) = valueWithGradient(of: layer) {
      let y = layer(Tensor([[1, 2]]))
      return (square(y).sum(), ["output": y, "weight": layer.weight])
    }
    #expect(parts["output"] == layer(Tensor([[1, 2]])) && parts["weight"] == before)
    #expect(layer.weight == before)
    // The watched parameters are no longer watched.
    let again = gradient(at: Tensor(1)) { one in (one * layer.weight).sum() }
    #expect(Swift.abs(again.scalar - before.sum().scalar) < 1e-6)
    #expect(gradients["weight"] != before)
  }

  @Test func aThrownErrorPutsTheParametersBack() {
    struct Failure: Error {}
    let layer = Dense(2, 1, using: Random(seed: 0))
    let before = layer.weight
    #expect(throws: Failure.self) {
      try valueWithGradient(of: layer) { () -> Tensor in
        layer.weight = layer.weight * 2
        throw Failure()
      }
    }
    #expect(layer.weight == before)
  }

  @Test func onlyTheModuleThatIsNamed() {
    // A generator's step: the discriminator is a constant, and its parameters are not watched.
    let random = Random(seed: 1)
    let (generator, discriminator) = (Dense(1, 2, using: random), Dense(2, 1, using: random))
    let z = Tensor([[1], [2]])
    let (_, gradients) = valueWithGradient(of: generator) { discriminator(generator(z)).sum() }
    #expect(gradients.elements.map(\.name) == ["weight", "bias"])
    let expected = Tensor([[1], [2]]).matmul(
      Tensor.ones([2, 1]).matmul(discriminator.weight, transposeRight: true), transposeLeft: true)
    #expect(gradients["weight"] == expected)
    let (_, none) = valueWithGradient(of: discriminator) { generator(z).sum() }
    #expect(none["weight"] == Tensor.zeros([2, 1]))
  }

  @Test func aModulesPullbackGivesTheGradientOfTheWhole() {
    // A generator's step in two halves: first its output, then the loss.
    let random = Random(seed: 2)
    let (generator, discriminator) = (Dense(3, 2, using: random), Dense(2, 1, using: random))
    let before = generator.weight
    let (_, whole) = valueWithGradient(of: generator) {
      square(discriminator(generator(x32))).sum()
    }
    let (y, pullback) = valueWithPullback(of: generator) { generator(x32) }
    #expect(generator.weight == before && y == generator(x32))
    let dy = gradient(at: y) { square(discriminator($0)).sum() }
    let gradients = pullback(dy)
    #expect(gradients.elements.map(\.name) == ["weight", "bias"])
    for (name, gradient) in gradients.elements { #expect(gradient == whole[name], "\(name)") }
    // The watched parameters are no longer watched.
    let again = gradient(at: Tensor(1)) { one in (one * generator.weight).sum() }
    #expect(Swift.abs(again.scalar - before.sum().scalar) < 1e-6)
  }

  /// ⟨∇loss, v⟩ for fixed v, from within: differentiable itself.
  private func slope(_ network: Sequential, along v: [Tensor]) -> Tensor {
    let (_, gradients) = valueWithGradient(of: network) { meanSquaredError(network(x), target) }
    return zip(gradients.elements, v).map { ($0.gradient * $1).sum() }
      .reduce(Tensor(0, dtype: .float64), +)
  }

  @Test func hessianVectorProductAgainstDifferencesOfGradients() {
    let network = network()
    let random = Random(seed: 14)
    let parameters = network.parameters.map(\.parameter)
    let v = parameters.map { random.normal($0.wrappedValue.shape, dtype: .float64) }
    let (_, product) = valueWithGradient(of: network) { slope(network, along: v) }

    let values = parameters.map(\.wrappedValue)
    func gradients(at h: Double) -> [Tensor] {
      for (p, (w, v)) in zip(parameters, zip(values, v)) { p.wrappedValue = w + h * v }
      defer { for (p, w) in zip(parameters, values) { p.wrappedValue = w } }
      let (_, gradients) = valueWithGradient(of: network) {
        meanSquaredError(network(x), target)
      }
      return gradients.elements.map(\.gradient)
    }
    let h = 1e-4
    let (ahead, behind) = (gradients(at: h), gradients(at: -h))
    for (index, (name, exact)) in product.elements.enumerated() {
      let numeric = (ahead[index] - behind[index]) / (2 * h)
      let error = abs(exact - numeric).max().scalar / abs(numeric).max().scalar
      #expect(error < 1e-6, "\(name): \(error)")
      #expect(abs(exact).max().scalar > 1e-3, "\(name)")
    }
  }

  @Test func aGradientPenaltyReachesTheParameters() {
    // WGAN-GP: the norm of the critic's gradient in its input, differentiated in its weights.
    let critic = network()
    let check = checkGradient(of: critic) { _ in
      let slope = gradient(at: x) { critic($0).sum() }
      return square(sqrt(square(slope).sum(along: 1)) - 1).mean()
    }
    #expect(check.passes(), "\(check)")
  }

  @Test func globalNormAndClipping() {
    let gradients = Gradients([
      (name: "a", gradient: Tensor([3, 0])), (name: "b", gradient: Tensor([[4]])),
    ])
    #expect(gradients.globalNorm == 5)
    let clipped = gradients.clipped(toGlobalNorm: 2.5)
    #expect(clipped["a"] == Tensor([1.5, 0]) && clipped["b"] == Tensor([[2]]))
    #expect(clipped.elements.map(\.name) == ["a", "b"])
    for bound in [5, 7.0] {
      let same = gradients.clipped(toGlobalNorm: bound)
      #expect(same["a"] == Tensor([3, 0]) && same["b"] == Tensor([[4]]))
    }
    #expect(Gradients([]).globalNorm == 0)
  }

  @Test func finiteness() {
    func gradients(_ x: Double) -> Gradients {
      Gradients([(name: "a", gradient: Tensor([1])), (name: "b", gradient: Tensor([2, x]))])
    }
    #expect(gradients(3).isFinite)
    #expect(!gradients(.nan).isFinite && !gradients(-.infinity).isFinite)
  }
}
