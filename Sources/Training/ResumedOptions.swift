import Files
import Foundation
import Glibc

extension Command {
  /// What the help says about going on with a run; nil for a program without runs.
  var resumeNote: String? {
    guard options.contains(where: { $0.name == "resume" }) else { return nil }
    let flags = options.filter { $0.isChangeable && !$0.isForNewRuns }.map(\.flag)
    let text =
      "Checkpoints are kept in the run's folder, the last and the one before. --resume goes on from"
      + " there to the same bytes, with the run's options and the same images. Other values may be"
      + " given for \(Readable.list(flags, "and"))."
    return wrap(text, to: 80).joined(separator: "\n")
  }

  /// The options of a run that is to go on: those in its `config.json`, and of those that are given
  /// the ones that may change.
  ///
  /// - Throws: `CommandLineError` that names every option with another value than the run's,
  ///   `ResumeError` if there is no such run.
  func options(ofRun path: String, changedBy arguments: [String]) throws -> Options {
    let (recorded, directory) = try recordedOptions(ofRun: path)
    guard case .run(let given) = try parse(arguments, over: recorded) else { return recorded }
    let kept = options.filter { $0.isRecorded && (!$0.isChangeable || $0.isForNewRuns) }
    let differences = kept.compactMap { option in
      let (expected, found) = (option.record(recorded), option.record(given))
      return expected == found
        ? nil
        : CommandLineError.Difference(
          option: option.flag, expected: expected.description, found: found.description)
    }
    guard differences.isEmpty else {
      throw CommandLineError.differentRun(path: path, differences)
    }
    for option in options where option.record(given) == option.record(recorded) {
      guard let file = option.inputPath(in: given), !exists(file) else { continue }
      throw ResumeError.missingInput(
        path: path, option: option.flag, file: file,
        isRelative: directory == nil && !file.hasPrefix("/"))
    }
    return given
  }

  /// The options in a run's `config.json`, the paths among them as they are to be used here, and the
  /// folder in which the run was begun, where that is known.
  private func recordedOptions(
    ofRun path: String
  ) throws -> (options: Options, directory: String?) {
    let data = Data(try configurationFile(ofRun: path))
    guard let record = try? JSONDecoder().decode([String: ConfigurationValue].self, from: data)
    else {
      throw ResumeError.damagedConfiguration(path: path, reason: "it is not one object of values")
    }
    let program = record["program"]?.description ?? "none"
    guard program == name else {
      throw ResumeError.otherProgram(path: path, expected: name, found: program)
    }
    var directory: String?
    if case .text(let text) = record[Configuration.directoryName] { directory = text }
    var values = defaults
    for option in options {
      guard let value = record[option.name], let text = value.argument else { continue }
      // A flag cannot be taken back on the command line; so one that may change is to be given again.
      if option.isChangeable, case .flag = value { continue }
      do {
        try option.read(option.located(text, below: directory), &values)
      } catch {
        throw ResumeError.damagedConfiguration(path: path, reason: "\(error)")
      }
    }
    return (values, directory)
  }
}

extension CommandLineOption {
  /// The value's path of an input; nil where it has none.
  fileprivate func inputPath(in options: Options) -> String? {
    guard let wordsForPath, case .text(let text) = record(options), !wordsForPath.contains(text)
    else { return nil }
    return text
  }

  /// A recorded value as it is to be used here: a relative path of an input is relative to the folder
  /// in which the run was begun, or to this one where the input has moved with the run.
  fileprivate func located(_ text: String, below directory: String?) -> String {
    guard let wordsForPath, !wordsForPath.contains(text), !text.hasPrefix("/"), let directory,
      directory != FileManager.default.currentDirectoryPath
    else { return text }
    let path = directory + "/" + text
    return exists(path) || !exists(text) ? path : text
  }
}

/// The bytes of a run's `config.json`.
private func configurationFile(ofRun path: String) throws(ResumeError) -> [UInt8] {
  do throws(UnreadableFile) {
    return try RegularFile<UnreadableFile>(path: path + "/config.json").contents(atMost: 1 << 20)
  } catch {
    switch error {
    case .unreadable(_, ENOENT), .unreadable(_, ENOTDIR): throw .notARun(path: path)
    case .unreadable(_, let code): throw .unreadable(path: path, code: code)
    case .damaged(_, let reason): throw .damagedConfiguration(path: path, reason: reason)
    }
  }
}

extension ConfigurationValue: Decodable {
  /// Reads a value from JSON; a number without a fraction is a whole one.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .absent
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([Int].self) {
      self = .integers(value)
    } else if let value = try? container.decode([Double].self) {
      self = .numbers(value)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  /// The value as it is typed behind an option; nil where the option is not given.
  fileprivate var argument: String? {
    switch self {
    case .absent, .flag(false): nil
    case .flag(true): ""
    default: description
    }
  }
}
