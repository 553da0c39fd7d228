import Foundation

/// Settings that belong together, such as all settings of a model: a struct whose properties are
/// declared with ``Setting``.
public protocol SettingGroup: Codable, Equatable, Sendable {
  /// The defaults.
  init()
}

/// The description of a setting, independent of its type.
public struct SettingDefinition: Sendable {
  /// The name on the command line (after two dashes), in `config.json` and in a model's file.
  public let name: String
  /// A description in a few words.
  public let help: String
  /// The placeholder for a value in the help, or nil for a flag.
  public let placeholder: String?
  /// The default shown in the help when there is none.
  public let absence: String?
  /// The default.
  public let defaultValue: ConfigurationValue
  /// Whether a resumed run may change the value.
  public let role: SettingRole
  /// For the path of an input file or folder, the words that may replace it; nil for any other
  /// setting.
  public let wordsForPath: [String]?
  /// Parses a value as typed on the command line.
  public let read: @Sendable (String) throws(SettingProblem) -> ConfigurationValue
  /// The name of the property.
  let property: String
}

extension SettingGroup {
  /// The settings in the order of their declaration.
  public static var definitions: [SettingDefinition] { Self().definitions }

  /// The settings in the order of their declaration, with this group's values as the defaults.
  public var definitions: [SettingDefinition] {
    Mirror(reflecting: self).children.compactMap { label, value in
      guard let label, let setting = value as? any DefinedSetting else { return nil }
      return setting.definition(property: String(label.drop { $0 == "_" }))
    }
  }

  /// The values by name, in the order of their declaration.
  public var record: Configuration {
    var record = Configuration()
    for (definition, child) in zip(Self.definitions, Mirror(reflecting: self).children) {
      record[definition.name] = (child.value as? any DefinedSetting)?.record
    }
    return record
  }

  /// Takes the values that a record holds for these settings, and the defaults for those it lacks.
  ///
  /// - Throws: `DecodingError` if a value has the wrong type; values that a definition has read
  ///   always have the right one.
  public init(_ record: Configuration) throws {
    var values: [String: ConfigurationValue] = [:]
    for definition in Self.definitions {
      let value = record[definition.name] ?? definition.defaultValue
      if value != .absent { values[definition.property] = value }
    }
    self = try JSONDecoder().decode(Self.self, from: try JSONEncoder().encode(values))
  }
}

private protocol DefinedSetting {
  var record: ConfigurationValue { get }
  func definition(property: String) -> SettingDefinition
}

extension Setting: DefinedSetting {
  var record: ConfigurationValue { wrappedValue.record }

  func definition(property: String) -> SettingDefinition {
    let bounds = explanation?.bounds ?? .any
    return SettingDefinition(
      name: explanation?.name ?? hyphenated(property), help: explanation?.help ?? "",
      placeholder: explanation?.placeholder ?? Value.placeholder, absence: explanation?.absence,
      defaultValue: record, role: explanation?.role ?? .fixed,
      wordsForPath: explanation?.wordsForPath,
      read: { text throws(SettingProblem) in try Value.read(text, in: bounds).record },
      property: property)
  }
}

/// `imageSize` as `image-size`.
private func hyphenated(_ name: String) -> String {
  name.reduce(into: "") { text, letter in
    if letter.isUppercase { text += "-" }
    text += letter.lowercased()
  }
}
