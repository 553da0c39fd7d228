import NN
import Tensor

/// Compares a module's gradients with respect to its parameters and other inputs with central
/// differences.
///
/// The module is converted to float64 and its parameters are moved a little, so that none is zero
/// or one, where a wrong factor would not show.
func checkGradient(
  of module: some Module, at inputs: [Tensor] = [], order: Int = 2,
  _ function: ([Tensor]) -> Tensor
) -> GradientCheck {
  module.convert(to: .float64)
  let random = Random(seed: 77)
  let parameters = module.parameters.map(\.parameter)
  for p in parameters {
    p.wrappedValue += 0.3 * random.normal(p.wrappedValue.shape, dtype: .float64)
  }
  return checkGradient(
    of: { point in
      withValues(Array(point.prefix(parameters.count)), of: parameters) {
        function(Array(point.dropFirst(parameters.count)))
      }
    }, at: parameters.map(\.wrappedValue) + inputs, order: order)
}

/// The result of `body` while the parameters have these values.
func withValues(
  _ values: [Tensor], of parameters: [Parameter], _ body: () -> Tensor
) -> Tensor {
  let saved = parameters.map(\.wrappedValue)
  defer { for (p, value) in zip(parameters, saved) { p.wrappedValue = value } }
  for (p, value) in zip(parameters, values) { p.wrappedValue = value }
  return body()
}

/// Numbers between 0.1 and 1.5 in magnitude, of either sign, off the kinks at zero.
func offZero(_ shape: [Int], seed: UInt64 = 1) -> Tensor {
  let random = Random(seed: seed)
  let sign = 2 * random.bernoulli(shape, probability: 0.5, dtype: .float64) - 1
  return sign * random.uniform(shape, in: 0.1..<1.5, dtype: .float64)
}

/// A module of parameters alone, named `0`, `1`, ….
final class Weights: Module {
  let values: [Parameter]
  var members: Members { Members(values.enumerated().map { ("\($0.offset)", $0.element) }) }
  init(_ values: [Tensor]) { self.values = values.map(Parameter.init) }

  /// Each parameter's numbers, in order.
  var doubles: [[Double]] { values.map(\.wrappedValue.doubles) }

  /// These tensors as the gradients of the parameters.
  func gradients(_ tensors: [Tensor]) -> Gradients {
    Gradients(zip(parameters, tensors).map { (name: $0.name, gradient: $1) })
  }
}
