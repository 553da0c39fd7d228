import Datasets
import Foundation
import Tensor
import Testing

@Suite struct PointDataTests {
  @Test(arguments: PlaneDistribution.allCases) func shapesAndSizes(
    distribution: PlaneDistribution
  ) {
    let data = PointData(distribution)
    for part in [data.train, data.test] {
      #expect(part.count == 20_000 && part.coordinates.count == 40_000)
      #expect(part.element == .point(dimensions: 2) && part.element.shape == [2])
      #expect(part.coordinates.allSatisfy { abs($0) < 6 })
      let share = 1 / Double(distribution.pieceCount)
      for piece in 0..<distribution.pieceCount {
        let count = part.labels.count { $0 == piece }
        // Five standard deviations of a count.
        let deviation = (20_000 * share * (1 - share)).squareRoot()
        #expect(abs(Double(count) - 20_000 * share) <= 5 * deviation)
      }
    }
    #expect(data.train.coordinates != data.test.coordinates)
    #expect(data.train.unit(1) == "point" && data.train.unit(2) == "points")
    #expect(data.train.unitCount == 20_000)
  }

  @Test func namesAndSummaries() {
    #expect(
      PlaneDistribution.allCases.map(\.rawValue) == [
        "moons", "eight-gaussians", "checkerboard", "pinwheel", "spirals", "swiss-roll",
      ])
    #expect(Set(PlaneDistribution.allCases.map(\.summary)).count == 6)
  }

  @Test(arguments: PlaneDistribution.allCases) func aPointDoesNotDependOnTheCount(
    distribution: PlaneDistribution
  ) {
    let (few, many) = (
      PointData(distribution, count: 101, testCount: 7), PointData(distribution, count: 5_000)
    )
    #expect(few.train.coordinates == Array(many.train.coordinates.prefix(202)))
    #expect(few.train.labels == Array(many.train.labels.prefix(101)))
    #expect(few.test.coordinates == Array(many.test.coordinates.prefix(14)))
    #expect(
      PointData(distribution, count: 101, seed: 1).train.coordinates != few.train.coordinates)
  }

  @Test func theSameAtAnyNumberOfThreads() async {
    await #expect(processExitsWith: .success) {
      let checksums = [1, 2, 3].map { threads in
        threadCount = threads
        return PlaneDistribution.allCases.map { PointData($0).train.checksum }
      }
      #expect(Set(checksums).count == 1)
    }
  }

  @Test func aBatchHasThePointsAskedFor() {
    let points = PointData(.spirals, count: 10, testCount: 1).train
    let indices = [7, 2, 7]
    let batch = points.batch(at: indices)
    #expect(batch.values.shape == [3, 2])
    var expected: [Float] = []
    for index in indices { expected += points.coordinates[2 * index..<2 * index + 2] }
    #expect(batch.values.scalars == expected)
    #expect(batch.labels == indices.map { Int(points.labels[$0]) })
  }

  // MARK: The distributions

  /// The mean of −log p over test points, under the exact density, is the entropy; the expected
  /// values come from another program's points.
  @Test(arguments: [
    (PlaneDistribution.moons, 0.999, 0.05), (.eightGaussians, 1.690, 0.03),
    (.checkerboard, log(8), 1e-9),
  ]) func theEntropyIsThatOfTheDensity(
    distribution: PlaneDistribution, entropy: Double, tolerance: Double
  ) {
    let points = PointData(distribution, count: 1, testCount: 20_000).test.coordinates
    let count = distribution == .moons ? 4_000 : 20_000
    var sum = 0.0
    for index in 0..<count {
      sum -= logDensity(distribution, Double(points[2 * index]), Double(points[2 * index + 1]))
    }
    #expect(abs(sum / Double(count) - entropy) < tolerance)
  }

  @Test func pinwheelsArmsAreThoseOfTheFormula() {
    let points = PointData(.pinwheel, count: 5_000, testCount: 1).train
    var radial: [Double] = []
    var tangential: [Double] = []
    for index in 0..<points.count {
      let x = Double(points.coordinates[2 * index]) / 2
      let y = Double(points.coordinates[2 * index + 1]) / 2
      let arm = 2 * Double.pi * Double(points.labels[index]) / 5
      // (r, t) rotated by an angle that depends on r: r² + t² = x² + y², and t is small.
      var along = (x * x + y * y).squareRoot()
      var across = 0.0
      for _ in 0..<50 {
        let angle = arm + 0.25 * exp(along)
        across = cos(angle) * y - sin(angle) * x
        along = max(x * x + y * y - across * across, 0).squareRoot()
      }
      radial.append(along)
      tangential.append(across)
    }
    let mean = radial.reduce(0, +) / 5_000
    let variance = radial.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5_000
    #expect(abs(mean - 1) < 0.03)
    #expect(abs(variance.squareRoot() - 0.3) < 0.02)
    // Near r = 0 the equation has other solutions; nine in ten points are far from there.
    let near = tangential.map { abs($0) }.sorted().prefix(4_500)
    #expect(near.allSatisfy { $0 < 0.15 })
  }

  @Test func spiralsAreNearTheirCurve() {
    let points = PointData(.spirals, count: 500, testCount: 1).train
    let found = distance(from: points) { share in
      let angle = 3 * Double.pi * share
      return (-angle * cos(angle) / 3, angle * sin(angle) / 3)
    }
    #expect(found > 0.08 && found < 0.12)
  }

  @Test func theRollIsNearItsCurve() {
    let points = PointData(.swissRoll, count: 500, testCount: 1).train
    let found = distance(from: points) { share in
      let angle = 1.5 * Double.pi * (1 + 2 * share)
      return (angle * cos(angle) / 5, angle * sin(angle) / 5)
    }
    #expect(found > 0.16 && found < 0.24)
  }

  /// The root mean square of the points' distances from a curve.
  ///
  /// It is the standard deviation of the noise, because one of its two dimensions is across the
  /// curve. Points with the label 1 are on the other side of the origin.
  private func distance(
    from points: Points, _ curve: (Double) -> (x: Double, y: Double)
  ) -> Double {
    let nodes = (0...2_000).map { curve(Double($0) / 2_000) }
    var sum = 0.0
    for index in 0..<points.count {
      let sign: Double = points.labels[index] == 1 ? -1 : 1
      let x = sign * Double(points.coordinates[2 * index])
      let y = sign * Double(points.coordinates[2 * index + 1])
      var nearest = Double.infinity
      for node in nodes {
        let square = (node.x - x) * (node.x - x) + (node.y - y) * (node.y - y)
        nearest = min(nearest, square)
      }
      sum += nearest
    }
    return (sum / Double(points.count)).squareRoot()
  }

  @Test func countsBelowOneStop() async {
    await #expect(processExitsWith: .failure) { _ = PointData(.moons, count: 0) }
  }
}

