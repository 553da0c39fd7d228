import CommandLine
import Datasets
import Evaluation
import Explore
import Models
import NN
import Settings
import Tensor
import Trainers
import Training

/// One training, new or resumed: data, model, trainer, run, evaluation.
struct TrainingJob {
  private let row: ModelRow
  private let configuration: Configuration
  private let training: TrainingSettings
  private let dataSettings: DataSettings
  private let runSettings: RunSettings
  private let evaluation: EvaluationSettings
  private let resume: String?

  /// Takes a command's values.
  init(
    _ row: ModelRow, _ command: Command, _ values: Configuration, resuming run: String? = nil
  ) throws {
    self.row = row
    resume = run
    training = try TrainingSettings(values)
    dataSettings = try DataSettings(values)
    runSettings = try RunSettings(values)
    evaluation = try EvaluationSettings(values)
    var configuration: Configuration = [
      "model": .text(row.kind), "version": .text(pushforwardVersion),
    ]
    for entry in values.entries where entry.name != "resume" {
      configuration[entry.name] = entry.value
    }
    configuration.changeableNames = values.changeableNames
    self.configuration = configuration
  }

  /// Trains, evaluates and reports the results.
  func run() throws {
    if let threads = runSettings.threads { threadCount = threads } else { shareProcessors() }
    try train(row.model)
  }

  private func train<M: Model>(_ type: M.Type) throws {
    let settings = try M.Configuration(configuration)
    let processes = try Processes(
      .world, shards: training.shards, batchSize: training.batchSize)
    if let choice = dataSettings.data, try DataKind(of: choice).isText {
      // Before the data are read.
      try check(settings, for: DataShape(.window(length: 1, vocabulary: 1)), choice)
    }
    let data = try TrainingData(
      dataSettings, batchSize: training.batchSize, seed: UInt64(runSettings.seed),
      needs: row.needs(with: settings), isCancelled: { Interrupt.isRequested })
    try processes.checkAgreement(on: "version", pushforwardVersion)
    try processes.checkAgreement(on: "options", try configuration.lasting.json())
    try processes.checkAgreement(on: "data", data.checksum)
    try checkLabels(of: data, settings)
    try check(settings, for: data.shape, data.choice)
    let judging = try Judging(evaluation.judge, data)
    let memory = MemoryEstimate(
      of: size(of: type, settings, data), batch: data.train.largestBatch, epochs: training.epochs)
    try memory.check(smaller: smallerOptions(type, settings, data))
    let random = Random(seed: UInt64(runSettings.seed))
    let model = M(settings, for: data.shape, using: random.split())
    let trainer = try makeTrainer(
      model, data, learningRate: training.rate, using: random.split(), processes: processes)
    guard processes.communicator.isFirst else {
      return follow(trainer, processes)
    }
    let session = try TrainingSession(
      row.kind, .init(training: training, run: runSettings, resume: resume), configuration, data,
      model: [model.outline, "\(Readable.count(model.parameterCount)) parameters"]
        .filter { !$0.isEmpty }.joined(separator: ", "),
      isExplorable: ExplorePage.canShow(model), memory: memory, processes: processes)
    try train(model, trainer, session, judging, data, using: random.split())
  }

  private func follow(_ trainer: some Trainer, _ processes: Processes) {
    processes.follow(
      trainer, epochs: training.epochs, stoppingAfter: runSettings.earlyStop)
  }

  private func train(
    _ model: some Model, _ trainer: some Trainer, _ session: TrainingSession, _ judging: Judging,
    _ data: TrainingData, using random: Random
  ) throws {
    guard
      let figures = try session.train(
        trainer, keeping: KeptModel(model, average: trainer.average))
    else { return }
    trainer.finish()
    try session.folder.write(model)
    session.say(closingLine(trainer.charts, figures))
    if let entropy = data.entropy {
      let (nats, noun) = (Readable.metric(entropy), data.shape.element.noun.singular)
      let bits = Readable.metric(entropy / 0.6931471805599453)
      session.say(
        "the data's entropy is \(nats) nats, \(bits) bits per \(noun): no model can be better"
      )
    }
    session.list([
      "config.json": "settings, seed and version",
      "loss.csv": "figures by epoch",
      RunFolder.checkpointName: "where a resumed run continues",
    ])
    if runSettings.logEvery != nil { session.list(["steps.csv": "figures by step"]) }
    if !trainer.testColumns.isEmpty {
      session.list([KeptModel.bestName: "the model with the lowest test loss"])
    }
    session.listPictures(of: trainer)
    for picture in trainer.finalPictures() {
      try session.folder.write(picture.picture, to: picture.name)
      session.list(["\(picture.name).\(picture.picture.fileExtension)": picture.contents])
    }
    session.list([RunFolder.modelName: "the trained model"])
    var known = Configuration()
    do {
      try writeExtras(model, trainer, session, data)
      known = try evaluateModel(
        model, train: data.train, test: data.test, evaluation, judging, session,
        noise: trainer.evaluationRandom, using: random)
    } catch is CancellationError {
      session.say("interrupted before the evaluation was complete")
    }
    try session.finish(known)
  }
}

