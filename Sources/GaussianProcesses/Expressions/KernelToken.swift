/// A word, a number or a sign in a kernel expression.
struct KernelToken: Equatable {
  enum Kind: Equatable {
    case word(String)
    case number(Double)
    case sign(Character)
    case end
  }

  let kind: Kind
  /// The position, in characters counted from 1.
  let position: Int

  /// The token as messages show it.
  var description: String {
    switch kind {
    case .word(let word): "\"\(word)\""
    case .number(let number): "\(number)"
    case .sign(let sign): "\"\(sign)\""
    case .end: "the end"
    }
  }

  /// The tokens of a text, followed by the end token.
  static func tokens(of text: String) throws -> [KernelToken] {
    let characters = Array(text)
    var tokens: [KernelToken] = []
    var index = 0
    while index < characters.count {
      let first = characters[index]
      if first.isWhitespace {
        index += 1
        continue
      }
      let begin = index
      if isDigit(first) || first == "." {
        index = endOfNumber(characters, from: index)
        let number = String(characters[begin..<index])
        guard let value = Double(number), value.isFinite else {
          throw KernelExpressionError(
            expression: text, position: begin + 1, expected: "a number", found: "\"\(number)\"")
        }
        tokens.append(KernelToken(kind: .number(value), position: begin + 1))
      } else if first.isLetter || first == "_" {
        // The only operators are + and *, so - and / can belong to names such as matern-3/2.
        while index < characters.count, isPartOfWord(characters[index]) { index += 1 }
        tokens.append(
          KernelToken(kind: .word(String(characters[begin..<index])), position: begin + 1))
      } else {
        index += 1
        tokens.append(KernelToken(kind: .sign(first), position: begin + 1))
      }
    }
    return tokens + [KernelToken(kind: .end, position: characters.count + 1)]
  }

  private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

  private static func isPartOfWord(_ character: Character) -> Bool {
    character.isLetter || isDigit(character) || "-/_".contains(character)
  }

  /// The end of a number: digits, possibly followed by a point and an exponent.
  private static func endOfNumber(_ characters: [Character], from begin: Int) -> Int {
    var index = begin
    while index < characters.count, isDigit(characters[index]) || characters[index] == "." {
      index += 1
    }
    guard index < characters.count, "eE".contains(characters[index]) else { return index }
    var exponent = index + 1
    if exponent < characters.count, "+-".contains(characters[exponent]) { exponent += 1 }
    guard exponent < characters.count, isDigit(characters[exponent]) else { return index }
    while exponent < characters.count, isDigit(characters[exponent]) { exponent += 1 }
    return exponent
  }
}
