import Datasets
import Tensor
import Testing

@Suite struct AugmentationTests {
  private static func versions(
    _ images: LabeledImages, _ augmentation: Augmentation, count: Int, seed: UInt64 = 5
  ) throws -> [Tensor] {
    let batches = try Batches(images, size: 1, augmentation: augmentation)
    let random = Random(seed: seed)
    return (0..<count).flatMap { _ in batches.epoch(shuffledBy: random).map(\.values) }
  }

  @Test func names() {
    #expect(Augmentation.allCases.map(\.rawValue) == ["none", "shift", "elastic"])
  }

  @Test func offAllIsAsWithoutIt() throws {
    let digits = DrawnDigits(trainCount: 50, testCount: 1).train
    let bytes = try [Batches(digits, size: 16), Batches(digits, size: 16, augmentation: .none)]
      .map { $0.epoch(shuffledBy: Random(seed: 1)).flatMap(\.images.scalars) }
    #expect(bytes[0] == bytes[1])
  }

  @Test(arguments: [Augmentation.shift, .elastic]) func orderAndLabelsStay(
    augmentation: Augmentation
  ) throws {
    let images = numbered(100)
    let plain = try Batches(images, size: 32)
    let varied = try Batches(images, size: 32, augmentation: augmentation)
    let (one, other) = (Random(seed: 1), Random(seed: 1))
    for _ in 0..<2 {
      let labels = plain.epoch(shuffledBy: one).map(\.labels)
      #expect(varied.epoch(shuffledBy: other).map(\.labels) == labels)
    }
    #expect(one.bits() == other.bits())
    #expect(varied.images == images && varied.dataset.checksum == images.checksum)
    #expect(varied.count == 100 && varied.imageShape == [2, 3, 1])
  }

  @Test(arguments: [Augmentation.shift, .elastic]) func inOrderNothingIsVaried(
    augmentation: Augmentation
  ) throws {
    let digits = DrawnDigits(trainCount: 20, testCount: 1).train
    let found = try Batches(digits, size: 8, augmentation: augmentation)
      .epoch(shuffledBy: nil).flatMap(\.images.scalars)
    #expect(found == digits.batch(at: Array(0..<20)).images.scalars)
  }

  /// An image's version depends on the epoch and the image, not on the batch that it is in.
  @Test(arguments: [Augmentation.shift, .elastic]) func theBatchDoesNotMatter(
    augmentation: Augmentation
  ) throws {
    let digits = DrawnDigits(trainCount: 20, testCount: 1).train
    let epochs = try [1, 7, 20].map { size in
      try Batches(digits, size: size, augmentation: augmentation)
        .epoch(shuffledBy: Random(seed: 2)).flatMap(\.images.scalars)
    }
    #expect(epochs[1] == epochs[0] && epochs[2] == epochs[0])
  }

  @Test(arguments: [Augmentation.shift, .elastic]) func everyEpochHasItsOwn(
    augmentation: Augmentation
  ) throws {
    let one = DrawnDigits(trainCount: 1, testCount: 1).train
    let versions = try Self.versions(one, augmentation, count: 6).map(\.scalars)
    #expect(Set(versions).count > 3)
    #expect(try Self.versions(one, augmentation, count: 6).map(\.scalars) == versions)
    #expect(try Self.versions(one, augmentation, count: 6, seed: 6).map(\.scalars) != versions)
  }

