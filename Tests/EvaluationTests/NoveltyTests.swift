import Datasets
import Tensor
import TestSupport
import Testing

@testable import Evaluation

@Suite struct NoveltyTests {
  private let bars = Bars(trainCount: 200, testCount: 30, height: 6)

  private func novelty(of samples: Tensor, isInterrupted: Bool = false) throws -> Novelty? {
    Novelty(
      of: samples, beside: try Batches(bars.test, size: 8),
      among: try Batches(bars.train, size: 64),
      isInterrupted: { isInterrupted })
  }

  @Test func repeatedTrainingImagesAreFound() throws {
    let rows = [150, 3, 77, 199]
    let samples = Tensor(bytes: bars.train.pixels, rows: rows, rowLength: 60)
    let found = try #require(try novelty(of: samples))
    #expect(found.sampleDistance == 0)
    #expect(found.pairs.nearest == samples && found.pairs.samples == samples)
  }

  /// A constant change to all pixels is the distance.
  @Test func distancesAreThoseOfAPixel() throws {
    let images = Tensor(bytes: bars.train.pixels, rows: [5, 6], rowLength: 60)
    let found = try #require(try novelty(of: images + 0.01))
    #expect(abs(found.sampleDistance - 0.01) < 1e-5)
    #expect(found.pairs.nearest == images)
  }

  @Test func noiseIsFartherThanTestImages() throws {
    let found = try #require(try novelty(of: Random(seed: 1).uniform([4, 60])))
    #expect(found.sampleDistance > found.testDistance + 0.1)
  }

  @Test func itStopsWhenInterrupted() throws {
    let samples = Tensor.zeros([3, 60])
    #expect(try novelty(of: samples, isInterrupted: true) == nil)
  }
}
