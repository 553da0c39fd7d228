import OptimalTransport
import Tensor
import Testing

private func matrix(_ values: [[Double]]) -> Tensor { Tensor(values, dtype: .float64) }
private func vector(_ values: [Double]) -> Tensor { Tensor(values, dtype: .float64) }

@Suite struct GaussianTransportTests {
  let first = (mean: vector([0, 0]), covariance: matrix([[2, 0], [0, 1]]))
  let second = (mean: vector([1, -1]), covariance: matrix([[1, 0.5], [0.5, 2]]))

  private func transport() throws -> GaussianTransport {
    try GaussianTransport(
      mean: first.mean, covariance: first.covariance, otherMean: second.mean,
      otherCovariance: second.covariance)
  }

  @Test func distanceAndMapAreKnown() throws {
    let transport = try transport()
    #expect(Swift.abs(transport.squaredDistance.scalar - 2.4352332) < 1e-7)
    let expected = matrix([[0.69559585, 0.17970205], [0.17970205, 1.39119170]])
    #expect(abs(transport.matrix - expected).max().scalar < 1e-8)
    #expect(abs(transport.map(first.mean.expanded(at: 0)) - second.mean).max().scalar < 1e-14)
  }

  @Test func theMapPushesOneOnTheOther() throws {
    let end = try transport().geodesic(at: 1)
    #expect(abs(end.mean - second.mean).max().scalar < 1e-14)
    #expect(abs(end.covariance - second.covariance).max().scalar < 1e-13)
  }

  @Test func distancesGrowLinearlyAlongTheGeodesic() throws {
    let transport = try transport()
    let (early, late) = (transport.geodesic(at: 0.25), transport.geodesic(at: 0.75))
    let part = try gaussianWassersteinSquared(
      mean: early.mean, covariance: early.covariance, otherMean: late.mean,
      otherCovariance: late.covariance)
    #expect(Swift.abs(part.scalar - 0.25 * transport.squaredDistance.scalar) < 1e-12)
  }

  @Test func singularCovariancesHaveADistanceButNoMap() throws {
    let flat = matrix([[1, 0], [0, 0]])
    #expect(
      Swift.abs(try buresSquared(flat, first.covariance).scalar - (4 - 2 * 2.0.squareRoot()))
        < 1e-12)
    #expect(throws: LinearAlgebraError.self) {
      try GaussianTransport(
        mean: first.mean, covariance: flat, otherMean: second.mean,
        otherCovariance: second.covariance)
    }
  }

  @Test func distancesHaveTheRightGradients() {
    let random = Random(seed: 11)
    let check = checkGradient(
      of: { x in
        let a = x[1].matmul(x[1], transposeRight: true) + Tensor.identity(3, dtype: .float64)
        let b = x[3].matmul(x[3], transposeRight: true) + Tensor.identity(3, dtype: .float64)
        guard
          let value = try? gaussianWassersteinSquared(
            mean: x[0], covariance: a, otherMean: x[2], otherCovariance: b)
        else { return x[0].sum() * .nan }
        return value
      }, at: [[3], [3, 3], [3], [3, 3]].map { random.normal($0, dtype: .float64) })
    #expect(check.passes(), "\(check)")
  }

  @Test func theBarycenterOfTwoIsTheMiddleOfTheGeodesic() throws {
    let center = try GaussianBarycenter(
      means: Tensor.stacked([first.mean, second.mean]),
      covariances: Tensor.stacked([first.covariance, second.covariance]),
      weights: vector([0.7, 0.3]))
    let middle = try transport().geodesic(at: 0.3)
    #expect(center.hasConverged)
    #expect(abs(center.mean - middle.mean).max().scalar < 1e-14)
    #expect(abs(center.covariance - middle.covariance).max().scalar < 1e-11)
    #expect(zip(center.trace, center.trace.dropFirst()).allSatisfy { $1 <= $0 + 1e-12 })
  }
}
