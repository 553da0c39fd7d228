import Files

/// Names separated by commas, such as a table's columns: `--columns age,weight`.
///
/// A name that contains a comma is put in quotation marks, as in a CSV file (RFC 4180).
public struct NameList: SettingValue, ExpressibleByArrayLiteral {
  /// The names in their order.
  public let names: [String]

  /// Lists names.
  public init(_ names: [String]) { self.names = names }

  /// Lists names.
  public init(arrayLiteral names: String...) { self.init(names) }

  /// Reads names, none of which may be empty.
  public static func read(
    _ text: String, in bounds: Bounds<Never>
  ) throws(SettingProblem) -> NameList {
    do throws(DelimitedTextError) {
      var table = try DelimitedText(Array(text.utf8), path: "")
      let names = try table.nextRecord()?.map(\.text) ?? [""]
      if try table.nextRecord() == nil, !names.contains("") { return NameList(names) }
    } catch {
      // The expected form matters more than the mistake in the quotation marks.
    }
    throw .notOfKind(expected: "names separated by commas")
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
