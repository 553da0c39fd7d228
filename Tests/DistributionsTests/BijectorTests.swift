import Distributions
import Tensor
import Testing

/// A map, and the points where it is checked, `[count] + event`.
struct BijectorRow: @unchecked Sendable, CustomTestStringConvertible {
  let name: String
  let map: any Bijector
  let points: Tensor
  var testDescription: String { name }
}

private let numbers = double([-3, -0.7, 0, 0.4, 2.5])
private let vectors = Random(seed: 11).normal([4, 3], dtype: .float64)
private let triangle = double([[2, 0, 0], [0.5, -1, 0], [1, 0.3, 0.7]])

private let rows: [BijectorRow] = [
  .init(
    name: "affine", map: AffineMap(shift: double(2), scale: double([1, -2, 3, 0.5, -1])),
    points: numbers),
  .init(name: "exp", map: ExponentialMap(), points: numbers),
  .init(name: "softplus", map: SoftplusMap(), points: numbers),
  .init(name: "sigmoid", map: SigmoidMap(), points: numbers),
  .init(name: "tanh", map: TanhMap(), points: numbers),
  .init(
    name: "triangular", map: TriangularMap(shift: double([1, 2, 3]), lower: triangle),
    points: vectors),
  .init(name: "permutation", map: PermutationMap([2, 0, 1]), points: vectors),
  .init(name: "stick breaking", map: StickBreakingMap(), points: vectors),
  .init(name: "Cholesky covariance", map: CholeskyCovarianceMap(size: 2), points: vectors),
  .init(
    name: "chain",
    map: ChainMap([
      TanhMap(), PermutationMap([1, 2, 0]), AffineMap(shift: double(1), scale: double(-2)),
      TriangularMap(shift: double([0, 0, 1]), lower: triangle), StickBreakingMap(),
    ]), points: vectors),
  .init(
    name: "chain to matrices",
    map: ChainMap([
      AffineMap(shift: double(0.1), scale: double(2)), CholeskyCovarianceMap(size: 2),
    ]), points: vectors),
  .init(
    name: "inverse",
    map: ChainMap([ExponentialMap(), SoftplusMap().inverted]), points: numbers),
  .init(name: "chain of none", map: ChainMap([]), points: numbers),
]

