import Inference
import Tensor
import Testing

@Suite struct KMeansTests {
  private func column(_ values: [Double]) -> Tensor {
    Tensor(values, shape: [values.count, 1], dtype: .float64)
  }

  /// Three clouds of 40 points in the plane.
  private var clouds: Tensor {
    let random = Random(seed: 5)
    let noise = random.normal([3, 40, 2], dtype: .float64)
    let places = Tensor([[0, 0], [8, 1], [3, 9]], dtype: .float64).expanded(at: 1)
    return (noise + places).reshaped(to: [120, 2])
  }

  @Test func followsTheSweepsByHand() throws {
    let fit = try KMeans.fit(
      column([0, 1, 4, 5]), clusters: 2, start: .centres(column([0, 1])), using: Random(seed: 0))
    // From (0, 1) by (0, 10/3) to (½, 4½).
    let expected = [25, 38.0 / 9, 1, 1]
    #expect(fit.inertias.count <= expected.count)
    for (found, value) in zip(fit.inertias, expected) { #expect(Swift.abs(found - value) < 1e-12) }
    #expect(fit.model.centres.doubles == [0.5, 4.5])
    #expect(fit.assignments == [0, 0, 1, 1])
    #expect(fit.sizes == [2, 2])
    #expect(fit.hasConverged)
  }

  @Test func findsThreeCloudsFromAnyStart() throws {
    for start in [KMeans.Start.plusPlus, .random] {
      let fit = try KMeans.fit(
        clouds, clusters: 3, start: start, starts: 5, using: Random(seed: 1))
      #expect(Set(fit.assignments[0..<40]).count == 1)
      #expect(Set(fit.assignments[40..<80]).count == 1)
      #expect(Set(fit.assignments[80..<120]).count == 1)
      #expect(zip(fit.inertias, fit.inertias.dropFirst()).allSatisfy { $0 >= $1 })
      #expect(fit.model.assignments(of: clouds) == fit.assignments)
      let own = fit.model.centres.gatheredRows(at: fit.assignments)
      #expect(Swift.abs(square(clouds - own).sum().scalar - fit.inertia) < 1e-10 * fit.inertia)
    }
  }

  @Test func weightsCountAsRepeatedRows() throws {
    let start = column([0, 3])
    let weighted = try KMeans.fit(
      column([0, 1, 4, 9]), clusters: 2, start: .centres(start),
      weights: Tensor([1, 3, 0, 2], dtype: .float64), using: Random(seed: 0))
    let repeated = try KMeans.fit(
      column([0, 1, 1, 1, 9, 9]), clusters: 2, start: .centres(start), using: Random(seed: 0))
    #expect(weighted.model.centres.doubles == repeated.model.centres.doubles)
    #expect(weighted.inertia == repeated.inertia)
  }

  @Test func anEmptyClusterTakesTheFarthestPoint() throws {
    let fit = try KMeans.fit(
      column([0, 1, 2, 10]), clusters: 2, start: .centres(column([1, 100])), using: Random(seed: 0))
    #expect(fit.model.centres.doubles == [1, 10])
    #expect(fit.inertia == 2)
  }

  @Test func identicalPointsStayTogether() throws {
    let fit = try KMeans.fit(column([3, 3, 3]), clusters: 2, using: Random(seed: 0))
    #expect(fit.inertia == 0)
    #expect(fit.hasConverged)
    #expect(fit.model.centres.doubles == [3, 3])
  }

  @Test func tellsBadData() {
    let random = Random(seed: 0)
    #expect(throws: MixtureError.tooFewPoints(components: 3, points: 2)) {
      try KMeans.fit(column([1, 2]), clusters: 3, using: random)
    }
    #expect(throws: MixtureError.notFinite(row: 1, column: 0, value: "nan")) {
      try KMeans.fit(column([1, .nan]), clusters: 1, using: random)
    }
    #expect(throws: MixtureError.badWeight(row: 0, value: "-1.0")) {
      try KMeans.fit(
        column([1, 2]), clusters: 1, weights: Tensor([-1, 2], dtype: .float64), using: random)
    }
  }

  @Test func farFromTheOriginNoDigitsAreLost() throws {
    let near = try KMeans.fit(clouds, clusters: 3, using: Random(seed: 2))
    let far = try KMeans.fit(clouds + 0x1p24, clusters: 3, using: Random(seed: 2))
    #expect(near.assignments == far.assignments)
    #expect(Swift.abs(near.inertia - far.inertia) < 1e-6 * near.inertia)
  }

  @Test func theNumberOfThreadsDoesNotMatter() async {
    // The thread count belongs to the whole process.
    await #expect(processExitsWith: .success) {
      let x = Random(seed: 3).normal([5_000, 3], dtype: .float64)
      threadCount = 1
      let one = try KMeans.fit(x, clusters: 4, iterationLimit: 5, using: Random(seed: 4))
      threadCount = 3
      let three = try KMeans.fit(x, clusters: 4, iterationLimit: 5, using: Random(seed: 4))
      #expect(one.inertias == three.inertias)
      #expect(one.model.centres == three.model.centres)
    }
  }
}
