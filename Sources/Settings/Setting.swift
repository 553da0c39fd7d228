/// One setting of a model or of a run: a value, and what a user needs to know to change it.
///
/// Settings are declared in a struct and nowhere else. Their command-line options with help and
/// bounds, their lines in `config.json` and their texts in a model's file all follow from it
/// (``SettingGroup``). The option is named after the property: `imageSize` is `--image-size`.
///
/// ```swift
/// struct Configuration: SettingGroup {
///   @Setting("coupling layers", in: 1...64) var couplings = 8
///   @Setting("widths of a conditioner", in: 1...65_536) var hidden = [128, 128]
/// }
/// ```
@propertyWrapper
public struct Setting<Value: SettingValue>: Sendable {
  /// The value, initially the default.
  public var wrappedValue: Value

  /// The description of the setting; nil for one that was read from a file, which holds only the
  /// value.
  let explanation: Explanation?

  struct Explanation: Sendable {
    let help: String
    let bounds: Bounds<Value.Bound>
    let name: String?
    let placeholder: String?
    let absence: String?
    let role: SettingRole
    let wordsForPath: [String]?
  }

  /// Declares a setting.
  ///
  /// - Parameters:
  ///   - wrappedValue: The default.
  ///   - help: A description in a few words: `dimensions of a latent code`.
  ///   - bounds: The numbers that are allowed.
  ///   - name: The name of the option, if it differs from the property's.
  ///   - placeholder: The placeholder for the value in the help, if not `N`, `X` or the choices.
  ///   - absence: The default shown in the help when the default is nil.
  ///   - wordsForPath: For the path of an input file or folder: the words that may replace the
  ///     path. A resumed run finds the path again wherever the program is started.
  ///   - role: Whether a resumed run may change the value.
  public init(
    wrappedValue: Value, _ help: String, in bounds: Bounds<Value.Bound> = .any,
    name: String? = nil, placeholder: String? = nil, absence: String? = nil,
    pathOr wordsForPath: [String]? = nil, _ role: SettingRole = .fixed
  ) {
    self.wrappedValue = wrappedValue
    explanation = Explanation(
      help: help, bounds: bounds, name: name, placeholder: placeholder, absence: absence,
      role: role, wordsForPath: wordsForPath)
  }

  /// Declares a setting of numbers in a range, both ends included.
  public init(
    wrappedValue: Value, _ help: String, in range: ClosedRange<Value.Bound>, name: String? = nil,
    placeholder: String? = nil, absence: String? = nil, _ role: SettingRole = .fixed
  ) {
    self.init(
      wrappedValue: wrappedValue, help, in: .between(range.lowerBound, and: range.upperBound),
      name: name, placeholder: placeholder, absence: absence, role)
  }
}

/// How a setting behaves when a run is resumed.
public enum SettingRole: Equatable, Sendable {
  /// The results depend on it: a resumed run keeps its value.
  case fixed
  /// The results so far do not depend on it: a resumed run may change it.
  case changeable
  /// Only a new run accepts it, although no result depends on it.
  case forNewRuns
}

extension Setting: Equatable {
  /// Whether the values are the same.
  public static func == (a: Setting, b: Setting) -> Bool { a.wrappedValue == b.wrappedValue }
}

// MARK: - Reading and writing

extension Setting: Codable {
  /// Reads the value alone.
  public init(from decoder: any Decoder) throws {
    wrappedValue = try Value(from: decoder)
    explanation = nil
  }

  /// Writes the value alone.
  public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

extension KeyedDecodingContainer {
  /// Reads a setting that may be missing.
  public func decode<Value: SettingValue>(
    _ type: Setting<Value?>.Type, forKey key: Key
  ) throws -> Setting<Value?> {
    Setting(wrappedValue: try decodeIfPresent(Value.self, forKey: key), "")
  }
}