@Suite struct BijectorTests {
  @Test(arguments: rows)
  func goesBackToWhereItCameFrom(_ row: BijectorRow) {
    let y = row.map.forward(row.points)
    #expect(abs(row.map.inverse(y) - row.points).max().scalar < 1e-12)
    let (forward, inverse) = (
      row.map.forwardLogDeterminant(row.points), row.map.inverseLogDeterminant(y)
    )
    #expect(forward.shape == Array(row.points.shape.dropLast(row.map.inputRank)))
    #expect(forward.shape == inverse.shape && abs(forward + inverse).max().scalar < 1e-11)
    let both = row.map.forwardWithLogDeterminant(row.points)
    #expect(both.value == y && abs(both.logDeterminant - forward).max().scalar < 1e-14)
    if let inside = row.map.isInImage(y) { #expect(inside.all()) }
  }

  /// The determinant of the Jacobian, which is computed from gradients.
  @Test(arguments: rows)
  func theDeterminantIsThatOfTheJacobian(_ row: BijectorRow) throws {
    let rank = row.map.inputRank
    for index in 0..<row.points.shape[0] where rank == 1 {
      let x = row.points.sliced(index..<index + 1).squeezed(at: 0)
      let y = row.map.forward(x)
      // The first coordinates of the simplex, the lower triangle of a matrix.
      let coordinates =
        row.map.outputRank == 2 ? [0, 2, 3] : Array(0..<3).prefix(x.count).map { $0 }
      let jacobian = coordinates.prefix(x.count).map { place in
        gradient(at: x) { row.map.forward($0).flattened(from: 0).sliced(place..<place + 1).sum() }
      }
      let (_, determinant) = try Tensor.stacked(jacobian).signAndLogDeterminant()
      #expect(y.count >= x.count)
      #expect(Swift.abs(determinant.scalar - row.map.forwardLogDeterminant(x).scalar) < 1e-10)
    }
    if rank == 0 {
      let slope = gradient(at: row.points) { row.map.forward($0).sum() }
      #expect(abs(log(abs(slope)) - row.map.forwardLogDeterminant(row.points)).max().scalar < 1e-11)
    }
  }

  @Test(arguments: rows)
  func gradients(_ row: BijectorRow) {
    let forward = checkGradient(
      of: { x in
        let (y, logDeterminant) = row.map.forwardWithLogDeterminant(x[0])
        return square(y).sum() + logDeterminant.sum()
      }, at: [row.points])
    #expect(forward.passes(), "\(forward)")
    let logDeterminants = checkGradient(
      of: { x in
        let y = row.map.forward(x[0])
        return row.map.inverse(y).sum() + square(row.map.inverseLogDeterminant(y)).sum()
      }, at: [row.points])
    #expect(logDeterminants.passes(), "\(logDeterminants)")
  }

  @Test func theStickIsBrokenAsItShouldBe() {
    // V = (.2, .5, .9), so C = (.2, .4, .36) and .04 is left.
    let v = double([0.2, 0.5, 0.9])
    let offsets = log(double([3, 2, 1]))
    let shares = StickBreakingMap().forward(logit(v) + offsets)
    #expect(abs(shares - double([0.2, 0.4, 0.36, 0.04])).max().scalar < 1e-15)
    let equal = StickBreakingMap().forward(double([0, 0, 0]))
    #expect(abs(equal - 0.25).max().scalar < 1e-15)
  }

  @Test func whatIsOutsideOfTheImage() throws {
    let normal = Normal(mean: double([0.0, 1]), standardDeviation: double([1.0, 2]))
    let logNormal = Transformed(normal, by: ExponentialMap())
    let y = double([[-1, 0], [1, 2]])
    #expect(logNormal.logDensity(of: y).doubles.prefix(2).elementsEqual(twoImpossible))
    #expect(logNormal.cumulative(at: y).doubles.prefix(2) == [0, 0])
    #expect(gradient(at: y) { logNormal.logDensity(of: $0).sliced(1..<2).sum() }.isFinite)
    let matrices = double([[[1, 2], [2, 1]], [[2, 0.5], [0.5, 1]]])
    #expect(CholeskyCovarianceMap(size: 2).isInImage(matrices)?.doubles == [0, 1])
  }

  @Test func aFallingMap() {
    let p = Transformed(
      Normal(mean: 1, standardDeviation: 2), by: AffineMap(shift: double(3), scale: double(-2)))
    let q = Normal(mean: 1, standardDeviation: 4)
    let x = double([-3, 0.0, 1, 8])
    #expect(abs(p.logDensity(of: x) - q.logDensity(of: x)).max().scalar < 1e-14)
    #expect(abs(p.cumulative(at: x) - q.cumulative(at: x)).max().scalar < 1e-15)
    #expect(abs(p.survival(at: x) - q.survival(at: x)).max().scalar < 1e-15)
    let levels = double([0.1, 0.5, 0.99])
    #expect(abs(p.quantile(at: levels) - q.quantile(at: levels)).max().scalar < 1e-13)
  }

  @Test func aMapOfEventsWithFurtherAxes() {
    // Numbers in events of shape [2, 3], and their log-determinants summed.
    let p = Transformed(.standardNormal([2, 3], dtype: .float64), by: SigmoidMap())
    let (samples, densities) = p.sampleWithLogDensity([5], using: Random(seed: 3))
    #expect(samples.shape == [5, 2, 3] && densities.shape == [5])
    #expect(abs(p.logDensity(of: samples) - densities).max().scalar < 1e-12)
    let generator = Pushforward(p, eventShape: []) { $0.sum(along: [-2, -1]) }
    #expect(generator.sample([4], using: Random(seed: 4)).shape == [4])
  }
}
