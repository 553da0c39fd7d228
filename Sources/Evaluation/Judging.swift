import CommandLine
import Datasets
import Files
import Models
import Settings
import Tensor
import Training

/// Judges a generative model's samples at the end of its run, as requested on the command line.
///
/// ```swift
/// let judging = try Judging(options.judge, data)   // before training: a bad file loses nothing
/// // at the end:
/// try judging.report(to: session, &evaluation) { vae.sample(count: $0, using: random) }
/// ```
///
/// The judge is read from a file, or trained and then kept for later runs in the folder
/// `pushforward` of the user's cache (`$XDG_CACHE_HOME`, or else `~/.cache`), under a name derived
/// from the data. Its training uses none of the run's random numbers.
public struct Judging {
  private enum Source {
    case file(Judge, path: String)
    case training
    case none(reason: String?)
  }

  /// The word that turns judging off, given in place of a file.
  public static let none = "none"
  /// The least number of training images for which a judge is trained automatically.
  static let fewestTrainingImages = 1_000
  /// The greatest height or width of images for which a judge is trained automatically: the time
  /// grows with their area.
  static let largestSide = 32

  /// A paragraph about judging for the help of an executable.
  public static let note = """
    At the end, a classifier judges as many samples as there are test images: how
    clear they are, how far from the test images, how often each class occurs
    (evaluation.json). Without --judge, it is trained on the data, which takes about
    a minute, and kept for later runs in ~/.cache/pushforward.
    """

  /// Whether samples are to be judged; false for `none`.
  let isWanted: Bool
  private let source: Source
  private let data: TrainingData
  private let cache: JudgeCache?

  /// Opens the requested judge.
  ///
  /// - Parameters:
  ///   - choice: A file, `none`, or nil for a judge that is trained automatically.
  ///   - data: The data of the run.
  /// - Throws: `ModelFileError` for a file that is not a judge of images of this size.
  public init(_ choice: String?, _ data: TrainingData) throws {
    try self.init(choice, data, cache: JudgeCache(), isDebug: BuildConfiguration.isDebug)
  }

  init(_ choice: String?, _ data: TrainingData, cache: JudgeCache?, isDebug: Bool) throws {
    self.data = data
    self.cache = cache
    isWanted = choice != Self.none
    guard data.shape.isImage else {
      if let choice, choice != Self.none {
        throw CommandLineError.unsuitableValue(
          option: "--judge", value: choice,
          reason: "expected images for a judge, found \(data.shape.element.exampleNoun.plural)")
      }
      source = .none(reason: nil)
      return
    }
    let images = data.test.images
    let fewest = Self.fewestTrainingImages
    switch choice {
    case Self.none:
      source = .none(reason: nil)
    case let path?:
      if let reason = Self.obstacle(in: data.test) {
        throw CommandLineError.unsuitableValue(option: "--judge", value: path, reason: reason)
      }
      let judge = try Judge(path: path, height: images.height, width: images.width)
      guard try judge.isFinite(on: images) else {
        throw ModelFileError.notFinite(path: path, name: "its judgement of the test images")
      }
      source =
        Self.strangeness(of: data, to: judge).map { .none(reason: $0) } ?? .file(judge, path: path)
    case nil where isDebug:
      source = .none(reason: "training a judge takes hours in a debug build")
    case nil where data.choice != DigitData.drawn && data.train.images.count < fewest:
      source = .none(reason: "a judge is trained on \(Readable.count(fewest)) images or more")
    case nil where max(images.height, images.width) > Self.largestSide:
      let side = Self.largestSide
      source = .none(reason: "a judge is trained on images of \(side)×\(side) pixels or less")
    case nil:
      let reason = Self.obstacle(in: data.test) ?? Self.lackOfClasses(in: data)
      source = reason.map { .none(reason: $0) } ?? .training
    }
  }

  /// The reason why a judge of other images cannot judge these; nil if it can.
  private static func strangeness(of data: TrainingData, to judge: Judge) -> String? {
    let known = judge.classifier.classes
    if !data.hasLabels { return "the images have no labels" }
    return data.classCount > known
      ? "the judge tells \(known) classes apart, and the labels go up to \(data.classCount - 1)"
      : nil
  }

  /// The reason why no judge can be trained on the images; nil if one can.
  private static func lackOfClasses(in data: TrainingData) -> String? {
    if !data.hasLabels { return "the images have no labels" }
    return Set(data.train.images.labels).count < 2 ? "the images are all of one class" : nil
  }

  /// The reason why no judge can handle such images; nil if one can.
  private static func obstacle(in test: Batches) -> String? {
    let (images, side) = (test.images, Classifier.smallestSide)
    if test.imageShape[0] != images.height || test.imageShape[1] != images.width {
      return "expected samples of the size of the data's images, \(images.height)×\(images.width),"
        + " found \(test.imageShape[0])×\(test.imageShape[1])"
    }
    if images.channels != 1 || min(images.height, images.width) < side {
      return "expected grey images of \(side)×\(side) pixels or more, found"
        + " \(images.height)×\(images.width)\(images.channels == 1 ? "" : " in colour")"
    }
    return images.count < 2 ? "expected two test images or more, found \(images.count)" : nil
  }

