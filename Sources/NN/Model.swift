import Files
import Settings
import Tensor

/// A model built from its configuration, for data of a given shape.
///
/// The configuration is the only source of its settings: command-line options, `config.json` and
/// the texts in the model's file are derived from it.
///
/// ```swift
/// let vae = VAE(.with { $0.latent = 8 }, for: .images(28, 28), using: random)
/// try vae.save(to: path)
/// let again = try VAE.open(path)
/// ```
public protocol Model: Module, SendableMetatype {
  /// The settings.
  associatedtype Configuration: ModelConfiguration

  /// The name on the command line and in files: `vae`.
  static var kind: String { get }

  /// Whether the model learns from classes; false by default.
  static var needsLabels: Bool { get }

  /// Whether it is a model of texts; false by default.
  static var needsText: Bool { get }

  /// The settings that the model was built from.
  var configuration: Configuration { get }
  /// The shape of the data that the model was built for.
  var dataShape: DataShape { get }

  /// Builds the model; settings that do not suit the data stop the program (check them beforehand
  /// with ``ModelConfiguration/check(for:)``).
  init(_ configuration: Configuration, for data: DataShape, using random: Random)
}

/// The settings of a model, and the rules between them and the data.
public protocol ModelConfiguration: SettingGroup {
  /// Checks the settings against each other and against the shape of the data.
  ///
  /// - Throws: The first unsuitable setting.
  func check(for data: DataShape) throws(UnsuitableSetting)

  /// The number of times the networks are applied to an example in a step, for estimating memory; 1
  /// by default.
  var passesPerExample: Int { get }

  /// Whether the model with these settings learns from classes; false by default.
  var needsLabels: Bool { get }
}

extension ModelConfiguration {
  /// Once by default.
  public var passesPerExample: Int { 1 }

  /// False by default.
  public var needsLabels: Bool { false }

  /// No rules by default.
  public func check(for data: DataShape) throws(UnsuitableSetting) {}
}

/// A setting that does not suit the data or another setting.
public struct UnsuitableSetting: Error, Equatable, Sendable {
  /// The name of the setting.
  public let name: String
  /// The value of the setting.
  public let value: String
  /// What was expected and found.
  public let reason: String

  /// Names the setting, its value, and the expected one.
  public init(_ name: String, _ value: some CustomStringConvertible, _ reason: String) {
    (self.name, self.value, self.reason) = (name, "\(value)", reason)
  }
}

extension UnsuitableSetting: CustomStringConvertible {
  /// `architecture conv: expected images whose sides are multiples of 4, found 9×8`.
  public var description: String { "\(name) \(value): \(reason)" }
}

extension ModelConfiguration {
  /// Stops the program, with a message about a model, if the settings do not suit the data.
  public func require(for data: DataShape, _ model: String) {
    do {
      try check(for: data)
    } catch {
      preconditionFailure("\(model): \(error)")
    }
  }
}

extension Model {
  /// False by default.
  public static var needsLabels: Bool { false }

  /// False by default.
  public static var needsText: Bool { false }
}

// MARK: - Files

extension Model {
  /// The description in the model's file: the format, the kind, the shape of the data and the
  /// settings.
  public var metadata: [String: String] {
    var texts = dataShape.metadata
    texts["format"] = SafetensorsFile.modelFormat
    texts["kind"] = Self.kind
    for entry in configuration.record.entries where entry.value != .absent {
      texts[entry.name] = entry.value.description
    }
    return texts
  }

  /// Writes the model so that it can be reopened without its training.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func save(to path: String) throws { try save(to: path, metadata: metadata) }

  /// Opens a model from a file, with the file's parameters, in inference mode.
  ///
  /// - Throws: `ModelFileError` if the file contains another kind of model, or is incomplete.
  public static func open(_ path: String) throws -> Self {
    try open(SafetensorsFile(path: path))
  }

  /// Opens a model from a file whose header has been read.
  ///
  /// The file is untrusted: no more memory is allocated than its numbers need.
  public static func open(_ file: SafetensorsFile) throws -> Self {
    try file.expectNoCheckpoint()
    try file.expect("format", SafetensorsFile.modelFormat)
    try file.expect("kind", kind)
    let data = try DataShape(file)
    let configuration = try Configuration(file.record(of: Configuration.definitions))
    do {
      try configuration.check(for: data)
    } catch {
      throw file.unsuitable(error.name, error.reason)
    }
    // A little more, so that a wrong model is reported through its tensors.
    let budget = ParameterBudget(file.entries.reduce(1 << 20) { $0 + $1.count })
    let model = budget.spend { Self(configuration, for: data, using: Random(seed: 0)) }
    if budget.isExceeded { throw file.tooSmall(for: kind) }
    try model.load(file)
    model.mode = .inference
    return model
  }
}

extension SafetensorsFile {
  /// The file's values for the settings with these definitions.
  fileprivate func record(of definitions: [SettingDefinition]) throws -> Settings.Configuration {
    var record = Settings.Configuration()
    for definition in definitions {
      guard let text = metadata[definition.name] else { continue }
      // An empty list.
      if text.isEmpty, case .integers = definition.defaultValue {
        record[definition.name] = .integers([])
        continue
      }
      do {
        record[definition.name] = try definition.read(text)
      } catch {
        throw unsuitable(definition.name, error.expectation)
      }
    }
    return record
  }
}

extension SettingGroup {
  /// The defaults with some changes: `.with { $0.latent = 8 }`.
  public static func with(_ change: (inout Self) -> Void) -> Self {
    var settings = Self()
    change(&settings)
    return settings
  }
}
