import Datasets
import Tensor
import Testing

@Suite struct PlaneDensityTests {
  /// ∫ p over the plane is 1, by sums over a fine grid none of whose cells crosses a square's
  /// border.
  @Test(arguments: PlaneDistribution.allCases) func itIntegratesToOne(
    distribution: PlaneDistribution
  ) {
    let side = 90
    let step = 9.0 / Double(side)
    let places = (0..<side).map { -4.5 + (Double($0) + 0.5) * step }
    let grid = Tensor(
      places.flatMap { y in places.flatMap { x in [x, y] } }, shape: [side * side, 2],
      dtype: .float64)
    let mass = exp(distribution.logDensity(of: grid)).sum().scalar * step * step
    #expect(abs(mass - 1) < 3e-3, "\(mass)")
  }

  /// The mean of −log p over drawn points is the entropy, computed independently.
  @Test(arguments: [
    (PlaneDistribution.moons, 0.999), (.eightGaussians, 1.690), (.checkerboard, 2.0794),
    (.spirals, 2.536),
  ])
  func theMeanIsTheEntropy(distribution: PlaneDistribution, entropy: Double) {
    let points = Points(distribution, count: 4_000, using: Random(seed: 5))
    let batch = points.batch(at: Array(0..<4_000), varied: nil)
    let mean = -distribution.logDensity(of: batch.images).mean().scalar
    #expect(abs(mean - entropy) < 0.05, "\(mean)")
  }

  /// At most the entropy that separate arms would have.
  @Test func ofThePinwheel() {
    let points = Points(.pinwheel, count: 1_000, using: Random(seed: 5))
    let batch = points.batch(at: Array(0..<1_000), varied: nil)
    let mean = -PlaneDistribution.pinwheel.logDensity(of: batch.images).mean().scalar
    #expect(mean > 1.4 && mean < 1.633 + 0.1, "\(mean)")
  }

  @Test func offTheSquaresItIsZero() {
    let points = Tensor([[0.5, 1.5], [-1.5, -1.5], [3, 0.5], [0, 0]], dtype: .float64)
    let density = PlaneDistribution.checkerboard.logDensity(of: points).doubles
    #expect(density[0] == -.infinity && density[2] == -.infinity)
    #expect(abs(density[1] + 2.0794415) < 1e-6 && abs(density[3] + 2.0794415) < 1e-6)
  }
}
