import Files
import Glibc
import Settings

/// The declaration of a command: its name, its purpose and its options.
///
/// The options are definitions of settings, in groups. The help, the checks and the record in
/// `config.json` follow from them, so they cannot disagree.
///
/// ```swift
/// let command = Command(
///   name: "pushforward train vae", summary: "Trains a variational autoencoder.",
///   groups: [OptionGroup("Model", VAE.Configuration.definitions)])
/// let options = command.parseOrExit(arguments)
/// let configuration = try VAE.Configuration(options.values)
/// ```
public struct Command: Sendable {
  /// The words that are typed to run it.
  public let name: String
  /// One sentence about what it does.
  public let summary: String
  /// Further text at the end of the help, printed as it is; empty for none.
  public let notes: String
  /// The options, besides `--help` and `--version`, which every command has.
  public let groups: [OptionGroup]
  /// The name of the command's one positional argument (`RUN`); nil where it takes none.
  public let operand: String?
  /// The options that related commands have and this one lacks, with the names of those commands.
  public let elsewhere: [String: [String]]

  /// A command with these options.
  public init(
    name: String, summary: String, notes: String = "", operand: String? = nil,
    groups: [OptionGroup], elsewhere: [String: [String]] = [:]
  ) {
    let names = groups.flatMap { $0.options.map(\.name) } + ["help", "version"]
    precondition(
      Set(names).count == names.count, "Command \(name): an option is declared twice in \(names)")
    self.name = name
    self.summary = summary
    self.notes = notes
    self.operand = operand
    self.groups = groups
    self.elsewhere = elsewhere
  }

  var options: [SettingDefinition] { groups.flatMap(\.options) }
}

/// Options that stand together in the help.
public struct OptionGroup: Sendable {
  /// The subject of the options: `Training`.
  public let title: String
  /// The options.
  public let options: [SettingDefinition]
  /// Whether the help leaves them out.
  let isHidden: Bool

  /// Lists options.
  public init(_ title: String, _ options: [SettingDefinition]) {
    (self.title, self.options, isHidden) = (title, options, false)
  }

  /// Lists options that are accepted but that the help omits.
  public init(hidden options: [SettingDefinition]) {
    (title, self.options, isHidden) = ("", options, true)
  }
}

/// The values of a command's options.
public struct ParsedOptions: Equatable, Sendable {
  /// The value of every option, given or not, in the order of their declaration.
  public var values: Configuration
  /// The names of the options that were given.
  public var given: Set<String> = []
  /// The positional argument, if one was given.
  public var operand: String?
}

/// The result of parsing a command line.
public enum ParsedCommandLine: Equatable, Sendable {
  /// Run, with these values.
  case run(ParsedOptions)
  /// Print the help.
  case help
  /// Print the version.
  case version
}

// MARK: - Parsing

extension Command {
  /// The values of options that are not given: the defaults, overridden by a run's record.
  public func defaults(over record: Configuration = [:]) -> Configuration {
    var values = Configuration()
    for option in options {
      values[option.name] = record[option.name] ?? option.defaultValue
      if option.role != .fixed { values.changeableNames.insert(option.name) }
    }
    return values
  }

  /// Reads the arguments, without the command's name, from left to right.
  ///
  /// If an option is given twice, the last one counts. A long name may be abbreviated as long as it
  /// is unambiguous.
  ///
  /// - Parameters:
  ///   - arguments: What was typed.
  ///   - record: Values that replace the defaults of options that are not given.
  /// - Throws: `CommandLineError` for the first argument that is wrong.
  public func parse(
    _ arguments: [String], over record: Configuration = [:]
  ) throws(CommandLineError) -> ParsedCommandLine {
    var parsed = ParsedOptions(values: defaults(over: record))
    for argument in scan(arguments, for: longOptions) {
      switch argument {
      case .option(options.count, _): return .help
      case .option(options.count + 1, _): return .version
      case .option(let place, let value):
        let option = options[place]
        parsed.values[option.name] = try option.value(of: value ?? "")
        parsed.given.insert(option.name)
      case .missingValue(let place):
        let option = options[place]
        throw .missingValue(option: option.flag, placeholder: option.placeholder ?? "")
      case .unexpectedValue(let place, let argument):
        let value = argument.drop { $0 != "=" }.dropFirst()
        throw .unexpectedValue(option: "--" + longOptions[place].name, value: String(value))
      case .unknown(let argument): throw unknownOption(argument)
      case .positional(let argument):
        guard operand != nil, parsed.operand == nil else { throw .unexpectedArgument(argument) }
        parsed.operand = argument
      }
    }
    return .run(parsed)
  }

