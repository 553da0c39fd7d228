import Foundation
import Tensor
import Testing

@testable import Distributions

@Suite struct StandardNormalGridTests {
  @Test func quantiles() {
    for p in [0.001, 0.025, 0.2, 0.4999, 0.5] {
      let (low, high) = (normalQuantile(p), normalQuantile(1 - p))
      #expect(Swift.abs(low + high) < 1e-12, "symmetric at \(p)")
      #expect(Swift.abs(0.5 * erfc(-low / 2.0.squareRoot()) - p) < 1e-14)
    }
    #expect(Swift.abs(normalQuantile(0.975) - 1.959963984540054) < 1e-13)
  }

  @Test func theFirstCoordinateGrowsToTheRightAndTheSecondUpwards() {
    let q = 0.6744897501960817
    let expected = Tensor([[-q, q], [q, q], [-q, -q], [q, -q]], dtype: .float64)
    #expect(abs(standardNormalGrid(side: 2, dtype: .float64) - expected).max().scalar < 1e-12)
  }
}
