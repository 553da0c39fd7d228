import Foundation

/// A text as JSON has it, in quotation marks.
package func jsonText(_ text: String) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .withoutEscapingSlashes
  return String(decoding: try encoder.encode(text), as: UTF8.self)
}

/// A value as JSON on one line, its keys sorted, so that equal values have equal texts; empty for a value
/// that JSON cannot hold.
package func compactJSON(of value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
}
