import Tensor
import Testing

@testable import NN

/// The check reports the first value that is not finite, with its operation and its layer.
@Suite struct FiniteCheckTests {
  /// A logarithm as a layer, which has no parameters to identify it.
  private final class Logarithm: Layer {
    var members: Members { [:] }
    func callAsFunction(_ x: Tensor) -> Tensor { log(x) }
  }

  /// A model with nested parts, and a layer that it calls directly.
  private final class Model: Module {
    let encoder: Sequential
    let head: Dense
    var members: Members { ["encoder": encoder, "head": head] }

    init(_ random: Random) {
      encoder = Sequential {
        Dense(2, 3, using: random)
        Sequential {
          ReLU()
          Logarithm()
        }
      }
      head = Dense(3, 1, using: random)
    }
  }

  private func finding(
    in model: Model, _ check: FiniteCheck, _ loss: (Model) -> Tensor
  ) -> FiniteCheck.Finding? {
    FiniteCheck.$current.withValue(check) { _ = valueWithGradient(of: model) { loss(model) } }
    return check.first
  }

  @Test func aLayerWithoutParametersIsKnownByItsPlace() {
    let model = Model(Random(seed: 1))
    model.encoder.parameters[0].parameter.wrappedValue = Tensor.zeros([2, 3])
    let found = finding(in: model, FiniteCheck(of: model)) { model in
      model.head(model.encoder(Tensor([[1, 2]]))).sum()
    }
    #expect(found?.operation == "log" && found?.path == "encoder.1.1" && found?.shape == [1, 3])
    #expect(
      found?.description == "the value of log in encoder.1.1 is not finite, of shape [1, 3]")
  }

  @Test func aLayerThatIsCalledByItselfIsKnownByItsParameters() {
    let model = Model(Random(seed: 1))
    model.head.bias = Tensor([Double.infinity])
    let found = finding(in: model, FiniteCheck(of: model)) { $0.head(Tensor.ones([2, 3])).sum() }
    #expect(found?.path == "head" && found?.isGradient == false)
  }

  /// √x has a finite value at 0 and no finite slope.
  @Test func aGradientIsFoundOnItsWayBack() {
    let model = Model(Random(seed: 1))
    let found = finding(in: model, FiniteCheck(of: model)) { model in
      sqrt(0 * model.head(Tensor.ones([2, 3]))).sum()
    }
    #expect(
      found?.description == "the gradient through sqrt, outside of all layers, is "
        + "not finite, of shape [2, 1]")
  }

  @Test func anUpdateThatOverflowsIsNamed() {
    let model = Model(Random(seed: 1))
    let check = FiniteCheck(of: model)
    FiniteCheck.$current.withValue(check) {
      let (_, gradients) = valueWithGradient(of: model.head) {
        model.head(Tensor.ones([1, 3])).sum()
      }
      SGD(for: model.head, learningRate: 1e300).update(along: gradients)
    }
    #expect(check.first?.operation == "SGD.update" && check.first?.path == "head.weight")
  }

  @Test func aPullbackThatIsCalledLaterIsLookedAtToo() {
    let model = Model(Random(seed: 1))
    let check = FiniteCheck(of: model)
    let (_, pullback) = FiniteCheck.$current.withValue(check) {
      valueWithPullback(of: model.head) { model.head(Tensor.ones([1, 3])) }
    }
    #expect(check.first == nil)
    _ = pullback(Tensor([[Double.nan]]))
    #expect(check.first?.isGradient == true && check.first?.path == "head")
  }

  @Test func finiteValuesAreNoFinding() {
    let model = Model(Random(seed: 1))
    let found = finding(in: model, FiniteCheck(of: model)) { model in
      model.head(relu(model.encoder.layers[0](Tensor([[1, 2]])))).sum()
    }
    #expect(found == nil)
  }

  @Test func withoutACheckNothingIsLookedAt() {
    let model = Model(Random(seed: 1))
    let check = FiniteCheck(of: model)
    _ = valueWithGradient(of: model) { log(0 * model.head(Tensor.ones([1, 3]))).sum() }
    #expect(check.first == nil)
  }
}
