/// A mismatch between a tensor in a file and a model.
public struct TensorMismatch: Equatable, Sendable {
  /// The name of the tensor.
  public let name: String
  /// Its shape in the model; nil if the model has none of this name.
  public let expected: [Int]?
  /// Its shape in the file; nil if the file has none of this name.
  public let found: [Int]?

  /// Creates a mismatch from the expected and found shapes.
  public init(name: String, expected: [Int]?, found: [Int]?) {
    (self.name, self.expected, self.found) = (name, expected, found)
  }
}

extension TensorMismatch: CustomStringConvertible {
  /// What was expected and what was found.
  public var description: String {
    if let expected {
      return "\(name) of shape \(expected), found \(found.map { "\($0)" } ?? "none")"
    }
    return "no \(name), found one" + (found.map { " of shape \($0)" } ?? "")
  }
}

extension TensorMismatch {
  /// All tensors whose shapes differ between a file and a model, or that only one of them has.
  package static func all(
    expected: [(name: String, shape: [Int])], found: [(name: String, shape: [Int])]
  ) -> [TensorMismatch] {
    var shapes: ExactDictionary<[Int]> = [:]
    for (name, shape) in found where shapes[name] == nil { shapes[name] = shape }
    let names = Set(expected.map { ExactText($0.name) })
    return expected.compactMap { name, shape in
      shapes[name] == shape
        ? nil : TensorMismatch(name: name, expected: shape, found: shapes[name])
    }
      + found.compactMap { name, shape in
        names.contains(ExactText(name))
          ? nil : TensorMismatch(name: name, expected: nil, found: shape)
      }
  }
}
