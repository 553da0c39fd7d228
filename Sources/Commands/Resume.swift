import CommandLine
import Models
import Settings
import Training

/// `pushforward resume RUN [options]`.
///
/// A resumed run keeps its settings. Those that may change are marked in their declarations
/// (`SettingRole.changeable`).
@Sendable func resumeVerb(_ arguments: [String]) {
  // The run records its model, which determines the options.
  let options = registry.flatMap(settingGroups).distinctOptions
  let all = Command(
    name: "pushforward resume", summary: "Continues a run to the same bytes.", notes: resumeNotes,
    operand: "RUN",
    groups: [
      OptionGroup("Options that may change", options.filter { $0.role == .changeable }),
      OptionGroup(hidden: options.filter { $0.role != .changeable }),
    ])
  guard let run = all.operand(in: arguments) ?? all.parseOrExit(arguments).operand else {
    all.fail(CommandLineError.missingOption("RUN,", placeholder: "the folder of a run,"))
  }
  do {
    let row = try registryRow(of: RecordedRun(path: run))
    let command = trainCommand(row, name: "pushforward resume", operand: "RUN")
    resume(run, command, arguments, expecting: row.kind)
  } catch {
    all.fail(error)
  }
}

/// Resumes a run with a command's arguments.
func resume(_ run: String, _ command: Command, _ arguments: [String], expecting kind: String) {
  command.execute {
    let recorded = try RecordedRun(path: run)
    guard recorded.model == kind else {
      throw ResumeError.otherProgram(
        path: run, expected: "the model '\(kind)'", found: "'\(recorded.model)'")
    }
    let row = try registryRow(of: recorded)
    let options = settingGroups(of: row).flatMap(\.options)
    let own = command.defaults(over: try recorded.values(of: options))
    guard case .run(let given) = try command.parse(arguments, over: own) else { return }
    try recorded.check(given.values, of: options, own)
    try TrainingJob(row, command, given.values, resuming: run).run()
  }
}

/// The row of a run's model.
func registryRow(of run: RecordedRun) throws -> ModelRow {
  guard let row = registry.first(where: { $0.kind == run.model }) else {
    throw ResumeError.damagedConfiguration(
      path: run.path, reason: "there is no model '\(run.model)'")
  }
  return row
}

extension [OptionGroup] {
  /// The options, each name only once.
  fileprivate var distinctOptions: [SettingDefinition] {
    var names = Set<String>()
    return flatMap(\.options).filter { names.insert($0.name).inserted }
  }
}

private let resumeNotes = """
  The run's folder keeps its last two checkpoints. The run continues from there to
  the same bytes, with its own settings and the same data. Flags are not
  remembered; pass them again.
  """
