import CommandLine
import Datasets
import Files
import Models
import Settings
import Tensor
import Training

/// The judging of a generative model's samples at the end of its run, as the command line asks for
/// it.
///
/// ```swift
/// let judging = try Judging(options.judge, data)   // before training: a bad file loses nothing
/// // at the end:
/// try judging.report(to: session, &evaluation) { vae.sample(count: $0, using: random) }
/// ```
///
/// The judge is read from a file, or trained on the spot and kept for the next run, in the folder
/// `pushforward` of the user's cache (`$XDG_CACHE_HOME`, or else `~/.cache`), under a name that
/// follows from the data. Its training draws on none of the run's random numbers.
public struct Judging {
  private enum Source {
    case file(Judge, path: String)
    case training
    case none(reason: String?)
  }

  /// The word that stands for no judging where a file could stand.
  public static let none = "none"
  /// The least number of training images that a judge is trained on without being asked for.
  static let fewestTrainingImages = 1_000
  /// The greatest height or width of images that a judge is trained on without being asked for: the
  /// time grows with their area.
  static let largestSide = 32

  /// What the help of an executable says about it, for its notes.
  public static let note = """
    At the end a classifier judges as many samples as there are test images: how
    clear they are, how far from the test images, how often each class occurs
    (evaluation.json). Without --judge it is trained on the data, which takes about
    a minute, and kept for later runs in ~/.cache/pushforward.
    """

  /// Whether anything is to be known of the samples; not with `none`.
  let isWanted: Bool
  private let source: Source
  private let data: TrainingData
  private let cache: JudgeCache?

  /// Opens the judge that was asked for.
  ///
  /// - Parameters:
  ///   - choice: A file, `none`, or nil for a judge that is trained on the spot.
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

  /// Why a judge of other images cannot look at these, if it cannot.
  private static func strangeness(of data: TrainingData, to judge: Judge) -> String? {
    let known = judge.classifier.classes
    if !data.hasLabels { return "the images have no labels" }
    return data.classCount > known
      ? "the judge tells \(known) classes apart, and the labels go up to \(data.classCount - 1)"
      : nil
  }

  /// Why no judge can be trained on the images, if none can.
  private static func lackOfClasses(in data: TrainingData) -> String? {
    if !data.hasLabels { return "the images have no labels" }
    return Set(data.train.images.labels).count < 2 ? "the images are all of one class" : nil
  }

  /// Why no judge can look at such images, if none can.
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

  /// Judges as many samples as there are test images, and of a model that knows classes a hundred of each;
  /// says what came of it, adds it to the evaluation and writes that to `evaluation.json`.
  ///
  /// - Parameters:
  ///   - session: The run.
  ///   - evaluation: What is known of the model besides.
  ///   - isInterrupted: Asked after every batch.
  ///   - record: How the samples are drawn, to be written before what is known of them.
  ///   - classes: The number of classes that samples can be asked of, and what makes so many of a class,
  ///     `[count, height · width]`, in [0, 1]; nil for a model that knows none.
  ///   - sample: Makes so many samples of the same shape.
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

  /// The same of a model whose samples are asked of a class: `sample` makes some of these classes, one of
  /// each.
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
        "the judge puts \(Readable.percent(ofClasses)) % of samples of a class into it")
    }
  }

  /// What a judge is trained on: all training images, whatever the limit.
  private var trainingImages: LabeledImages {
    // Of drawn digits no more were drawn than the limit.
    data.choice == DigitData.drawn ? DrawnDigits().train : data.train.images
  }

  /// The judge that was kept, or else a new one; nil where its training was interrupted.
  private func trainedJudge(
    _ session: some RunLog, _ isInterrupted: () -> Bool
  ) throws -> Judge? {
    let images = trainingImages
    // What it cannot tell apart was not in its training, but may be among the test images.
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
      session.say("the judge is not kept for the next run: \(error)")
    }
    return judge
  }
}

extension Judge.Judgement {
  /// The figures as they stand in `evaluation.json`.
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

  /// The figures for a reader.
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
      "the judge puts \(Readable.percent(accuracy)) % of the test images into their class"
        + (conditionalAccuracy.map {
          ", \(Readable.percent($0)) % of the samples into the class that they were asked of"
        } ?? ""),
    ] + [among].compactMap(\.self)
  }
}
