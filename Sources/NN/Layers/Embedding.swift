import Tensor

/// A table of vectors, one for each of `count` numbered items, such as words or classes.
///
/// - Input: indices in 0 ..< count. Output: `[indices.count, size]`.
/// - Parameters: count · size.
public final class Embedding: Module {
  /// The vectors, `[count, size]`.
  @Parameter public var weight: Tensor

  /// The vectors.
  public var members: Members { ["weight": $weight] }

  /// Creates a table whose numbers start as draws from N(0, 1).
  public init(
    _ count: Int, _ size: Int, initializer: Initializer = .normal(standardDeviation: 1),
    using random: Random
  ) {
    precondition(
      count > 0 && size > 0, "Embedding: expected sizes above 0, found \(count) and \(size)")
    weight = initializer([count, size], fanIn: count, fanOut: size, using: random)
  }

  /// The vectors at these indices, in order.
  public func callAsFunction(_ indices: [Int]) -> Tensor {
    let count = weight.shape[0]
    for (place, index) in indices.enumerated() {
      precondition(
        index >= 0 && index < count,
        "\(call): expected indices in 0 ..< \(count), found \(index) at \(place)")
    }
    return weight.gatheredRows(at: indices)
  }

  /// The code that creates the table, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the table in messages.
  private var call: String { "Embedding(\(weight.shape[0]), \(weight.shape[1]))" }
}
