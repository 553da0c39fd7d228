/// One option of a command: its name, its kind and bounds, where its value goes, a line of help.
///
/// The value goes to a property of the command's options, whose initial value is the default.
public struct CommandLineOption<Options>: Sendable {
  let name: String
  /// What stands for the value in the help, or nil for a flag.
  let placeholder: String?
  let help: String
  /// What the help prints as the default where there is no value.
  let absence: String?
  let read: @Sendable (_ text: String, _ options: inout Options) throws -> Void
  let record: @Sendable (Options) -> ConfigurationValue
  /// Whether a run may go on with another value than it began with.
  private(set) var isChangeable = false
  /// Whether only a new run takes a value, though what is trained does not depend on it.
  private(set) var isForNewRuns = false
  /// Whether the value belongs to a run's configuration.
  private(set) var isRecorded = true
  /// The words that may stand in place of a path; nil for a value that is not the path of an input.
  private(set) var wordsForPath: [String]?

  /// The name as it is typed: `--epochs`.
  var flag: String { "--" + name }

  private init<Value>(
    _ name: String, _ property: any WritableKeyPath<Options, Value> & Sendable,
    _ value: OptionValue<Value>, placeholder: String?, absence: String? = nil, help: String
  ) {
    self.name = name
    self.placeholder = placeholder
    self.help = help
    self.absence = absence
    read = { text, options in options[keyPath: property] = try value.read(text, "--" + name) }
    record = { options in value.record(options[keyPath: property]) }
  }

  /// An option of a part of the options, as one of the whole.
  init<Part>(
    _ option: CommandLineOption<Part>, of part: any WritableKeyPath<Options, Part> & Sendable
  ) {
    name = option.name
    placeholder = option.placeholder
    help = option.help
    absence = option.absence
    read = { text, options in try option.read(text, &options[keyPath: part]) }
    record = { options in option.record(options[keyPath: part]) }
    (isChangeable, isForNewRuns) = (option.isChangeable, option.isForNewRuns)
    (isRecorded, wordsForPath) = (option.isRecorded, option.wordsForPath)
  }

  /// The same option for a run that may go on with another value than it began with.
  public var changeable: Self {
    var option = self
    option.isChangeable = true
    return option
  }

  /// The same option for the path of a file or folder that is read, or one of a few words.
  ///
  /// A run that goes on finds it where it was, wherever the program is started.
  public func path(or words: String...) -> Self {
    var option = self
    option.wordsForPath = words
    return option
  }

  /// The same option for a value on which nothing depends but where a new run is made.
  var forNewRuns: Self {
    var option = changeable
    option.isForNewRuns = true
    return option
  }

  /// The same option, left out of what is recorded of a run.
  var unrecorded: Self {
    var option = self
    option.isRecorded = false
    return option
  }
}

// MARK: - Numbers

extension CommandLineOption {
  /// A whole number: `--epochs 30`.
  public static func integer(
    _ name: String, _ property: any WritableKeyPath<Options, Int> & Sendable,
    in bounds: Bounds<Int> = .any, placeholder: String = "N", help: String
  ) -> Self {
    Self(name, property, .integer(in: bounds), placeholder: placeholder, help: help)
  }

  /// A whole number that may be left out; `absence` says in the help what happens then.
  public static func integer(
    _ name: String, _ property: any WritableKeyPath<Options, Int?> & Sendable,
    in bounds: Bounds<Int> = .any, placeholder: String = "N", absence: String, help: String
  ) -> Self {
    Self(
      name, property, OptionValue.integer(in: bounds).optional, placeholder: placeholder,
      absence: absence,
      help: help)
  }

  /// Whole numbers between commas: `--hidden 400,200`.
  public static func integers(
    _ name: String, _ property: any WritableKeyPath<Options, [Int]> & Sendable,
    in bounds: Bounds<Int> = .any, placeholder: String = "N,...", help: String
  ) -> Self {
    Self(name, property, .integers(in: bounds), placeholder: placeholder, help: help)
  }

  /// Whole numbers that may be left out; `absence` says in the help what happens then.
  public static func integers(
    _ name: String, _ property: any WritableKeyPath<Options, [Int]?> & Sendable,
    in bounds: Bounds<Int> = .any, placeholder: String = "N,...", absence: String, help: String
  ) -> Self {
    Self(
      name, property, OptionValue.integers(in: bounds).optional, placeholder: placeholder,
      absence: absence, help: help)
  }

  /// A finite number: `--learning-rate 0.001`.
  public static func number(
    _ name: String, _ property: any WritableKeyPath<Options, Double> & Sendable,
    in bounds: Bounds<Double> = .any, placeholder: String = "X", help: String
  ) -> Self {
    Self(name, property, .number(in: bounds), placeholder: placeholder, help: help)
  }

  /// A finite number that may be left out; `absence` says in the help what happens then.
  public static func number(
    _ name: String, _ property: any WritableKeyPath<Options, Double?> & Sendable,
    in bounds: Bounds<Double> = .any, placeholder: String = "X", absence: String, help: String
  ) -> Self {
    Self(
      name, property, OptionValue.number(in: bounds).optional, placeholder: placeholder,
      absence: absence,
      help: help)
  }
}

// MARK: - Texts, choices and flags

extension CommandLineOption {
  /// A text that is not empty: `--out runs`.
  public static func text(
    _ name: String, _ property: any WritableKeyPath<Options, String> & Sendable,
    placeholder: String, help: String
  ) -> Self {
    Self(name, property, .text, placeholder: placeholder, help: help)
  }

  /// A text that may be left out; `absence` says in the help what happens then.
  public static func text(
    _ name: String, _ property: any WritableKeyPath<Options, String?> & Sendable,
    placeholder: String, absence: String, help: String
  ) -> Self {
    Self(
      name, property, OptionValue.text.optional, placeholder: placeholder, absence: absence,
      help: help)
  }

  /// One of the words of an enumeration: `--likelihood bernoulli|gaussian`.
  public static func choice<Choice: CaseIterable & RawRepresentable<String> & Sendable>(
    _ name: String, _ property: any WritableKeyPath<Options, Choice> & Sendable, help: String
  ) -> Self {
    let words = Choice.allCases.map(\.rawValue).joined(separator: "|")
    return Self(name, property, .choice, placeholder: words, help: help)
  }

  /// An option without a value that sets a property to true: `--quiet`.
  public static func flag(
    _ name: String, _ property: any WritableKeyPath<Options, Bool> & Sendable, help: String
  ) -> Self {
    Self(name, property, .flag, placeholder: nil, help: help)
  }
}