/// The exact log density of three of the distributions.
private func logDensity(_ distribution: PlaneDistribution, _ x: Double, _ y: Double) -> Double {
  /// The density at the point of a Gaussian with this centre and standard deviation.
  func gaussian(_ centreX: Double, _ centreY: Double, _ deviation: Double) -> Double {
    let square = (x - centreX) * (x - centreX) + (y - centreY) * (y - centreY)
    let variance = deviation * deviation
    return exp(-square / (2 * variance)) / (2 * Double.pi * variance)
  }
  var density = 0.0
  switch distribution {
  case .eightGaussians:
    for k in 0..<8 {
      let angle = Double(k) * .pi / 4
      density += gaussian(2 * cos(angle), 2 * sin(angle), 0.2) / 8
    }
  case .moons:
    // The midpoints of 400 equal pieces of each arc.
    for k in 0..<400 {
      let angle = (Double(k) + 0.5) / 400 * Double.pi
      density += gaussian(cos(angle), sin(angle), 0.1) / 800
      density += gaussian(1 - cos(angle), 0.5 - sin(angle), 0.1) / 800
    }
  case .checkerboard:
    let column = Int((x + 2).rounded(.down))
    let row = Int((y + 2).rounded(.down))
    let isInside = (0..<4).contains(column) && (0..<4).contains(row)
    density = isInside && (column + row) % 2 == 0 ? 0.125 : 0
  default: density = .nan
  }
  return log(density)
}
