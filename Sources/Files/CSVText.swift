/// Formats a text as a field of a table that people open with a spreadsheet.
///
/// It is quoted if necessary (``DelimitedText/field(_:)``). If a spreadsheet would evaluate it as a
/// formula, because it begins with `=`, `+`, `-`, `@`, a tab or a line end, it is prefixed with an
/// apostrophe; a reader that wants the original text must remove that.
///
/// - Parameter text: The text's bytes, which need not be UTF-8.
package func csvField(_ text: some Collection<UInt8>) -> [UInt8] {
  let beginning = String(decoding: text.prefix(4), as: UTF8.self).unicodeScalars.first
  let isFormula = beginning.map(formulaBeginnings.contains) == true
  return DelimitedText.field((isFormula ? [UInt8(ascii: "'")] : []) + Array(text))
}

/// The last four are the wide forms of the first four.
private let formulaBeginnings = Set("=+-@\t\r\n＝＋－＠".unicodeScalars)
