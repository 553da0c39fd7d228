/// A mistake on a command line.
public enum CommandLineError: Error, Equatable {
  /// There is no such option; the suggestion is the nearest one, with its dashes.
  case unknownOption(String, suggestion: String?)
  /// The option belongs to other commands, not to this one.
  case optionOfOthers(String, owners: [String])
  /// There is no such command; the suggestions are the nearest ones.
  case unknownCommand(String, kind: String, suggestions: [String])
  /// An abbreviation fits more than one option.
  case ambiguousOption(String, candidates: [String])
  /// An option at the end that needs a value.
  case missingValue(option: String, placeholder: String)
  /// A required option that is not given.
  case missingOption(String, placeholder: String)
  /// A value for an option that takes none.
  case unexpectedValue(option: String, value: String)
  /// A value of the wrong kind: letters for a number, or an empty text.
  case invalidValue(option: String, value: String, expected: String)
  /// A number outside the option's bounds.
  case outOfRange(option: String, value: String, range: String)
  /// A word that is not one of the option's choices.
  case notAChoice(option: String, value: String, choices: [String])
  /// An argument that belongs to no option.
  case unexpectedArgument(String)
  /// An argument that is not valid UTF-8; its invalid bytes are shown as `\xE9`.
  case notUTF8(argument: String)
  /// A value that is well-formed but does not suit the data or another option.
  ///
  /// For checks that an executable makes itself, such as a limit beyond the data.
  case unsuitableValue(option: String, value: String, reason: String)
  /// Options with which a run cannot be resumed, since it began with other values.
  case differentRun(path: String, [Difference])

  /// An option whose value differs from the run's.
  public struct Difference: Equatable, Sendable {
    /// The option with its dashes.
    public let option: String
    /// The run's value.
    public let expected: String
    /// The value that was given.
    public let found: String

    /// Names an option, the run's value and the one that was given.
    public init(option: String, expected: String, found: String) {
      (self.option, self.expected, self.found) = (option, expected, found)
    }
  }
}

extension CommandLineError: CustomStringConvertible {
  /// One line that names the option, what was found, and what was expected.
  public var description: String {
    switch self {
    case .unknownOption(let option, let suggestion):
      "unknown option '\(option)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
    case .optionOfOthers(let option, let owners):
      "'\(option)' is an option of \(Readable.list(shortened(owners), "and")), not of this command"
    case .unknownCommand(let name, let kind, let suggestions):
      "unknown \(kind) '\(name)'"
        + (suggestions.isEmpty ? "" : "; did you mean \(Readable.alternatives(suggestions))?")
    case .ambiguousOption(let option, let candidates):
      "ambiguous option '\(option)': it could be \(Readable.alternatives(candidates))"
    case .missingValue(let option, let placeholder):
      "\(option) needs a value: \(option) \(placeholder)"
    case .missingOption(let option, let placeholder):
      "\(option) \(placeholder) is needed"
    case .unexpectedValue(let option, let value):
      "\(option) takes no value, but was given '\(value)'"
    case .invalidValue(let option, let value, let expected):
      "\(option) expects \(expected), found '\(value)'"
    case .outOfRange(let option, let value, let range):
      "\(option) is out of range: expected \(range), found \(value)"
    case .notAChoice(let option, let value, let choices):
      "\(option) expects \(Readable.alternatives(choices)), found '\(value)'"
    case .unexpectedArgument(let argument):
      "unexpected argument '\(argument)'"
    case .notUTF8(let argument):
      "expected arguments in UTF-8, found '\(argument)'; rename the file or folder, or start the program"
        + " in it"
    case .unsuitableValue(let option, let value, let reason):
      "\(option) \(value): \(reason)"
    case .differentRun(let path, let differences):
      "cannot resume '\(path)' with other options than its own: "
        + differences.map { "\($0.option) is \($0.expected), given \($0.found)" }
        .joined(separator: "; ")
    }
  }
}

extension CommandLineError: ExitCodeProviding {
  /// Always `usage`.
  public var exitCode: ExitCode { .usage }
}

/// The first three names; the others are summarised in a word.
private func shortened(_ names: [String]) -> [String] {
  names.count > 3 ? names.prefix(3) + ["others"] : names
}
