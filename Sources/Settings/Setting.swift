/// One setting of a model or of a run: a value, and what a person has to know to change it.
///
/// A struct of settings is the only place where they are declared. Its command-line options with
/// their help and bounds, its lines in `config.json` and its texts in a model's file follow from it
/// (``SettingGroup``). The option is called after the property: `imageSize` is `--image-size`.
///
/// ```swift
/// struct Configuration: SettingGroup {
///   @Setting("coupling layers", in: 1...64) var couplings = 8
///   @Setting("widths of a conditioner", in: 1...65_536) var hidden = [128, 128]
/// }
/// ```
@propertyWrapper
public struct Setting<Value: SettingValue>: Sendable {
  /// The value, at first the default.
  public var wrappedValue: Value

  /// What is said of it; nil in a value that was read from a file, which only has the value.
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
  ///   - help: What it is, in a few words: `dimensions of a latent code`.
  ///   - bounds: Which numbers are allowed.
  ///   - name: What the option is called, if not after the property.
  ///   - placeholder: What stands for the value in the help, if not `N`, `X` or the choices.
  ///   - absence: What the help gives as the default where it is nil.
  ///   - wordsForPath: For the path of a file or folder that is read: the words that may stand in its
  ///     place. A resumed run finds it where it was, wherever the program is started.
  ///   - role: Whether a resumed run may have another value.
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

/// What a setting is to a run that is resumed.
public enum SettingRole: Equatable, Sendable {
  /// The results depend on it: a resumed run keeps it.
  case fixed
  /// The results so far do not depend on it: a resumed run may have another value.
  case changeable
  /// Only a new run takes it, though no result depends on it.
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
  /// Reads a setting that may be left out.
  public func decode<Value: SettingValue>(
    _ type: Setting<Value?>.Type, forKey key: Key
  ) throws -> Setting<Value?> {
    Setting(wrappedValue: try decodeIfPresent(Value.self, forKey: key), "")
  }
}
