import Foundation

/// A text as JSON has it, in quotation marks.
package func jsonText(_ text: String) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .withoutEscapingSlashes
  return String(decoding: try encoder.encode(text), as: UTF8.self)
}