extension TrainingJob {
  /// Throws a `CommandLineError` for settings that do not suit each other or the data.
  private func check<Settings: ModelConfiguration>(
    _ settings: Settings, for shape: DataShape, _ choice: String
  ) throws(CommandLineError) {
    do {
      try settings.check(for: shape)
    } catch {
      let isOption = Settings.definitions.contains { $0.name == error.name }
      throw .unsuitableValue(
        option: isOption ? "--\(error.name)" : "--data", value: isOption ? error.value : choice,
        reason: isOption ? error.reason : "\(error.reason), found \(error.value)")
    }
  }

  /// Throws a `CommandLineError` where a model that learns classes finds fewer than two.
  private func checkLabels(
    of data: TrainingData, _ settings: some ModelConfiguration
  ) throws(CommandLineError) {
    guard row.model.needsLabels || settings.needsLabels else { return }
    if !data.hasLabels, case .row = data.shape.element {
      guard let target = dataSettings.target else {
        throw .missingOption("--target", placeholder: "NAME, the column of classes,")
      }
      throw .unsuitableValue(
        option: "--target", value: target,
        reason: "expected a column of texts, which are classes, found numbers")
    }
    guard data.shape.isImage else { return }
    let labels = Set(data.train.images.labels)
    if let label = labels.first, labels.count == 1 {
      throw .unsuitableValue(
        option: "--data", value: data.choice,
        reason: "expected labels of two classes or more, found all to be \(label)")
    }
  }

  /// The size of a model with these settings.
  private func size<M: Model>(
    of type: M.Type, _ settings: M.Configuration, _ data: TrainingData
  ) -> ModelSize {
    let size = ModelSize.measured(for: data.shape) {
      M(settings, for: data.shape, using: Random(seed: 0))
    }
    // The layers of a language model are applied at each position of a window.
    let passes = settings.passesPerExample * data.shape.element.unitsPerExample
    let outputs = size.outputs.multipliedReportingOverflow(by: passes)
    return ModelSize(
      parameters: size.parameters, outputs: outputs.overflow ? Int.max : outputs.partialValue)
  }

  /// Options, among them the batch size, whose defaults would make the model smaller.
  private func smallerOptions<M: Model>(
    _ type: M.Type, _ settings: M.Configuration, _ data: TrainingData
  ) -> [String] {
    func bytes(_ settings: M.Configuration) -> Int {
      MemoryEstimate(
        of: size(of: type, settings, data), batch: data.train.largestBatch, epochs: training.epochs
      ).bytes
    }
    let own = bytes(settings)
    let options = M.Configuration.definitions.filter { definition in
      var record = settings.record
      record[definition.name] = definition.defaultValue
      guard let other = try? M.Configuration(record), (try? other.check(for: data.shape)) != nil
      else { return false }
      return bytes(other) < own
    }
    return options.map(\.flag) + ["--batch-size"]
  }
}

extension ModelRow {
  /// The data requirements of a model with these settings.
  func needs(with settings: some ModelConfiguration) -> TrainingData.Needs {
    var needs: TrainingData.Needs = []
    if model is any LossModel.Type { needs.insert(.test) }
    if model.needsLabels || settings.needsLabels { needs.insert(.labels) }
    if model.needsText { needs.insert(.text) }
    return needs
  }

  /// The data requirements of a model whose run recorded these settings.
  func needs(with record: Configuration) throws -> TrainingData.Needs {
    func settings<M: Model>(_ type: M.Type) throws -> any ModelConfiguration {
      try M.Configuration(record)
    }
    return needs(with: try settings(model))
  }
}

/// The figures of the last epoch, on the test examples if there are any: `test loss 102.85, test
/// reconstruction 77.1, test KL 25.7 nats per image`.
private func closingLine(_ charts: [Chart], _ figures: [String: Double]) -> String {
  let parts = charts.map { chart in
    let columns = chart.columns.filter { $0.hasPrefix("test_") }
    let texts = (columns.isEmpty ? chart.columns : columns).map { column in
      // The title keeps its capitals: `test KL` for the column `test_kl`.
      let label = chart.label(of: column)
      let name = label == column ? column.replacing("_", with: " ") : "\(label) \(chart.title)"
      return name + " " + Readable.metric(figures[column, default: .nan])
    }
    return (text: texts.joined(separator: ", "), unit: chart.unit)
  }
  // A unit is printed once, after all the figures that share it.
  return parts.indices.map { index in
    let isLast = index + 1 == parts.count || parts[index + 1].unit != parts[index].unit
    return parts[index].text + (isLast ? " \(parts[index].unit)" : "")
  }.joined(separator: ", ")
}
