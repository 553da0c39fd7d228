/// A text as a field of a table that people open with a spreadsheet.
///
/// It is quoted where it has to be (``DelimitedText/field(_:)``). Where a spreadsheet would take it for a
/// formula and compute it, because it begins with `=`, `+`, `-`, `@`, a tab or a line end, an apostrophe
/// stands before it; a reader that wants the text as it was takes that off again.
///
/// - Parameter text: The text's bytes, which need not be UTF-8.
package func csvField(_ text: some Collection<UInt8>) -> [UInt8] {
  let beginning = String(decoding: text.prefix(4), as: UTF8.self).unicodeScalars.first
  let isFormula = beginning.map(formulaBeginnings.contains) == true
  return DelimitedText.field((isFormula ? [UInt8(ascii: "'")] : []) + Array(text))
}

/// The last four are the wide forms of the first four.
private let formulaBeginnings = Set("=+-@\t\r\n＝＋－＠".unicodeScalars)