  /// Judges as many samples as there are test images and, for a model with classes, a hundred of
  /// each; reports the results, adds them to the evaluation and writes that to `evaluation.json`.
  ///
  /// - Parameters:
  ///   - session: The run.
  ///   - evaluation: The model's other results.
  ///   - isInterrupted: Called after every batch.
  ///   - record: How the samples are drawn, recorded before the results.
  ///   - classes: The number of classes that samples can be requested of, and a function that
  ///     generates the given number of samples of a class, `[count, height · width]`, in [0, 1];
  ///     nil for a model without classes.
  ///   - sample: Generates the given number of samples of the same shape.
  /// - Throws: `OutputError` if the file cannot be written.
  public func report(
    to session: some RunLog, _ evaluation: inout Configuration,
    isInterrupted: () -> Bool = { Interrupt.isRequested }, drawn record: Configuration = [:],
    ofClasses classes: (count: Int, sample: (_ label: Int, _ count: Int) -> Tensor)? = nil,
    ofSamples sample: (_ count: Int) -> Tensor
  ) throws {
    try report(to: session, &evaluation, isInterrupted, drawn: record, classes) { judge throws in
      try judge.judgement(
        beside: data.test.images, isInterrupted: isInterrupted, ofSamples: sample)
    }
  }

  /// Judges a model that samples given classes: `sample` generates one sample of each.
  public func report(
    to session: some RunLog, _ evaluation: inout Configuration,
    isInterrupted: () -> Bool = { Interrupt.isRequested },
    ofClasses sample: (_ labels: [Int]) -> Tensor
  ) throws {
    try report(to: session, &evaluation, isInterrupted) { judge throws in
      try judge.judgement(
        beside: data.test.images, isInterrupted: isInterrupted, ofClasses: sample)
    }
  }

  private func report(
    to session: some RunLog, _ evaluation: inout Configuration, _ isInterrupted: () -> Bool,
    drawn record: Configuration = [:],
    _ classes: (count: Int, sample: (_ label: Int, _ count: Int) -> Tensor)? = nil,
    _ judgement: (Judge) throws -> Judge.Judgement?
  ) throws {
    let judge: Judge?
    let name: String
    switch source {
    case .none(let reason):
      if let reason { session.say("the samples are not judged: \(reason)") }
      return
    case .file(let found, let path): (judge, name) = (found, path)
    case .training: (judge, name) = (try trainedJudge(session, isInterrupted), "trained")
    }
    guard let judgement = try judge.flatMap(judgement) else {
      session.say("interrupted before the samples were judged")
      return
    }
    evaluation["judge"] = .text(name)
    for entry in record.entries + judgement.configuration.entries {
      evaluation[entry.name] = entry.value
    }
    let ofClasses = classes.flatMap { classes in
      judge?.accuracy(ofClasses: classes.count, isInterrupted: isInterrupted, classes.sample)
    }
    if let ofClasses { evaluation["conditional-accuracy"] = .number(ofClasses) }
    try session.write(evaluation: evaluation)
    for line in judgement.lines { session.say(line) }
    if let ofClasses {
      session.say(
        "the judge assigns \(Readable.percent(ofClasses)) % of samples to the class requested")
    }
  }

  /// The images a judge is trained on: all training images, regardless of the limit.
  private var trainingImages: LabeledImages {
    // The program rendered no more digits than the limit.
    data.choice == DigitData.drawn ? DrawnDigits().train : data.train.images
  }

  /// The cached judge, or else a new one; nil if its training was interrupted.
  private func trainedJudge(
    _ session: some RunLog, _ isInterrupted: () -> Bool
  ) throws -> Judge? {
    let images = trainingImages
    // Classes missing from its training may still occur among the test images.
    if let judge = cache?.judge(for: images, reporting: session.say),
      judge.classifier.classes >= data.classCount, try judge.isFinite(on: images)
    {
      return judge
    }
    session.say("training a judge of samples on \(Readable.count(images.count)) images, once")
    guard
      let judge = try Judge.trained(
        on: images, classes: max(data.classCount, Int(images.labels.max() ?? 0) + 1),
        isInterrupted: isInterrupted)
    else { return nil }
    do {
      try cache?.keep(judge, for: images)
    } catch {
      session.say("the judge is not cached for the next run: \(error)")
    }
    return judge
  }
}

extension Judge.Judgement {
  /// The scores as recorded in `evaluation.json`.
  var configuration: Configuration {
    var record: Configuration = [
      "judge-accuracy": .number(accuracy), "judged-samples": .integer(count),
      "classifier-score": .number(score), "test-classifier-score": .number(testScore),
      "frechet-distance": .number(frechetDistance), "class-shares": .numbers(classShares),
      "class-entropy-nats": .number(classEntropy),
    ]
    if let precision { record["precision"] = .number(precision) }
    if let recall { record["recall"] = .number(recall) }
    if let conditionalAccuracy { record["conditional-accuracy"] = .number(conditionalAccuracy) }
    return record
  }

  /// The scores as lines to print.
  var lines: [String] {
    let shares = classShares.map { Readable.percent($0) }.joined(separator: ", ")
    let among = precision.flatMap { precision in
      recall.map { recall in
        "\(Readable.percent(precision)) % of the samples lie among the test images (precision),"
          + " \(Readable.percent(recall)) % of these among the samples (recall)"
      }
    }
    return [
      "judged \(Readable.count(count)) samples: classifier score \(Readable.metric(score)) of at most"
        + " \(classShares.count) (test images \(Readable.metric(testScore))), Fréchet distance"
        + " \(Readable.metric(frechetDistance))",
      "classes of the samples in %, 0 to \(classShares.count - 1): \(shares) (entropy"
        + " \(Readable.metric(classEntropy)) nats)",
      "the judge assigns \(Readable.percent(accuracy)) % of the test images to their class"
        + (conditionalAccuracy.map {
          ", \(Readable.percent($0)) % of the samples to the class requested"
        } ?? ""),
    ] + [among].compactMap(\.self)
  }
}
