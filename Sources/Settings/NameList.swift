import Files

/// Names between commas, as of a table's columns: `--columns age,weight`.
///
/// A name with a comma in it stands between quotation marks, as in a CSV file (RFC 4180).
public struct NameList: SettingValue, ExpressibleByArrayLiteral {
  /// The names in their order.
  public let names: [String]

  /// Lists names.
  public init(_ names: [String]) { self.names = names }

  /// Lists names.
  public init(arrayLiteral names: String...) { self.init(names) }

  /// Names, none of which is empty.
  public static func read(
    _ text: String, in bounds: Bounds<Never>
  ) throws(SettingProblem) -> NameList {
    do throws(DelimitedTextError) {
      var table = try DelimitedText(Array(text.utf8), path: "")
      let names = try table.nextRecord()?.map(\.text) ?? [""]
      if try table.nextRecord() == nil, !names.contains("") { return NameList(names) }
    } catch {
      // What is wrong with the quotation marks matters less than what is expected.
    }
    throw .notOfKind(expected: "names between commas")
  }

  /// The names as they are typed.
  public var record: ConfigurationValue {
    let fields = names.map { String(decoding: DelimitedText.field(Array($0.utf8)), as: UTF8.self) }
    return .text(fields.joined(separator: ","))
  }

  /// `NAME,...`.
  public static var placeholder: String? { "NAME,..." }

  /// Reads the names as they are typed.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    do {
      self = try Self.read(text, in: .any)
    } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: error.expectation))
    }
  }

  /// Writes the names as they are typed.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(record.description)
  }
}