  /// The positional argument, if all other arguments are options of this command and neither the
  /// help nor the version is asked for; the options' values are not checked.
  public func operand(in arguments: [String]) -> String? {
    var operands: [String] = []
    for argument in scan(arguments, for: longOptions) {
      switch argument {
      case .option(let place, _) where place < options.count: break
      case .positional(let operand): operands.append(operand)
      default: return nil
      }
    }
    return operands.count == 1 ? operands.first : nil
  }

  private var longOptions: [LongOption] {
    options.map { LongOption(name: $0.name, takesValue: $0.placeholder != nil) } + [
      LongOption(name: "help", takesValue: false, letter: "h"),
      LongOption(name: "version", takesValue: false),
    ]
  }

  /// The error for an argument that `getopt_long` could not place.
  private func unknownOption(_ argument: String) -> CommandLineError {
    let option = String(argument.prefix { $0 != "=" })
    let typed = String(option.drop { $0 == "-" })
    let names = longOptions.map(\.name)
    let candidates = names.filter { $0.hasPrefix(typed) }
    if option.hasPrefix("--"), candidates.count > 1 {
      return .ambiguousOption(option, candidates: candidates.map { "--" + $0 })
    }
    if let owners = elsewhere[typed] { return .optionOfOthers(option, owners: owners) }
    return .unknownOption(option, suggestion: nearest(to: typed, among: names).map { "--" + $0 })
  }
}

extension SettingDefinition {
  /// The name as it is typed: `--epochs`.
  public var flag: String { "--" + name }

  /// Parses the text given as the option's value.
  public func value(of text: String) throws(CommandLineError) -> ConfigurationValue {
    do {
      return try read(text)
    } catch {
      switch error {
      case .notOfKind(let expected):
        throw .invalidValue(option: flag, value: text, expected: expected)
      case .outOfRange(let range, let found):
        throw .outOfRange(option: flag, value: found ?? text, range: range)
      case .notAChoice(let words): throw .notAChoice(option: flag, value: text, choices: words)
      }
    }
  }
}

// MARK: - Running as a process

extension Command {
  /// Parses the arguments; for the help, the version or an error, prints it and exits.
  ///
  /// `--help` and `--version` go to standard output. A wrong command line prints one line and a
  /// pointer to the help on standard error, and exits with code 64.
  public func parseOrExit(_ arguments: [String], over record: Configuration = [:]) -> ParsedOptions
  {
    do {
      switch try parse(arguments, over: record) {
      case .run(let options): return options
      case .help: printAndExit(help)
      case .version: printAndExit("\(name.prefix { $0 != " " }) \(pushforwardVersion)")
      }
    } catch {
      fail(error)
    }
  }

  /// Runs the command: lets Ctrl-C end it cleanly, and exits with the matching code if it throws.
  public func execute(_ run: () throws -> Void) {
    Interrupt.install()
    do {
      try run()
    } catch is CancellationError where Interrupt.isRequested {
      // The exit code reports it.
    } catch {
      fail(error)
    }
    ForcedEnd.waitIfBegun()
    if let code = Interrupt.exitCode { code.exit() }
  }

  /// Prints an error on standard error as this command's, and exits with the code that the error
  /// provides, or otherwise with `failure`.
  ///
  /// The error's description is what the user reads.
  public func fail(_ error: any Error) -> Never {
    ForcedEnd.waitIfBegun()
    Console.printError("\(name): \(error)")
    if error is CommandLineError { Console.printError("Try '\(name) --help'.") }
    ((error as? any ExitCodeProviding)?.exitCode ?? .failure).exit()
  }
}

/// Prints a text on standard output and ends the process.
public func printAndExit(_ text: String) -> Never {
  (Console.printLines(of: text) ? ExitCode.success : .ioError).exit()
}

/// The arguments of the process, without the program's name.
///
/// Swift's `CommandLine.arguments` replaces bytes that are not UTF-8, so a name could turn into
/// that of another file.
public func processArguments() throws(CommandLineError) -> [String] {
  var arguments: [String] = []
  for index in 1..<max(1, Int(Swift.CommandLine.argc)) {
    guard let pointer = Swift.CommandLine.unsafeArgv[index] else { break }
    let raw = RawPath(bytes: UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
    guard let argument = String(validating: raw.bytes, as: UTF8.self) else {
      throw .notUTF8(argument: raw.description)
    }
    arguments.append(argument)
  }
  return arguments
}
