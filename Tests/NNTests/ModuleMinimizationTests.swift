import NN
import Tensor
import Testing

@Suite struct ModuleMinimizationTests {
  /// y = 2 x₁ − x₂ + 0.5 exactly.
  private let x = Random(seed: 3).normal([40, 2], dtype: .float64)
  private var y: Tensor {
    x.matmul(Tensor([2.0, -1], shape: [2, 1], dtype: .float64)) + 0.5
  }

  private func isSolution(_ layer: Dense) -> Bool {
    let found = layer.parameters.flatMap { $0.parameter.wrappedValue.doubles }
    return zip(found, [2, -1, 0.5]).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  @Test func leastSquaresByBothMinimisers() {
    for minimize in [
      { LBFGS().minimize($0, $1) }, { TrustRegionNewton().minimize($0, $1) },
    ] as [(Dense, () -> Tensor) -> Minimum] {
      let layer = Dense(2, 1, using: Random(seed: 1))
      layer.convert(to: .float64)
      let minimum = minimize(layer) { square(layer(x) - y).mean() }
      #expect(minimum.hasConverged, "\(minimum)")
      #expect(isSolution(layer))
      #expect(square(layer(x) - y).mean().scalar == minimum.value)
    }
  }

  @Test func anErrorLeavesTheParameters() {
    struct Unusable: Error {}
    let layer = Dense(2, 1, using: Random(seed: 1))
    let before = layer.parameters.map { $0.parameter.wrappedValue }
    #expect(throws: Unusable.self) { try LBFGS().minimize(layer) { throw Unusable() } }
    #expect(layer.parameters.map { $0.parameter.wrappedValue } == before)
  }

  @Test func parametersInSinglePrecision() {
    let layer = Dense(2, 1, using: Random(seed: 1))
    let (x, y) = (x.converted(to: .float32), y.converted(to: .float32))
    let minimum = LBFGS(gradientTolerance: 1e-4).minimize(layer) { square(layer(x) - y).mean() }
    #expect(minimum.hasConverged, "\(minimum)")
    #expect(square(layer(x) - y).mean().scalar < 1e-7)
  }
}
