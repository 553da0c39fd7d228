import Files
import Glibc
import Tensor

/// The command line of an executable, declared: what it is called, and what can be set.
///
/// The options are a struct of typed values whose initial values are the defaults. The help, the
/// checks and the record in `config.json` follow from the declaration, so they cannot disagree.
///
/// ```swift
/// struct Options {
///   var epochs = 30
///   var quiet = false
/// }
/// let command = Command(
///   name: "train-vae", summary: "Trains a variational autoencoder.", version: "0.1.0",
///   defaults: Options(),
///   options: [
///     .integer("epochs", \.epochs, in: .atLeast(1), help: "passes over the training images"),
///     .flag("quiet", \.quiet, help: "print nothing but errors"),
///   ])
/// let options = command.parseOrExit()
/// ```
public struct Command<Options: Sendable>: Sendable {
  /// What is typed to run it.
  public let name: String

  /// One sentence about what it does.
  public let summary: String

  /// The version of the package.
  public let version: String

  /// The values of options that are not given.
  public let defaults: Options

  /// Further text at the end of the help, printed as it is; empty for none.
  public let notes: String

  let options: [CommandLineOption<Options>]

  /// A command with these options, besides `--help` and `--version`, which every command has.
  public init(
    name: String, summary: String, version: String, defaults: Options, notes: String = "",
    options: [CommandLineOption<Options>]
  ) {
    let names = options.map(\.name) + ["help", "version"]
    precondition(
      Set(names).count == names.count, "Command \(name): an option is declared twice in \(names)")
    self.name = name
    self.summary = summary
    self.version = version
    self.defaults = defaults
    self.notes = notes
    self.options = options
  }

  /// The program's name, its version, and every option with its value, in the order declared.
  public func configuration(of values: Options) -> Configuration {
    var configuration: Configuration = ["program": .text(name), "version": .text(version)]
    for option in options where option.isRecorded {
      configuration[option.name] = option.record(values)
      if option.isChangeable { configuration.changeableNames.insert(option.name) }
    }
    return configuration
  }
}

/// What a command line asks for.
public enum ParsedCommandLine<Options> {
  /// To run, with these values.
  case run(Options)
  /// To print the help.
  case help
  /// To print the version.
  case version
}

// MARK: - Parsing

extension Command {
  /// Reads the arguments, without the program's name, from left to right.
  ///
  /// Of an option given twice the last counts. A long name may be shortened as far as it is clear.
  ///
  /// - Parameters:
  ///   - arguments: What was typed.
  ///   - values: The values of options that are not given; nil for the defaults.
  /// - Throws: `CommandLineError` for the first argument that is wrong.
  public func parse(
    _ arguments: [String], over values: Options? = nil
  ) throws -> ParsedCommandLine<Options> {
    var values = values ?? defaults
    for argument in scan(arguments, for: longOptions) {
      switch argument {
      case .option(helpPlace, _): return .help
      case .option(versionPlace, _): return .version
      case .option(let place, let value): try options[place].read(value ?? "", &values)
      case .missingValue(let place):
        let option = options[place]
        throw CommandLineError.missingValue(
          option: option.flag, placeholder: option.placeholder ?? "")
      case .unexpectedValue(let place, let argument):
        let value = argument.drop { $0 != "=" }.dropFirst()
        throw CommandLineError.unexpectedValue(
          option: "--" + longOptions[place].name, value: String(value))
      case .unknown(let argument): throw unknownOption(argument)
      case .positional(let argument): throw CommandLineError.unexpectedArgument(argument)
      }
    }
    return .run(values)
  }

  private var longOptions: [LongOption] {
    options.map { LongOption(name: $0.name, takesValue: $0.placeholder != nil) } + [
      LongOption(name: "help", takesValue: false, letter: "h"),
      LongOption(name: "version", takesValue: false),
    ]
  }

  private var helpPlace: Int { options.count }
  private var versionPlace: Int { options.count + 1 }

  /// The error for an argument that `getopt_long` could not place.
  private func unknownOption(_ argument: String) -> CommandLineError {
    let option = String(argument.prefix { $0 != "=" })
    let typed = String(option.drop { $0 == "-" })
    let names = longOptions.map(\.name)
    let candidates = names.filter { $0.hasPrefix(typed) }
    if option.hasPrefix("--"), candidates.count > 1 {
      return .ambiguousOption(option, candidates: candidates.map { "--" + $0 })
    }
    let suggestion = nearest(to: typed, among: names)
    return .unknownOption(option, suggestion: suggestion.map { "--" + $0 })
  }
}

// MARK: - Running as a process

extension Command {
  /// Reads the arguments of the process; prints and exits where there is nothing to run.
  ///
  /// `--help` and `--version` go to standard output. A wrong command line is one line on standard
  /// error and a pointer to the help, and exit code 64.
  public func parseOrExit(_ arguments: [String]? = nil) -> Options {
    do {
      switch try parse(try arguments ?? processArguments()) {
      case .run(let options): return options
      case .help: printAndExit(help)
      case .version: printAndExit("\(name) \(version)")
      }
    } catch {
      fail(error)
    }
  }

  /// The arguments of the process, without the program's name.
  ///
  /// Swift's `CommandLine.arguments` replaces bytes that are not UTF-8, and so a name by that of another
  /// file.
  private func processArguments() throws(CommandLineError) -> [String] {
    var arguments: [String] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let pointer = CommandLine.unsafeArgv[index] else { break }
      let raw = RawPath(bytes: UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
      guard let argument = String(validating: raw.bytes, as: UTF8.self) else {
        throw .notUTF8(argument: raw.description)
      }
      arguments.append(argument)
    }
    return arguments
  }

  /// Runs the executable: reads the command line, sets the number of threads, lets Ctrl-C end the
  /// run cleanly, and exits with the code of what went wrong, if anything did.
  ///
  /// Where a run is to go on, its options are those that it began with.
  /// It is all that a `main.swift` has to call.
  public func execute(
    _ training: KeyPath<Options, TrainingOptions>, _ run: (Options) throws -> Void
  ) {
    execute(threads: training.appending(path: \.threads)) { options in
      guard let folder = options[keyPath: training].resume else { return try run(options) }
      let options = try self.options(
        ofRun: folder, changedBy: try processArguments())
      if let threads = options[keyPath: training].threads { threadCount = threads }
      try run(options)
    }
  }

  /// The same for an executable that does not train.
  public func execute(
    threads: KeyPath<Options, Int?>, _ run: (Options) throws -> Void
  ) {
    let options = parseOrExit()
    Interrupt.install()
    if let threads = options[keyPath: threads] { threadCount = threads }
    do {
      try run(options)
    } catch is CancellationError where Interrupt.isRequested {
      // The exit code says it.
    } catch {
      fail(error)
    }
    ForcedEnd.waitIfBegun()
    if let code = Interrupt.exitCode { code.exit() }
  }

  /// Prints an error as this command's on standard error, and exits with the code that it provides,
  /// or else with `failure`.
  ///
  /// The error's description is what the user reads.
  public func fail(_ error: any Error) -> Never {
    ForcedEnd.waitIfBegun()
    Console.printError("\(name): \(error)")
    if error is CommandLineError {
      Console.printError("Try '\(name) --help'.")
    }
    ((error as? any ExitCodeProviding)?.exitCode ?? .failure).exit()
  }

  private func printAndExit(_ text: String) -> Never {
    (Console.printLines(of: text) ? ExitCode.success : .ioError).exit()
  }
}
