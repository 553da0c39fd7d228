import CommandLine
import Datasets
import Evaluation
import Files
import Models
import NN
import Settings
import Tensor
import Training

/// `pushforward evaluate RUN [options]`: evaluates the model of a finished run (again).
@Sendable func evaluateVerb(_ arguments: [String]) {
  let command = Command(
    name: "pushforward evaluate",
    summary: "Evaluates the model of a finished run on the run's data, and writes evaluation.json.",
    operand: "RUN",
    groups: [
      OptionGroup("Options", EvaluationSettings.definitions + EvaluateSettings.definitions),
      // Samples are of all classes.
      OptionGroup(
        "Options that some models take", SteeringSettings.definitions.filter { $0.name != "class" }),
    ])
  let options = command.parseOrExit(arguments)
  command.execute {
    guard let run = options.operand else {
      throw CommandLineError.missingOption("RUN,", placeholder: "the folder of a run,")
    }
    do {
      try evaluate(
        run, EvaluationSettings(options.values), EvaluateSettings(options.values),
        SteeringSettings(options.values))
    } catch let error as ResumeError {
      throw UnusableRun(error: error, purpose: "evaluate")
    }
  }
}

/// The options of `pushforward evaluate` besides those of runs.
private struct EvaluateSettings: SettingGroup {
  @Setting(
    "images or a text: report only their log p(x)", placeholder: "PATH",
    absence: "the run's test examples") var examples: String? = nil
  @Setting(
    "folder with the run's data, if it was moved", placeholder: "DIR",
    absence: "the run's") var data: String? = nil
  @Setting("threads; results do not depend on it", in: 1...256, absence: "all processors")
  var threads: Int? = nil
  @Setting("print nothing but errors") var quiet = false
}

private func evaluate(
  _ path: String, _ evaluation: EvaluationSettings, _ settings: EvaluateSettings,
  _ steering: SteeringSettings
) throws {
  if let threads = settings.threads { threadCount = threads }
  let recorded = try RecordedRun(path: path)
  let row = try registryRow(of: recorded)
  try check(evaluation, for: row)
  if let examples = settings.examples {
    return try evaluate(examples, by: row, recorded, evaluation, settings)
  }
  var judging: Judging?
  let opened = try OpenedRun(recorded, data: settings.data) {
    judging = try Judging(evaluation.judge, $0)
  }
  guard let judging else { return }
  let (model, data, folder) = (opened.model, opened.data, opened.folder)
  try steering.check { (options) throws(UnsuitableSetting) in
    var options = options
    if options.guidance != nil { options.label = 0 }
    try SamplingChoices(of: model).check(options, of: row.kind)
  }
  // The same streams as at the end of the run.
  let random = Random(seed: opened.seed)
  let (_, training) = (random.split(), random.split())
  let noise = TrainingStreams(splitOff: training).evaluation
  let log = EvaluationLog(folder: folder, isQuiet: settings.quiet)
  let known = try evaluateModel(
    model, train: data.train, test: data.test, evaluation, judging, sampling: steering.options, log,
    noise: noise, using: random.split())
  if known.entries.isEmpty, !(model is any Generative) {
    log.say("a model '\(row.kind)' has no evaluation beyond loss.csv")
  }
}

/// Reports log p(x) of given examples.
private func evaluate(
  _ examples: String, by row: ModelRow, _ recorded: RecordedRun, _ evaluation: EvaluationSettings,
  _ settings: EvaluateSettings
) throws {
  let folder = try RunFolder(resuming: recorded.path)
  let given = try GivenExamples(
    examples, by: try row.model.open(folder.path(of: RunFolder.modelName)),
    samples: evaluation.importanceSamples, using: Random(seed: 0))
  try folder.write(given.table, to: GivenExamples.tableName)
  let log = EvaluationLog(folder: folder, isQuiet: settings.quiet)
  log.say(given.summary(examples))
  log.list([GivenExamples.tableName: "log p(x) of each"])
}

/// Throws for evaluations that a model does not support.
private func check(_ evaluation: EvaluationSettings, for row: ModelRow) throws(CommandLineError) {
  if let count = evaluation.importanceSamples, !(row.model is any LikelihoodModel.Type) {
    throw .unsuitableValue(
      option: "--importance-samples", value: "\(count)",
      reason: "expected a model with an estimate of log p(x), found '\(row.kind)'")
  }
  if let judge = evaluation.judge, judge != Judging.none, !(row.model is any Generative.Type) {
    throw .unsuitableValue(
      option: "--judge", value: judge,
      reason: "expected a model that makes samples, found '\(row.kind)'")
  }
}

/// The log of an evaluation outside a training run.
private struct EvaluationLog: RunLog {
  let folder: RunFolder
  let isQuiet: Bool

  func say(_ line: String) { if !isQuiet { Console.printLine(line) } }

  func list(_ files: KeyValuePairs<String, String>) {
    for (name, contents) in files { say(line(of: name, contents)) }
  }
}
