import OptimalTransport
import Tensor
import Testing

/// A bump on a picture of 9 × 7 pixels, of mass one.
private func bump(_ row: Double, _ column: Double, width: Double = 1) -> Tensor {
  let rows = Tensor.range(0..<9, dtype: .float64).expanded(at: 1) - row
  let columns = Tensor.range(0..<7, dtype: .float64) - column
  let picture = exp(-0.5 * (square(rows) + square(columns)) / (width * width)) + 1e-9
  return picture / picture.sum()
}

@Suite struct BarycenterTests {
  @Test func picturesAreConvolvedAxisByAxis() throws {
    let pictures = Tensor.stacked([bump(2, 2), bump(6, 4)])
    let places = (0..<9).flatMap { i in (0..<7).map { j in [Double(i), Double(j)] } }
    let points = Tensor(places, dtype: .float64)
    for epsilon in [2, 0.05] {
      let grid = try EntropicBarycenter(
        ofImages: pictures, epsilon: epsilon, tolerance: 0, sweepLimit: 20)
      let dense = try EntropicBarycenter(
        of: pictures.reshaped(to: [2, 63]), costs: pairwiseSquaredDistances(points, points),
        epsilon: epsilon, tolerance: 0, sweepLimit: 20)
      #expect(grid.weights.shape == [9, 7])
      #expect(abs(grid.weights.flattened(from: 0) - dense.weights).max().scalar < 1e-10)
      #expect(grid.sweeps == 20)
    }
  }

  @Test func theDebiasedBarycenterOfOnePictureIsThePicture() throws {
    let picture = bump(4, 3)
    let biased = try EntropicBarycenter(ofImages: picture.expanded(at: 0), epsilon: 2)
    let debiased = try EntropicBarycenter(
      ofImages: picture.expanded(at: 0), epsilon: 2, isDebiased: true)
    #expect(abs(debiased.weights - picture).max().scalar < 1e-5)
    #expect(biased.weights.max().scalar < 0.8 * picture.max().scalar)
  }

  @Test func theBarycenterLiesBetween() throws {
    let center = try EntropicBarycenter(
      ofImages: Tensor.stacked([bump(2, 2), bump(6, 4)]), epsilon: 0.5)
    #expect(center.hasConverged)
    #expect(Swift.abs(center.weights.sum().scalar - 1) < 1e-6)
    #expect(center.weights.flattened(from: 0).argmax(along: 0) == [4 * 7 + 3])
  }
}
