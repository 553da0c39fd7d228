import CommandLine
import ModelSupport
import Models
import Datasets
import Files
import Foundation
import NN
import Settings
import Tensor
import TestSupport
import Testing
import Training

@testable import Evaluation

/// The source of a run's judge, and the use of its results.
@Suite struct JudgingTests {
  fileprivate static let bars = Bars(trainCount: 1_000, testCount: 20, height: 6)

  let folder: TemporaryFolder
  private var cache: JudgeCache? { JudgeCache(environment: ["XDG_CACHE_HOME": folder.path]) }

  init() throws {
    folder = try TemporaryFolder()
  }

  private func data(_ bars: Bars = bars, choice: String = "bars") throws -> TrainingData {
    try TrainingData(bars, name: "bars", choice: choice, .init(), batchSize: 128)
  }

  /// Judges grey samples, and returns the evaluation and the text of its file.
  @discardableResult
  private func report(
    _ data: TrainingData, choice: String? = nil, isDebug: Bool = false,
    isInterrupted: () -> Bool = { false }
  ) throws -> (evaluation: Configuration, file: String?) {
    let judging = try Judging(choice, data, cache: cache, isDebug: isDebug)
    let log = try TestLog(in: folder)
    var evaluation: Configuration = ["before": .integer(1)]
    try judging.report(to: log, &evaluation, isInterrupted: isInterrupted) {
      Tensor(filledWith: 0.5, [$0, 60])
    }
    return (evaluation, log.text(of: "evaluation.json"))
  }

  @Test func aJudgeIsTrainedOnceAndKept() throws {
    let data = try data()
    let first = try report(data)
    let names = try folder.names(in: "pushforward")
    #expect(names.count == 1)
    #expect(names[0].hasPrefix("judge-\(pushforwardVersion)-\(JudgeCache.arithmetic)-1000x6x10-"))
    #expect(first.evaluation["before"] == .integer(1))
    #expect(first.evaluation["judge"] == .text("trained"))
    #expect(first.evaluation["judged-samples"] == .integer(20))
    let json = try first.evaluation.json()
    #expect(first.file == json)

    // The next run uses it, as a marked file shows: its head always predicts one class.
    let path = folder.path + "/pushforward/" + names[0]
    let kept = try Judge(path: path, height: 6, width: 10)
    #expect(try report(data).file == first.file)
    kept.classifier.head.parameters[1].parameter.wrappedValue =
      Tensor([0, 0, 0, 0, 0, 0, 0, 1e6, 0, 0])
    try kept.save(to: path)
    let marked = try report(data).evaluation["class-shares"]
    #expect(marked == .numbers([0, 0, 0, 0, 0, 0, 0, 1, 0, 0]))

    // A damaged one is replaced.
    try Data("broken".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try report(data).file == first.file)
    #expect(try Judge(path: path, height: 6, width: 10).classifier.parameterCount > 0)
  }

  @Test func aKeptJudgeThatIsNotAsItWasIsNotUsed() throws {
    let cache = try #require(self.cache)
    let images = Self.bars.train
    let judge = Judge(Classifier(.conv, height: 6, width: 10, Random(seed: 1)))
    let path = cache.path(for: images)
    var lines: [String] = []
    func isTaken() -> Bool { cache.judge(for: images, reporting: { lines.append($0) }) != nil }
    #expect(!isTaken() && lines.isEmpty)
    try cache.keep(judge, for: images)
    #expect(isTaken() && lines.isEmpty)

    let name = "pushforward/" + (path as NSString).lastPathComponent
    let bytes = try folder.bytes(of: name)
    // The lowest bit of a weight, which only a checksum detects.
    var damaged = bytes
    damaged[bytes.count - 400] ^= 1
    try Data(damaged).write(to: URL(fileURLWithPath: path))
    #expect(!isTaken())
    #expect(
      lines.last?.hasPrefix(
        "the cached judge is not used: '\(path)' is not a complete safetensors file: its tensors"
          + " have the checksum ") == true, "\(lines)")
    let tensors = judge.classifier.stateTensors().map { (name: $0.name, tensor: $0.value()) }
    try SafetensorsFile.write(tensors, to: path)
    #expect(!isTaken())
    #expect(lines.last?.hasSuffix("'\(path)' is damaged: it has no checksum") == true)
    try cache.keep(judge, for: images)

