/// A parsed equation of ``Tensor/einsum(_:_:)`` for operands of given shapes: which axes share an
/// index.
struct EinsumEquation {
  /// A letter's code, or a negative number for an axis that "..." stands for, −1 being the last of
  /// them.
  typealias Label = Int

  /// The labels of each operand's axes.
  private(set) var operands: [[Label]] = []
  /// The labels of the result's axes.
  private(set) var result: [Label] = []
  /// The size of each axis.
  private(set) var sizes: [Label: Int] = [:]
  private let text: String
  private let shapes: [[Int]]

  init(_ text: String, shapes: [[Int]]) {
    self.text = text
    self.shapes = shapes
    let sides = Self.parts(of: text.filter { !$0.isWhitespace }, separatedBy: "->")
    expect(sides.count <= 2, "one \"->\" or none")
    let terms = Self.parts(of: sides[0], separatedBy: ",")
    expect(terms.count == shapes.count, "\(shapes.count) operands, one for each shape")
    operands = zip(terms, shapes).map { labels(of: $0, rank: $1.count) }
    for (labels, shape) in zip(operands, shapes) {
      for (label, size) in zip(labels, shape) { note(size, of: label) }
    }
    let ellipsis = sizes.keys.filter { $0 < 0 }.sorted()
    if sides.count == 2 {
      let isOpen = sides[1].contains("...")
      let letters = sides[1].filter { $0 != "." }.count
      result = labels(of: sides[1], rank: letters + (isOpen ? ellipsis.count : 0))
    } else {
      let all = operands.flatMap { $0 }
      let single = sizes.keys.filter { label in label >= 0 && all.count { $0 == label } == 1 }
      result = ellipsis + single.sorted()
    }
    for label in result {
      expect(sizes[label] != nil, "letters of operands in the result, not \(Self.name(of: label))")
      expect(
        result.count { $0 == label } == 1, "\(Self.name(of: label)) once in the result")
    }
  }

  /// The labels of the axes of a term, such as "ij" or "...i".
  private func labels(of term: String, rank: Int) -> [Label] {
    let parts = Self.parts(of: term, separatedBy: "...")
    let letters = parts.joined()
    expect(
      parts.count <= 2 && letters.allSatisfy { $0.isASCII && $0.isLetter },
      "letters and at most one \"...\" in \"\(term)\"")
    let isOpen = parts.count == 2
    expect(
      isOpen ? letters.count <= rank : letters.count == rank,
      "\(rank) letters\(isOpen ? " or fewer" : "") for \(rank) axes, not \"\(term)\"")
    let (first, last) = (Self.codes(of: parts[0]), isOpen ? Self.codes(of: parts[1]) : [])
    return first + (isOpen ? Array(letters.count - rank..<0) : []) + last
  }

  /// Records the size of an axis.
  ///
  /// Axes of "..." broadcast.
  private mutating func note(_ size: Int, of label: Label) {
    guard let known = sizes[label] else {
      sizes[label] = size
      return
    }
    let broadcasts = label < 0 && (size == 1 || known == 1)
    expect(
      size == known || broadcasts, "one size for \(Self.name(of: label)), not \(known) and \(size)")
    if known == 1 { sizes[label] = size }
  }

  /// Stops the program, with the equation and the shapes, if a condition does not hold.
  func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
    precondition(
      condition,
      "einsum: expected \(what()), found \"\(text)\" for shapes "
        + shapes.map { "\($0)" }.joined(separator: ", "))
  }

  private static func name(of label: Label) -> String {
    UInt8(exactly: label).map { "\"\(Character(UnicodeScalar($0)))\"" } ?? "an axis of \"...\""
  }

  private static func codes(of letters: String) -> [Label] { letters.utf8.map { Int($0) } }

  /// The parts of a text between separators, including empty ones.
  private static func parts(of text: String, separatedBy separator: String) -> [String] {
    var (parts, rest) = ([String](), Substring(text))
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
