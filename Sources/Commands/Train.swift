import CommandLine
import Evaluation
import Models
import NN
import Settings
import Training

/// `pushforward train MODEL [options]`.
@Sendable func trainVerb(_ arguments: [String]) {
  let models = NamedRows(
    "pushforward train", "model", registry.map { ($0.kind, $0.summary, $0) },
    usage: "[options]", purpose: "Trains a model.")
  let (row, rest) = models.chosen(by: arguments)
  train(row, trainCommand(row), rest)
}

/// A program that trains one model: `train-vae` is `pushforward train vae`, and with `--resume RUN`
/// `pushforward resume RUN`.
public func train(_ kind: String, as name: String, _ arguments: [String]? = nil) {
  let arguments = arguments ?? processArgumentsOrExit(name)
  guard let row = registry.first(where: { $0.kind == kind }) else {
    fail(.unknownCommand(kind, kind: "model", suggestions: []), name)
  }
  startProcesses(name, isShared: true)
  let command = trainCommand(row, name: name, canResume: true)
  let options = command.parseOrExit(arguments)
  guard case .text(let run)? = options.values["resume"] else {
    return train(row, command, arguments)
  }
  resume(run, command, arguments, expecting: kind)
}

private func train(_ row: ModelRow, _ command: Command, _ arguments: [String]) {
  let options = command.parseOrExit(arguments)
  command.execute {
    try TrainingJob(row, command, options.values).run()
  }
}

/// The command line for training a model.
func trainCommand(
  _ row: ModelRow, name: String? = nil, canResume: Bool = false, operand: String? = nil
) -> Command {
  var groups = settingGroups(of: row).map { OptionGroup($0.title, $0.options) }
  if canResume { groups.append(OptionGroup("Resuming", ResumeSettings.definitions)) }
  return Command(
    name: name ?? "pushforward train \(row.kind)", summary: "Trains \(row.summary).",
    notes: trainNotes + (row.model is any Generative.Type ? "\n\n" + Judging.note : ""),
    operand: operand, groups: groups, elsewhere: optionsOfOthers(than: row))
}

/// All settings for training a model, in groups.
///
/// A model only gets settings that apply to it: without a test loss there is no early stopping.
func settingGroups(of row: ModelRow) -> [OptionGroup] {
  let model = row.model
  let missing = Set(
    (model is any LossModel.Type ? [] : ["early-stop"])
      + (model is any LikelihoodModel.Type ? [] : ["importance-samples"])
      + (model is any Generative.Type ? [] : ["judge"]))
  func own(_ options: [SettingDefinition]) -> [SettingDefinition] {
    options.filter { !missing.contains($0.name) }
  }
  return [
    OptionGroup("Training", TrainingSettings(row).definitions),
    OptionGroup("Model", model.settingDefinitions),
    OptionGroup("Data", DataSettings.definitions),
    OptionGroup("Run", own(RunSettings.definitions)),
    OptionGroup("Evaluation", own(EvaluationSettings.definitions)),
  ]
}

extension Model {
  fileprivate static var settingDefinitions: [SettingDefinition] { Configuration.definitions }
}

extension TrainingSettings {
  /// The defaults of a model.
  init(_ row: ModelRow) {
    self.init()
    (epochs, batchSize, learningRate) = (row.epochs, row.batchSize, row.learningRate)
  }
}

/// The one additional option of the programs that train one model and can resume it.
struct ResumeSettings: SettingGroup {
  @Setting(
    "folder of a run to resume with its own options", placeholder: "RUN", absence: "a new run")
  var resume: String? = nil
}

/// The options of other models that this one lacks, by name.
private func optionsOfOthers(than row: ModelRow) -> [String: [String]] {
  let own = Set(settingGroups(of: row).flatMap { $0.options.map(\.name) })
  var owners: [String: [String]] = [:]
  for other in registry {
    for option in settingGroups(of: other).flatMap(\.options) where !own.contains(option.name) {
      owners[option.name, default: []].append(other.kind)
    }
  }
  return owners
}

private let trainNotes = """
  A new folder is made for each run, such as runs/vae-001, with config.json,
  loss.csv, pictures as PNG and as PGM or PPM, model.safetensors and report.html.
  Ctrl-C ends a run cleanly; pushforward resume RUN continues it to the same
  bytes.

  DATA is a folder with MNIST's four files or with images (PNG, JPEG, PGM, PPM),
  in subfolders or not; a table (.csv, .npy), whose columns are standardised; a
  text; or one of the words drawn (rendered digits), sentences (a generated text),
  moons, eight-gaussians, checkerboard, pinwheel, spirals and swiss-roll (points
  in the plane). Without it, MNIST is read from datasets/mnist if it is there; if
  not, the program trains on digits that it renders itself; a language model
  trains on sentences. To get MNIST: scripts/download-mnist.sh
  """
