import Files
import Settings
import Tensor

/// A model that is built of its configuration, for data of a shape.
///
/// Its configuration is the only source of its settings: command-line options, `config.json` and the
/// texts in the model's file follow from it.
///
/// ```swift
/// let vae = VAE(.with { $0.latent = 8 }, for: .images(28, 28), using: random)
/// try vae.save(to: path)
/// let again = try VAE.open(path)
/// ```
public protocol Model: Module, SendableMetatype {
  /// Its settings.
  associatedtype Configuration: ModelConfiguration

  /// What it is called on the command line and in files: `vae`.
  static var kind: String { get }

  /// Whether it learns from classes; by default it does not.
  static var needsLabels: Bool { get }

  /// Whether it is a model of texts; by default it is not.
  static var needsText: Bool { get }

  /// The settings that the model was built from.
  var configuration: Configuration { get }
  /// The shape of the data that it was built for.
  var dataShape: DataShape { get }

  /// Builds the model; settings that do not suit the data stop the program
  /// (``ModelConfiguration/check(for:)`` tells them beforehand).
  init(_ configuration: Configuration, for data: DataShape, using random: Random)
}

/// The settings of a model, and the rules between them and the data.
public protocol ModelConfiguration: SettingGroup {
  /// Checks the settings against each other and against the shape of the data.
  ///
  /// - Throws: The setting that does not suit.
  func check(for data: DataShape) throws(UnsuitableSetting)

  /// How often the networks are applied to an example in a step, as far as memory is concerned; 1 by
  /// default.
  var passesPerExample: Int { get }

  /// Whether the model that they describe learns from classes; by default it does not.
  var needsLabels: Bool { get }
}

extension ModelConfiguration {
  /// Once.
  public var passesPerExample: Int { 1 }

  /// It does not.
  public var needsLabels: Bool { false }

  /// No rules.
  public func check(for data: DataShape) throws(UnsuitableSetting) {}
}

/// A setting that does not suit the data or another setting.
public struct UnsuitableSetting: Error, Equatable, Sendable {
  /// Its name.
  public let name: String
  /// Its value.
  public let value: String
  /// What was expected and what was found.
  public let reason: String

  /// Names the setting, its value, and what was expected instead.
  public init(_ name: String, _ value: some CustomStringConvertible, _ reason: String) {
    (self.name, self.value, self.reason) = (name, "\(value)", reason)
  }
}

extension UnsuitableSetting: CustomStringConvertible {
  /// `architecture conv: expected images whose sides are multiples of 4, found 9×8`.
  public var description: String { "\(name) \(value): \(reason)" }
}

extension ModelConfiguration {
  /// Stops the program, in the name of a model, where the settings do not suit.
  public func require(for data: DataShape, _ model: String) {
    do {
      try check(for: data)
    } catch {
      preconditionFailure("\(model): \(error)")
    }
  }
}

extension Model {
  /// It does not learn from classes.
  public static var needsLabels: Bool { false }

  /// It is of other data.
  public static var needsText: Bool { false }
}

// MARK: - Files

extension Model {
  /// What the model's file says of it: the format, the kind, the shape of the data and the settings.
  public var metadata: [String: String] {
    var texts = dataShape.metadata
    texts["format"] = SafetensorsFile.modelFormat
    texts["kind"] = Self.kind
    for entry in configuration.record.entries where entry.value != .absent {
      texts[entry.name] = entry.value.description
    }
    return texts
  }

  /// Writes the model so that it can be opened again without its training.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func save(to path: String) throws { try save(to: path, metadata: metadata) }

  /// Opens the model of a file, with the file's numbers, for inference.
  ///
  /// - Throws: `ModelFileError` if the file is of another kind of model, or not a whole one.
  public static func open(_ path: String) throws -> Self {
    try open(SafetensorsFile(path: path))
  }

  /// The same for a file whose header is read already.
  ///
  /// The file may be anybody's: no more memory is taken than its numbers need.
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
    // A little more, so that a model which is not that of the file is told by its tensors.
    let budget = ParameterBudget(file.entries.reduce(1 << 20) { $0 + $1.count })
    let model = budget.spend { Self(configuration, for: data, using: Random(seed: 0)) }
    if budget.isExceeded { throw file.tooSmall(for: kind) }
    try model.load(file)
    model.mode = .inference
    return model
  }
}

extension SafetensorsFile {
  /// The settings of these definitions that the file has.
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
