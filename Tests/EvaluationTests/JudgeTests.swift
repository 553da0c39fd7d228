import ModelSupport
import Models
import Datasets
import Files
import Foundation
import NN
import Tensor
import TestSupport
import Testing
import Training

@testable import Evaluation

/// The judge of bright bars, small enough for a debug build.
@Suite struct JudgeTests {
  /// Trained once for all tests: training is deterministic, as a separate test checks.
  private static let data = Bars(trainCount: 2_000, testCount: 60, height: 6)
  private nonisolated(unsafe) static let judge = Result { try Judge.trained(on: data.train) }

  private var test: LabeledImages { Self.data.test }

  private func judge() throws -> Judge { try #require(try Self.judge.get()) }

  /// The test images from an index on, as samples.
  private func images(_ images: LabeledImages) -> (Int) -> Tensor {
    var next = 0
    return { count in
      defer { next += count }
      return Tensor(bytes: images.pixels, rows: next..<next + count, rowLength: 60)
    }
  }

  @Test func itLearnsToTellTheClassesApart() throws {
    let judgement = try judge().judgement(beside: test, ofSamples: images(test))
    #expect(try #require(judgement).accuracy > 0.95)
  }

  @Test func ofTheTestImagesThemselvesItFindsNoDistance() throws {
    let found = try judge().judgement(beside: test, ofSamples: images(test))
    let judgement = try #require(found)
    #expect(judgement.count == 60)
    #expect(judgement.frechetDistance < 1e-6 * 60)
    #expect(judgement.score == judgement.testScore && judgement.score > 3)
    #expect(judgement.classShares.count == 10)
    #expect(abs(judgement.classShares.reduce(0, +) - 1) < 1e-12)
  }

  @Test func otherImagesOfTheSameKindAreNearAndNoiseIsFar() throws {
    let random = Random(seed: 1)
    let others = Bars(trainCount: 60, height: 6).train
    let near = try judge().judgement(beside: test, ofSamples: images(others))
    let far = try judge().judgement(beside: test) { random.uniform([$0, 60]) }
    let (good, bad) = (try #require(near), try #require(far))
    #expect(good.frechetDistance < 0.1 * bad.frechetDistance)
    #expect(good.score > bad.score)
  }

  @Test func samplesOfOneClassAreSeenAsSuch() throws {
    let label = test.labels[3]
    let row = Tensor(bytes: test.pixels, rows: [3], rowLength: 60)
    let judgement = try judge().judgement(beside: test) { row.broadcast(to: [$0, 60]) }
    let found = try #require(judgement)
    #expect(found.classShares[Int(label)] == 1)
    #expect(abs(found.score - 1) < 1e-6)
  }

  @Test func theSameImagesGiveTheSameJudgeAndOthersAnother() throws {
    let few = Bars(trainCount: 100, height: 6)
    func weights(_ images: LabeledImages) throws -> [Tensor] {
      let judge = try #require(try Judge.trained(on: images))
      return judge.classifier.parameters.map(\.parameter.wrappedValue)
    }
    let first = try weights(few.train)
    #expect(try weights(few.train) == first)
    #expect(try weights(few.test) != first)
  }

  @Test func aJudgeFromAFileSaysTheSame() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/judge.safetensors"
    try judge().save(to: path)
    let other = try Judge(path: path, height: 6, width: 10)
    let others = Bars(trainCount: 60, height: 6).train
    let first = try judge().judgement(beside: test, ofSamples: images(others))
    #expect(try other.judgement(beside: test, ofSamples: images(others)) == first)
  }

  @Test func aFileForOtherImagesIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/judge.safetensors"
    try judge().save(to: path)
    let error = #expect(throws: ModelFileError.self) {
      try Judge(path: path, height: 8, width: 8)
    }
    #expect(
      error?.description
        == "'\(path)': expected shape in its metadata to be '8,8,1', found '6,10,1'")
    let dense = Classifier(.dense, height: 6, width: 10, Random(seed: 0))
    try dense.save(to: path)
    let other = #expect(throws: ModelFileError.self) { try Judge(path: path, height: 6, width: 10) }
    #expect(
      other?.description
        == "'\(path)': expected architecture in its metadata to be 'conv', found 'dense'")
  }

  @Test func itStopsWhenInterrupted() throws {
    #expect(try Judge.trained(on: Self.data.train) { true } == nil)
    var asked = 0
    let judgement = try judge().judgement(
      beside: test,
      isInterrupted: {
        asked += 1; return true
      }, ofSamples: images(test))
    #expect(judgement == nil && asked == 1)
  }
}
