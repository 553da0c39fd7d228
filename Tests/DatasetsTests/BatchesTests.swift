import Datasets
import NN
import Tensor
import Testing

@Suite struct BatchesTests {
  @Test func inOrder() throws {
    let batches = try Batches(numbered(10), size: 4)
    #expect(batches.count == 10)
    #expect(batches.batchesPerEpoch == 3)
    let epoch = Array(batches.epoch(shuffledBy: nil))
    #expect(epoch.map(\.count) == [4, 4, 2])
    #expect(epoch.map(\.labels) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    #expect(epoch.map(\.images.shape) == [[4, 6], [4, 6], [2, 6]])
  }

  @Test func aPartIsWhatTheWholeHasThere() throws {
    let batches = try Batches(
      numbered(10), size: 7, binarization: .stochastic, enlargedTo: 5)
    func epoch() -> [Batch] { Array(batches.epoch(shuffledBy: Random(seed: 2))) }
    for (batch, again) in zip(epoch(), epoch()) {
      let part = 1..<batch.count
      #expect(again.values(of: part) == batch.values.sliced(part))
    }
  }

  @Test func anotherSizeLeavesTheRest() throws {
    let batches = try Batches(numbered(10), size: 4, limit: 9, enlargedTo: 5)
    let resized = batches.resized(to: 7)
    #expect(resized.epoch(shuffledBy: nil).map(\.count) == [7, 2])
    let images = [batches, resized].map { batches in
      batches.epoch(shuffledBy: nil).flatMap(\.images.scalars)
    }
    #expect(images[1] == images[0])
  }

