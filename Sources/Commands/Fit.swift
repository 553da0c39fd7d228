import CommandLine
import Datasets
import Fitting
import Results
import Settings
import Tensor
import Training

/// `pushforward fit METHOD [options]`.
@Sendable func fitVerb(_ arguments: [String]) {
  let methods = NamedRows(
    "pushforward fit", "method", fitRegistry.map { ($0.name, $0.summary, $0) },
    usage: "--data FILE [options]", purpose: "Fits a model to a table.")
  let (method, rest) = methods.chosen(by: arguments)
  run(method, rest)
}

private func run<Method: FitMethod>(_ method: Method.Type, _ arguments: [String]) {
  let shared = FitSettings.definitions.filter { $0.name != "target" || Method.takesTarget }
  func isRefused(_ option: SettingDefinition) -> Bool {
    option.name == "weights" && Method.noWeights != nil
  }
  let command = Command(
    name: "pushforward fit \(Method.name)", summary: "Fits \(Method.summary).",
    notes: (Method.notes.isEmpty ? "" : Method.notes + "\n\n")
      + (Method.noWeights.map { "There is no --weights: \($0).\n\n" } ?? "") + fitNotes,
    groups: [
      OptionGroup("Method", Method.definitions),
      OptionGroup("Data and output", shared.filter { !isRefused($0) }),
      OptionGroup(hidden: shared.filter(isRefused)),
    ])
  let options = command.parseOrExit(arguments)
  command.execute {
    var values = options.values
    if let reason = Method.noWeights {
      if case .text(let column)? = values["weights"] {
        throw CommandLineError.unsuitableValue(
          option: "--weights", value: column, reason: "rows have no weights here: \(reason)")
      }
      values["weights"] = nil
    }
    try fit(Method(values), FitSettings(values), values)
  }
}

private func fit<Method: FitMethod>(
  _ method: Method, _ settings: FitSettings, _ values: Configuration
) throws {
  if let threads = settings.threads { threadCount = threads }
  if Method.needsData, settings.data == nil {
    throw CommandLineError.missingOption("--data", placeholder: "FILE")
  }
  if Method.needsTarget, settings.target == nil {
    throw CommandLineError.missingOption("--target", placeholder: "NAME")
  }
  let results = try method.fit(reading: settings, using: Random(seed: UInt64(settings.seed)))
  try Interrupt.check()
  let folder = try RunFolder(in: settings.out, name: Method.name)
  var configuration: Configuration = ["method": .text(Method.name)]
  for entry in values.entries { configuration[entry.name] = entry.value }
  try folder.write(configuration)
  for file in try results.files(valuesName: "result.json") {
    try folder.write(file.bytes, to: file.name)
  }
  try folder.flush()
  if settings.quiet { return }
  for line in results.lines { Console.printLine(line) }
  Console.printLine("files: \(folder.path)")
}

extension FitError: ExitCodeProviding {
  /// Always `dataError`.
  public var exitCode: ExitCode { .dataError }
}

private let fitNotes = """
  FILE is a table (.csv with or without a heading, .npy). A new folder is made,
  such as runs/METHOD-001, with config.json, result.json, tables as CSV and
  figures as SVG.
  """
