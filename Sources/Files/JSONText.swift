import Foundation

/// Formats a text as JSON, in quotation marks.
package func jsonText(_ text: String) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .withoutEscapingSlashes
  return String(decoding: try encoder.encode(text), as: UTF8.self)
}

/// Formats a value as JSON on one line with sorted keys, so that equal values have equal texts;
/// empty for a value that JSON cannot represent.
package func compactJSON(of value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
}
