import Datasets
import Files
import Foundation
import Fuzzing
import ModelSupport
import Models
import NN
import Settings
import Tensor
import TestSupport
import Testing
import Training

@testable import Evaluation

/// Judges and samples whose numbers are too large to compute with, and broken judge files.
@Suite struct AbsurdJudgeTests {
  private static let bars = Bars(trainCount: 1_000, testCount: 20, height: 6)
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func data() throws -> TrainingData {
    try TrainingData(Self.bars, name: "bars", choice: "bars", .init(), batchSize: 128)
  }

  /// A judge in which every number is ±`size`.
  private func judge(size: Double) -> Judge {
    let classifier = Classifier(.conv, height: 6, width: 10, Random(seed: 1))
    for parameter in classifier.parameters {
      let tensor = parameter.parameter.wrappedValue
      let values = (0..<tensor.count).map { $0 % 3 == 0 ? -size : size }
      parameter.parameter.wrappedValue = Tensor(values, shape: tensor.shape)
    }
    return Judge(classifier)
  }

  @Test func aJudgeThatCannotComputeIsRefusedBeforeTraining() throws {
    let path = folder.path + "/judge.safetensors"
    try judge(size: 3e38).save(to: path)
    let error = #expect(throws: ModelFileError.self) {
      try Judging(path, data(), cache: nil, isDebug: true)
    }
    #expect(
      error?.description
        == "'\(path)': expected finite numbers in its judgement of the test images, found others")
  }

  @Test func oneInTheCacheIsReplaced() throws {
    let data = try data()
    let cache = try #require(JudgeCache(environment: ["XDG_CACHE_HOME": folder.path]))
    try cache.keep(judge(size: 3e38), for: Self.bars.train)
    let judging = try Judging(nil, data, cache: cache, isDebug: false)
    let log = try TestLog(in: folder)
    var evaluation = Configuration()
    try judging.report(to: log, &evaluation) { Tensor(filledWith: 0.5, [$0, 60]) }
    guard case .number(let score) = evaluation["classifier-score"] else {
      Issue.record("\(evaluation)")
      return
    }
    #expect(score.isFinite)
  }

  /// Samples that are NaN: the run ends normally, and the figures are null.
  @Test(arguments: [Double.nan, .infinity, 3e38]) func absurdSamplesAreJudged(value: Double) throws
  {
    let path = folder.path + "/judge.safetensors"
    let data = try data()
    try Judge(Classifier(.conv, height: 6, width: 10, Random(seed: 1))).save(to: path)
    let judging = try Judging(path, data, cache: nil, isDebug: true)
    let log = try TestLog(in: folder)
    var evaluation = Configuration()
    try judging.report(to: log, &evaluation) { Tensor(filledWith: value, [$0, 60]) }
    let text = try #require(log.text(of: "evaluation.json"))
    let file = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(file["frechet-distance"] is NSNull)
    #expect(file["judged-samples"] as? Int == 20)
    #expect((file["judge-accuracy"] as? Double)?.isFinite == true)
    #expect(log.lines.contains { $0.hasPrefix("null in evaluation.json") })
  }

  @Test(arguments: [1e20, 1e100, 1e154, 1e160, 1e300, .infinity, .nan])
  func theDistanceOfHugeMomentsIsANumberOrNone(size: Double) {
    func moments(_ factor: Double) -> GaussianMoments {
      let a = Random(seed: 2).normal([5, 9], dtype: .float64)
      return GaussianMoments(
        mean: Tensor(filledWith: factor, [5], dtype: .float64),
        covariance: factor * a.matmul(a, transposeRight: true))
    }
    let distance = moments(size).squaredFrechetDistance(to: moments(1))
    #expect(distance.isFinite == (size <= 1e100) || distance > 0)
    // The covariance of large, equal features is rounding error, and not symmetric.
    let noise = Random(seed: 3).normal([5, 5], dtype: .float64)
    let mean = Tensor.zeros([5], dtype: .float64)
    let rounding = GaussianMoments(mean: mean, covariance: noise)
    #expect(rounding.squaredFrechetDistance(to: rounding).isFinite)
  }

  @Test(.timeLimit(.minutes(60))) func brokenJudges() async {
    await #expect(processExitsWith: .success) {
      threadCount = 1
      let folder = try TemporaryFolder()
      let classifier = Classifier(.conv, height: 6, width: 6, Random(seed: 1))
      let path = folder.path + "/judge"
      // Without checksums, which would detect most damage.
      let tensors = classifier.stateTensors().map { ($0.name, $0.value()) }
      try SafetensorsFile.write(tensors, to: path)
      try SafetensorsFile.write(
        tensors, metadata: classifier.metadata, to: path + "-2")
      let files = try ["judge", "judge-2"].map {
        StructuredFile.safetensors(try folder.bytes(of: $0))
      }
      let images = Bars(trainCount: 2, testCount: 4, height: 6, width: 6).test
      var mutator = Mutator(of: files, tokens: ["conv", "dense", "classifier", "10", "6"], seed: 1)
      let outcome = try fuzz("judges") {
        mutator.next()
      } read: { path in
        let judge = try Judge(path: path, height: 6, width: 6)
        guard try judge.isFinite(on: images) else { throw CocoaError(.fileReadCorruptFile) }
        _ = try judge.judgement(beside: images) { Tensor(filledWith: 0.5, [$0, 36]) }
      }
      // A judge is read only if every name and shape matches the classifier's.
      #expect(
        outcome.excess <= 64 << 20 && outcome.readCount > 0 && outcome.refusedCount > 0,
        "\(outcome)")
    }
  }
}
