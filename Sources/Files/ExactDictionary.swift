/// A text that equals another only if their UTF-8 bytes are identical.
///
/// Swift considers "é" as one character equal to "é" as a letter with a combining accent. Names in
/// files differ in this respect: a file may contain both, as may a folder.
package struct ExactText: Hashable, Comparable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (a: Self, b: Self) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  /// Whether the bytes of one precede those of the other.
  package static func < (a: Self, b: Self) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// Values by name, with names compared by their UTF-8 bytes.
///
/// It is used like a dictionary of texts. The order of iteration is that of the names' bytes.
public struct ExactDictionary<Value> {
  private var values: [ExactText: Value] = [:]

  /// Creates a dictionary without values.
  public init() {}

  /// The number of values.
  public var count: Int { values.count }

  /// The value under a name, or nil if there is none.
  public subscript(name: String) -> Value? {
    get { values[ExactText(name)] }
    set { values[ExactText(name)] = newValue }
  }

  /// The names in the order of their bytes.
  public var names: [String] { values.keys.sorted().map(\.text) }
}

extension ExactDictionary: Sendable where Value: Sendable {}

extension ExactDictionary: Equatable where Value: Equatable {}

extension ExactDictionary: ExpressibleByDictionaryLiteral {
  /// Creates a dictionary; the last of two values under one name counts.
  public init(dictionaryLiteral elements: (String, Value)...) {
    for (name, value) in elements { self[name] = value }
  }
}

extension ExactDictionary: Sequence {
  /// The names and values in the order of the names' bytes.
  public func makeIterator() -> some IteratorProtocol<(key: String, value: Value)> {
    values.sorted { $0.key < $1.key }.lazy.map { (key: $0.key.text, value: $0.value) }
      .makeIterator()
  }
}