  @Test func pixelsAreGreyValues() throws {
    let images = LabeledImages(height: 1, width: 3, pixels: [0, 51, 255], labels: [7])
    let batch = try #require(
      Batches(images, size: 8).epoch(shuffledBy: nil).first { _ in true })
    #expect(batch.images.scalars[0] == 0)
    #expect(abs(batch.images.scalars[1] - 0.2) < 1e-6)
    #expect(batch.images.scalars[2] == 1)
    #expect(batch.labels == [7])
  }

  @Test func shuffledEpochHasEveryImageOnce() throws {
    let images = numbered(100)
    let epoch = Array(try Batches(images, size: 32).epoch(shuffledBy: Random(seed: 1)))
    #expect(epoch.map(\.count) == [32, 32, 32, 4])
    let order = epoch.flatMap(indices)
    #expect(order != Array(0..<100))
    #expect(order.sorted() == Array(0..<100))
    // Labels stay with their images.
    #expect(epoch.flatMap(\.labels) == order.map { $0 % 10 })
  }

  @Test func everyEpochHasItsOwnOrder() throws {
    let batches = try Batches(numbered(100), size: 32)
    let random = Random(seed: 1)
    let first = batches.epoch(shuffledBy: random).flatMap(indices)
    let second = batches.epoch(shuffledBy: random).flatMap(indices)
    #expect(first != second)
    let again = Random(seed: 1)
    #expect(batches.epoch(shuffledBy: again).flatMap(indices) == first)
    #expect(batches.epoch(shuffledBy: again).flatMap(indices) == second)
  }

  @Test func unusedBatchesDoNotMatter() throws {
    let batches = try Batches(numbered(100), size: 32, binarization: .stochastic)
    let (one, other) = (Random(seed: 1), Random(seed: 1))
    for _ in batches.epoch(shuffledBy: one) {}
    _ = batches.epoch(shuffledBy: other)
    #expect(one.bits() == other.bits())
  }

  @Test func limitTakesTheFirstImages() throws {
    let batches = try Batches(numbered(50), size: 8, limit: 20)
    #expect(batches.count == 20)
    #expect(batches.batchesPerEpoch == 3)
    let order = batches.epoch(shuffledBy: Random(seed: 3)).flatMap(indices)
    #expect(order.sorted() == Array(0..<20))
    #expect(try Batches(numbered(50), size: 8, limit: 50).count == 50)
  }

  @Test(arguments: [3, 4, 128, .max]) func sizeBeyondDataMakesOneBatch(size: Int) throws {
    let epoch = Array(try Batches(numbered(3), size: size).epoch(shuffledBy: nil))
    #expect(epoch.map(\.count) == [3])
  }

  // MARK: Binarisation

  @Test func threshold() throws {
    let images = LabeledImages(height: 2, width: 2, pixels: [0, 127, 128, 255], labels: [0])
    let batches = try Batches(images, size: 1, binarization: .threshold)
    #expect(batches.epoch(shuffledBy: nil).map(\.images.scalars) == [[0, 0, 1, 1]])
  }

  @Test func stochasticDrawsWithTheGreyValueAsProbability() throws {
    let images = LabeledImages(
      height: 1, width: 4_000,
      pixels: [0, 64, 191, 255].flatMap { [UInt8](repeating: $0, count: 1_000) }, labels: [0])
    let batches = try Batches(images, size: 1, binarization: .stochastic)
    let scalars = batches.epoch(shuffledBy: Random(seed: 5)).flatMap(\.images.scalars)
    #expect(Set(scalars) == [0, 1])
    let means = (0..<4).map { scalars[($0 * 1_000)..<(($0 + 1) * 1_000)].reduce(0, +) / 1_000 }
    #expect(means[0] == 0)
    #expect(means[3] == 1)
    // Four standard errors of a mean of 1,000 values are 0.055.
    #expect(abs(means[1] - 64 / 255) < 0.055)
    #expect(abs(means[2] - 191 / 255) < 0.055)
  }

  @Test func stochasticDrawsAfreshEachEpoch() throws {
    let images = LabeledImages(
      height: 10, width: 10, pixels: [UInt8](repeating: 128, count: 300), labels: [0, 1, 2])
    let batches = try Batches(images, size: 1, binarization: .stochastic)
    let random = Random(seed: 5)
    let epoch = batches.epoch(shuffledBy: random)
    let first = epoch.map(\.images.scalars)
    #expect(Set(first).count == 3)
    #expect(epoch.map(\.images.scalars) == first)
    #expect(batches.epoch(shuffledBy: random).map(\.images.scalars) != first)
    let again = batches.epoch(shuffledBy: Random(seed: 5))
    #expect(again.map(\.images.scalars) == first)
  }

  @Test func stochasticInOrderIsTheSameEachTime() throws {
    let images = LabeledImages(
      height: 10, width: 10, pixels: [UInt8](repeating: 128, count: 100), labels: [0])
    let batches = try Batches(images, size: 1, binarization: .stochastic)
    let first = batches.epoch(shuffledBy: nil).flatMap(\.images.scalars)
    #expect(Set(first) == [0, 1])
    #expect(batches.epoch(shuffledBy: nil).flatMap(\.images.scalars) == first)
  }

  @Test func namesOfBinarizations() {
    #expect(Binarization.allCases.map(\.rawValue) == ["none", "threshold", "stochastic"])
  }

  // MARK: Bad input

  @Test(arguments: [0, -1]) func sizeBelowOne(size: Int) {
    let error = DatasetError.batchSizeTooSmall(found: size)
    #expect(throws: error) { try Batches(numbered(3), size: size) }
    #expect(error.description == "batch size: expected at least 1, found \(size)")
  }

  @Test(arguments: [0, -1]) func limitBelowOne(limit: Int) {
    let error = DatasetError.limitTooSmall(found: limit)
    #expect(throws: error) { try Batches(numbered(3), size: 1, limit: limit) }
    #expect(error.description == "limit: expected at least 1 image, found \(limit)")
  }

  @Test func limitBeyondData() {
    let error = DatasetError.limitBeyondData(limit: 4, count: 3)
    #expect(throws: error) { try Batches(numbered(3), size: 1, limit: 4) }
    #expect(
      error.description == "limit: expected at most the 3 images of the data set, found 4")
  }
}

/// The indices of a batch's images in `numbered`, read from their pixels.
private func indices(_ batch: Batch) -> [Int] {
  let length = batch.images.shape[1]
  return (0..<batch.count).map { Int((batch.images.scalars[$0 * length] * 255).rounded()) }
}

