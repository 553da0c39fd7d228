import Models
import NN
import Tensor

/// Converts all parameters of a module to float64 and moves them off their initial values, so that
/// a zero or a one hides no wrong factor.
func unsettle(_ module: some Module, by scale: Double = 0.3, seed: UInt64 = 5) {
  module.convert(to: .float64)
  let random = Random(seed: seed)
  for (_, p) in module.parameters {
    p.wrappedValue += scale * random.normal(p.wrappedValue.shape, dtype: .float64)
  }
}

/// Compares the gradients of a function of a module's parameters and of other inputs with differences.
func checkParameters(
  of module: some Module, at inputs: [Tensor] = [], order: Int = 2,
  _ function: @escaping ([Tensor]) -> Tensor
) -> GradientCheck {
  let parameters = module.parameters.map(\.parameter)
  let values = parameters.map(\.wrappedValue)
  defer { for (p, value) in zip(parameters, values) { p.wrappedValue = value } }
  return checkGradient(
    of: { point in
      for (p, value) in zip(parameters, point) { p.wrappedValue = value }
      return function(Array(point.dropFirst(parameters.count)))
    }, at: values + inputs, order: order)
}

/// ∂yᵢ/∂xⱼ of a function of one example, `[1, …]`: `[outputs, inputs]`.
func jacobian(at x: Tensor, of function: (Tensor) -> Tensor) -> Tensor {
  let count = function(x).count
  return Tensor.stacked(
    (0..<count).map { index in
      gradient(at: x) { function($0).reshaped(to: [count]).sliced(index..<index + 1).sum() }
        .reshaped(to: [x.count])
    })
}

/// The integral of a density over [−side, side]² by the midpoint rule.
func integral(side: Double, cells: Int, of logDensity: (Tensor) -> Tensor) -> Double {
  let width = 2 * side / Double(cells)
  let middles = (0..<cells).map { -side + (Double($0) + 0.5) * width }
  let points = middles.flatMap { x in middles.flatMap { y in [x, y] } }
  let grid = Tensor(points, shape: [cells * cells, 2], dtype: .float64)
  return exp(logDensity(grid)).sum().scalar * width * width
}
