import CommandLine
import Files
import Foundation
import Glibc
import Settings

/// The contents of a run's `config.json`.
public struct RecordedRun: Sendable {
  /// The run's folder.
  public let path: String
  /// The kind of the trained model: `vae`.
  public let model: String
  private let record: [String: ConfigurationValue]

  /// The folder in which the run was started, if it is known.
  private var directory: String? {
    if case .text(let text) = record[Configuration.directoryName] { text } else { nil }
  }

  /// Reads the `config.json` of a run.
  ///
  /// - Throws: `ResumeError` if there is no such run.
  public init(path: String) throws {
    let data = Data(try configurationFile(ofRun: path))
    guard let record = try? JSONDecoder().decode([String: ConfigurationValue].self, from: data)
    else {
      throw ResumeError.damagedConfiguration(path: path, reason: "it is not one object of values")
    }
    guard case .text(let model)? = record["model"] else {
      if record["program"] != nil { throw ResumeError.earlierVersion(path: path) }
      throw ResumeError.damagedConfiguration(path: path, reason: "it does not name its model")
    }
    (self.path, self.model, self.record) = (path, model, record)
  }

  /// The run's values of a command's options, checked as if they were typed.
  ///
  /// Changeable flags are not included: a command line cannot turn one off again, so they must be
  /// passed again. Paths of inputs are adapted to the current folder.
  ///
  /// - Throws: `ResumeError` for a value that is not valid for its option.
  public func values(of options: [SettingDefinition]) throws -> Configuration {
    var values = Configuration()
    for option in options {
      guard let value = record[option.name], let text = value.argument else { continue }
      if option.role == .changeable, case .flag = value { continue }
      if value == .integers([]), case .integers = option.defaultValue {
        values[option.name] = value
        continue
      }
      do {
        values[option.name] = try option.value(of: located(text, option))
      } catch {
        throw ResumeError.damagedConfiguration(path: path, reason: "\(error)")
      }
    }
    return values
  }

  /// Throws a `CommandLineError` that names every option whose value differs from the run's and
  /// must not, such as the number of epochs when the step size decays over them; or a `ResumeError`
  /// for an input that no longer exists.
  public func check(_ given: Configuration, of options: [SettingDefinition], _ own: Configuration)
    throws
  {
    let hasFixedEpochs = try TrainingSettings(own).learningRateDecay != .none
    let fixed = options.filter {
      $0.role != .changeable || (hasFixedEpochs && $0.name == "epochs")
    }
    let differences = fixed.compactMap { option in
      let (expected, found) = (own[option.name], given[option.name])
      return expected == found
        ? nil
        : CommandLineError.Difference(
          option: option.flag, expected: expected?.description ?? "none",
          found: found?.description ?? "none")
    }
    guard differences.isEmpty else {
      throw CommandLineError.differentRun(path: path, differences)
    }
    for option in options where given[option.name] == own[option.name] {
      guard let words = option.wordsForPath, case .text(let file)? = given[option.name],
        !words.contains(file), !exists(file)
      else { continue }
      throw ResumeError.missingInput(
        path: path, option: option.flag, file: file,
        isRelative: directory == nil && !file.hasPrefix("/"))
    }
  }

  /// A recorded value adapted for use here: the relative path of an input is relative to the folder
  /// in which the run was started, or to the current one if the input moved along with the run.
  private func located(_ text: String, _ option: SettingDefinition) -> String {
    guard let words = option.wordsForPath, !words.contains(text), !text.hasPrefix("/"),
      let directory, directory != FileManager.default.currentDirectoryPath
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