/// Any data in batches.
@Suite struct DatasetBatchesTests {
  @Test func pointsInOrderAndShuffled() throws {
    let points = PointData(.moons, count: 10, testCount: 1).train
    let batches = try Batches(points, size: 4, limit: 9)
    #expect(batches.element == .point(dimensions: 2) && batches.imageShape == [2])
    let inOrder = Array(batches.epoch(shuffledBy: nil))
    #expect(inOrder.map(\.values.shape) == [[4, 2], [4, 2], [1, 2]])
    #expect(inOrder.flatMap(\.values.scalars) == Array(points.coordinates.prefix(18)))
    let shuffled = batches.epoch(shuffledBy: Random(seed: 1)).flatMap(\.values.scalars)
    #expect(shuffled != Array(points.coordinates.prefix(18)))
    #expect(shuffled.sorted() == points.coordinates.prefix(18).sorted())
  }

  @Test func anImageKeepsItsShape() throws {
    let images = LabeledImages(
      height: 2, width: 1, channels: 3, pixels: Array(0..<12), labels: [3, 4])
    let batch = images.batch(at: [1, 0])
    #expect(batch.values.shape == [2, 2, 1, 3] && batch.images.shape == [2, 6])
    #expect(batch.labels == [4, 3])
    #expect(images.element == .image(height: 2, width: 1, channels: 3))
    #expect(images.classNames == ["0", "1", "2", "3", "4"])
    #expect(images.unit(2) == "images" && images.unitCount == 2)
  }

  @Test func imagesWithoutClassesHaveNoNames() {
    #expect(
      LabeledImages(height: 1, width: 1, pixels: [1, 2], labels: [0, 0]).classNames.isEmpty)
  }

  @Test func limitsOfOtherDataNameThem() {
    let points = PointData(.moons, count: 3, testCount: 1).train
    let beyond = DatasetError.limitBeyondData(limit: 4, count: 3, of: .point)
    #expect(throws: beyond) { try Batches(points, size: 1, limit: 4) }
    #expect(
      beyond.description == "limit: expected at most the 3 points of the data set, found 4")
    let below = DatasetError.limitTooSmall(found: 0, of: .point)
    #expect(throws: below) { try Batches(points, size: 1, limit: 0) }
    #expect(below.description == "limit: expected at least 1 point, found 0")
  }

  @Test func imagesOfOtherDataStop() async {
    await #expect(processExitsWith: .failure) {
      _ = try Batches(PointData(.moons, count: 3, testCount: 1).train, size: 1).images
    }
    await #expect(processExitsWith: .failure) {
      _ = PointData(.moons, count: 3, testCount: 1).train.batch(at: [3])
    }
  }

  /// The view of any data set that a training loop has.
  @Test func everyKindGoesThroughTheSameLoop() throws {
    let text = try TextData(Array(String(repeating: "abc ", count: 50).utf8), path: "t", window: 8)
    let csv = "a,b,c\n" + (0..<40).map { "\($0),\($0 * $0),\($0 % 3 == 0 ? "x" : "y")\n" }.joined()
    let table = try TableData(
      Table(csv: Array(csv.utf8), path: "t.csv").selecting(target: "c"))
    let sets: [any Dataset] = [
      numbered(20), PointData(.pinwheel, count: 20, testCount: 1).train, table.train, text.train,
    ]
    for dataset in sets {
      let batches = try Batches(dataset, size: 6)
      let epoch = Array(batches.epoch(shuffledBy: Random(seed: 0)))
      #expect(epoch.map(\.count).reduce(0, +) == dataset.count)
      for batch in epoch {
        #expect(batch.values.shape == [batch.count] + dataset.element.shape)
        #expect(dataset.classNames.isEmpty == batch.labels.isEmpty || dataset is LabeledImages)
      }
    }
    #expect(sets.map { $0.unit.plural } == ["images", "points", "rows", "characters"])
  }
}