    for (place, mode) in [(path, 0o660), (folder.path + "/pushforward", 0o777)] {
      #expect(isTaken())
      chmod(place, mode_t(mode))
      #expect(!isTaken())
      #expect(lines.last?.hasSuffix("'\(place)' cannot be trusted: others may write to it") == true)
      try cache.keep(judge, for: images)
    }
    let elsewhere = folder.path + "/elsewhere"
    rename(path, elsewhere)
    symlink(elsewhere, path)
    #expect(!isTaken())
    #expect(lines.last?.hasSuffix("'\(path)' is damaged: it is not a regular file") == true)
    try FileManager.default.removeItem(atPath: path)
    mkfifo(path, 0o600)
    #expect(!isTaken())
    if geteuid() == 0 {
      try cache.keep(judge, for: images)
      chown(path, 12_345, 12_345)
      #expect(!isTaken())
      #expect(lines.last?.hasSuffix("cannot be trusted: it belongs to another user") == true)
    }
    #expect(lines.count == (geteuid() == 0 ? 7 : 6))

    let left = folder.path + "/pushforward/judge.0123456789abcdef.partial"
    try Data([1]).write(to: URL(fileURLWithPath: left))
    _ = isTaken()
    #expect(!FileManager.default.fileExists(atPath: left))
  }

  @Test func whereItCannotBeKeptTheSamplesAreJudgedAllTheSame() throws {
    try Data().write(to: URL(fileURLWithPath: folder.path + "/pushforward"))
    let report = try report(data())
    #expect(report.evaluation["classifier-score"] != nil)
  }

  @Test func aFileIsTakenAsItIs() throws {
    let data = try data()
    let path = folder.path + "/judge.safetensors"
    let judge = Judge(Classifier(.conv, height: 6, width: 10, Random(seed: 1)))
    try judge.save(to: path)
    let judgement = try #require(
      try judge.judgement(beside: data.test.images) { Tensor(filledWith: 0.5, [$0, 60]) })
    // Even in a debug build.
    let found = try report(data, choice: path, isDebug: true).evaluation
    #expect(found["judge"] == .text(path))
    #expect(found["frechet-distance"] == .number(judgement.frechetDistance))
    #expect(found["classifier-score"] == .number(judgement.score))
    #expect(found["test-classifier-score"] == .number(judgement.testScore))
    #expect(found["judge-accuracy"] == .number(judgement.accuracy))
    #expect(found["class-shares"] == .numbers(judgement.classShares))
    #expect(try folder.names(in: "pushforward").isEmpty)
  }

  @Test func aFileThatIsNotAJudgeEndsTheRunBeforeItBegins() throws {
    let path = folder.path + "/judge.safetensors"
    #expect(throws: ModelFileError.self) { try Judging(path, data()) }
    try Judge(Classifier(.conv, height: 8, width: 8, Random(seed: 1))).save(to: path)
    #expect(throws: ModelFileError.self) { try Judging(path, data()) }
    let small = try data(Bars(height: 5))
    let error = #expect(throws: CommandLineError.self) { try Judging("judge", small) }
    #expect(
      error?.description
        == "--judge judge: expected grey images of 6×6 pixels or more, found 5×10")
  }

  @Test func nothingIsJudgedWhereThatIsAskedForOrMakesNoSense() throws {
    let cases: [(choice: String?, data: TrainingData, isDebug: Bool)] = [
      ("none", try data(), false),
      (nil, try data(), true),
      (nil, try data(Bars(trainCount: 999, height: 6)), false),
      (nil, try data(Bars(trainCount: 1_000, height: 5)), false),
      (nil, try data(Bars(trainCount: 1_000, height: 33)), false),
      (nil, try data(Bars(trainCount: 1_000, testCount: 1, height: 6)), false),
      (
        nil,
        try TrainingData(
          Self.bars, name: "bars", choice: "bars", .init(), batchSize: 128, enlargedTo: 12), false
      ),
    ]
    for (choice, data, isDebug) in cases {
      let (evaluation, file) = try report(data, choice: choice, isDebug: isDebug)
      #expect(evaluation == ["before": .integer(1)] && file == nil)
    }
    #expect(try folder.names(in: "pushforward").isEmpty)
  }

  // MARK: Other classes

  /// The same bars with other labels.
  private struct Relabeled: ImageDataset {
    let train: LabeledImages
    let test: LabeledImages
    let hasLabels: Bool

    init(hasLabels: Bool = true, _ label: (UInt8) -> UInt8) {
      func relabeled(_ images: LabeledImages) -> LabeledImages {
        LabeledImages(
          height: images.height, width: images.width, pixels: images.pixels,
          labels: images.labels.map(label))
      }
      train = relabeled(JudgingTests.bars.train)
      test = relabeled(JudgingTests.bars.test)
      self.hasLabels = hasLabels
    }
  }

  private func data(_ dataset: Relabeled) throws -> TrainingData {
    try TrainingData(dataset, name: "bars", choice: "bars", .init(), batchSize: 128)
  }

  @Test func aJudgeIsTrainedOnAsManyClassesAsThereAre() throws {
    let letters = try data(Relabeled { $0 + 11 })
    #expect(letters.classCount == 21)
    for _ in 0..<2 {
      guard case .numbers(let shares) = try report(letters).evaluation["class-shares"] else {
        Issue.record("no shares")
        return
      }
      #expect(shares.count == 21)
    }
    #expect(try folder.names(in: "pushforward").count == 1)
  }

  @Test func imagesOfOneClassOrWithoutLabelsAreNotJudged() throws {
    for dataset in [Relabeled { _ in 3 }, Relabeled(hasLabels: false) { _ in 0 }] {
      // Labels that are all 3 are labels of four classes, three of them empty.
      let (evaluation, file) = try report(data(dataset))
      #expect(evaluation == ["before": .integer(1)] && file == nil)
    }
    #expect(try folder.names(in: "pushforward").isEmpty)
  }

  @Test func aFileOfOtherClassesIsNoFailure() throws {
    let path = folder.path + "/judge.safetensors"
    for classes in [9, 10, 12] {
      try Judge(Classifier(.conv, height: 6, width: 10, classes: classes, Random(seed: 1)))
        .save(to: path)
      #expect(try Judge(path: path, height: 6, width: 10).classifier.classes == classes)
      let (evaluation, file) = try report(data(), choice: path)
      #expect((file == nil) == (classes < 10))
      #expect((evaluation["judge-accuracy"] == nil) == (classes < 10))
    }
  }

  @Test func anInterruptedTrainingKeepsNoJudge() throws {
    let (evaluation, file) = try report(data(), isInterrupted: { true })
    #expect(evaluation == ["before": .integer(1)] && file == nil)
    #expect(try folder.names(in: "pushforward").isEmpty)
  }

  @Test func theCacheIsWhereTheSystemHasIt() {
    let images = Self.bars.train
    func path(_ environment: [String: String]) -> String? {
      JudgeCache(environment: environment)?.path(for: images)
    }
    let name =
      "judge-\(pushforwardVersion)-\(JudgeCache.arithmetic)-1000x6x10-"
      + "\(String(images.checksum, radix: 16)).safetensors"
    #expect(path(["HOME": "/home/a"]) == "/home/a/.cache/pushforward/" + name)
    #expect(path(["HOME": "/home/a", "XDG_CACHE_HOME": "/tmp/c"]) == "/tmp/c/pushforward/" + name)
    #expect(
      path(["HOME": "/home/a", "XDG_CACHE_HOME": "here"]) == "/home/a/.cache/pushforward/" + name)
    #expect(path([:]) == nil)
  }

  /// Judges differ in their last digits if the arithmetic does.
  @Test func eachArithmeticHasAJudgeOfItsOwn() throws {
    let cache = try #require(JudgeCache(environment: ["HOME": "/home/a"]))
    let paths = ["avx-512", "avx2"].map { cache.path(for: Self.bars.train, arithmetic: $0) }
    #expect(paths[0] != paths[1])
    let name = instructionSet.lowercased()
    #expect(JudgeCache.arithmetic.hasPrefix(name))
    #expect(JudgeCache.arithmetic.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" })
  }
}
