import Foundation

/// Settings that belong together, such as all of a model: a struct whose properties are declared
/// with ``Setting``.
public protocol SettingGroup: Codable, Equatable, Sendable {
  /// The defaults.
  init()
}

/// What is known of a setting without its type.
public struct SettingDefinition: Sendable {
  /// What it is called on the command line (behind two dashes), in `config.json` and in a file.
  public let name: String
  /// What it is, in a few words.
  public let help: String
  /// What stands for a value in the help, or nil for a flag.
  public let placeholder: String?
  /// What the help gives as the default where there is none.
  public let absence: String?
  /// The default.
  public let defaultValue: ConfigurationValue
  /// Whether a resumed run may have another value.
  public let role: SettingRole
  /// Of the path of a file or folder that is read, the words that may stand in its place; nil for what
  /// is no such path.
  public let wordsForPath: [String]?
  /// Reads a text as it is typed.
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

  /// Takes the values that a record has of these settings, and the defaults of those that it lacks.
  ///
  /// - Throws: `DecodingError` where a value is not of the setting's type; one that was read by its
  ///   definition is.
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