  /// A run resumed from a stream's state sees the images that it would have seen.
  @Test func aResumedStreamGoesOnWithTheSameVersions() throws {
    let digits = DrawnDigits(trainCount: 10, testCount: 1).train
    let batches = try Batches(digits, size: 4, augmentation: .elastic)
    let random = Random(seed: 9)
    _ = batches.epoch(shuffledBy: random)
    let state = random.state
    let next = batches.epoch(shuffledBy: random).flatMap(\.images.scalars)
    #expect(
      batches.epoch(shuffledBy: Random(state: state)).flatMap(\.images.scalars) == next)
  }

  @Test func theSameAtAnyNumberOfThreads() async {
    await #expect(processExitsWith: .success) {
      let digits = DrawnDigits(trainCount: 64, testCount: 1).train
      let found = try [1, 2, 4].map { threads in
        threadCount = threads
        return try [Augmentation.shift, .elastic].map {
          try Batches(digits, size: 64, augmentation: $0)
            .epoch(shuffledBy: Random(seed: 2)).flatMap(\.images.scalars)
        }
      }
      #expect(found[1] == found[0] && found[2] == found[0])
    }
  }

  // MARK: Values

  @Test func aShiftMovesByWholePixelsAndFillsWithZeros() throws {
    // 29 × 30: by up to two pixels in each direction, 25 offsets.
    let (height, width) = (29, 30)
    let pixels = (0..<height * width).map { UInt8($0 % 255 + 1) }
    let images = LabeledImages(height: height, width: width, pixels: pixels, labels: [0])
    var counts: [[Int]: Int] = [:]
    for version in try Self.versions(images, .shift, count: 1_000) {
      let found = version.scalars.map { Int(($0 * 255).rounded()) }
      let isShifted = { (offset: [Int]) -> Bool in
        (0..<height * width).allSatisfy { place -> Bool in
          let (row, column) = (place / width - offset[0], place % width - offset[1])
          let isInside = (0..<height).contains(row) && (0..<width).contains(column)
          return found[place] == (isInside ? Int(pixels[row * width + column]) : 0)
        }
      }
      let offsets = (0..<25).map { [$0 / 5 - 2, $0 % 5 - 2] }
      let offset = try #require(offsets.first(where: isShifted))
      counts[offset, default: 0] += 1
    }
    #expect(counts.count == 25)
    // Five standard deviations about 40.
    #expect(counts.values.allSatisfy { abs($0 - 40) < 32 })
  }

  @Test func smallImagesShiftByOnePixel() throws {
    let images = LabeledImages(height: 1, width: 1, pixels: [255], labels: [0])
    let values = try Self.versions(images, .shift, count: 200).map { $0.scalars[0] }
    #expect(Set(values) == [0, 1])
  }

  /// If an image's values are coordinates, the distorted image shows the displacement.
  @Test func elasticDisplacementsAreSmoothAndAsLargeAsStated() throws {
    let side = 28
    var pixels: [UInt8] = []
    for place in 0..<side * side {
      pixels += [UInt8(place % side * 8 + 20), UInt8(place / side * 8 + 20), 0]
    }
    let images = LabeledImages(
      height: side, width: side, channels: 3, pixels: pixels, labels: [0])
    var squares = 0.0
    var steepest = 0.0
    var count = 0
    for version in try Self.versions(images, .elastic, count: 300) {
      let values: [Double] = version.scalars.map { (Double($0) * 255 - 20) / 8 }
      for row in 6..<side - 6 {
        for column in 6..<side - 6 {
          let place = 3 * (row * side + column)
          let across = values[place] - Double(column)
          let down = values[place + 1] - Double(row)
          squares += across * across + down * down
          count += 2
          let next = values[place + 3] - Double(column + 1)
          steepest = Swift.max(steepest, Swift.abs(next - across))
        }
      }
    }
    let root = (squares / Double(count)).squareRoot()
    #expect(root > 0.9 && root < 1.35, "\(root)")
    // Rounding to bytes corresponds to an eighth of a pixel.
    #expect(steepest < 1.2, "\(steepest)")
  }

  @Test func anEvenImageStaysEvenButForItsEdges() throws {
    let images = LabeledImages(
      height: 40, width: 30, pixels: [UInt8](repeating: 200, count: 1_200), labels: [0])
    for version in try Self.versions(images, .elastic, count: 20) {
      let scalars = version.scalars
      for row in 12..<28 {
        for column in 12..<18 { #expect(scalars[row * 30 + column] == 200.0 / 255) }
      }
      #expect(scalars.allSatisfy { $0 >= 0 && $0 <= 200.0 / 255 })
    }
  }

  @Test func augmentedImagesAreEnlargedAndBinarised() throws {
    let digits = DrawnDigits(trainCount: 4, testCount: 1).train
    let batch = try #require(
      Batches(digits, size: 4, binarization: .threshold, enlargedTo: 32, augmentation: .elastic)
        .epoch(shuffledBy: Random(seed: 0)).first { _ in true })
    #expect(batch.values.shape == [4, 32, 32, 1])
    #expect(Set(batch.images.scalars) == [0, 1])
  }

  // MARK: Other data

  @Test func onlyImagesAreAugmentedEnlargedAndBinarised() {
    let points = PointData(.moons, count: 3, testCount: 1).train
    for (what, make) in [
      ("augmentation", { try Batches(points, size: 1, augmentation: .shift) }),
      ("binarisation", { try Batches(points, size: 1, binarization: .threshold) }),
      ("enlargement", { try Batches(points, size: 1, enlargedTo: 4) }),
    ] as [(String, () throws -> Batches)] {
      let error = DatasetError.expectedImages(for: what, found: .point)
      #expect(throws: error) { try make() }
      #expect(error.description == "\(what): expected images, found points")
    }
  }
}
