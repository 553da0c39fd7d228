/// A sum over the pieces of a batch in one fixed order, regardless of which process computed which
/// piece: neighbours are added, then neighbouring sums, and so on up a binary tree.
///
/// Floating-point sums depend on their order. Here it follows from the number of pieces alone, so
/// that one process with all pieces gives the same bits as several processes with some each. A
/// process adds what it can, the sums over whole branches of the tree, which are all that the
/// others need from it.
///
/// ```swift
/// var sum = TreeSum<Double>(of: 4)
/// for piece in 0..<4 { sum.add(values[piece], at: piece, by: +) }   // (0 + 1) + (2 + 3)
/// ```
public struct TreeSum<Value> {
  /// The number of pieces.
  public let pieceCount: Int
  /// The sums over branches of the tree that could not be combined further yet, with their pieces.
  public private(set) var branches: [(pieces: Range<Int>, sum: Value)] = []

  /// Starts a sum over this many pieces.
  public init(of pieceCount: Int) {
    precondition(pieceCount > 0, "TreeSum: expected one piece or more, found \(pieceCount)")
    self.pieceCount = pieceCount
  }

  /// Adds the contribution of one piece.
  public mutating func add(_ value: Value, at piece: Int, by add: (Value, Value) -> Value) {
    self.add(value, over: piece..<piece + 1, by: add)
  }

  /// Adds the sum over a branch, whose pieces must follow those added before.
  public mutating func add(
    _ value: Value, over pieces: Range<Int>, by add: (Value, Value) -> Value
  ) {
    var (pieces, value) = (pieces, value)
    while let last = branches.last, areSiblings(last.pieces, pieces) {
      branches.removeLast()
      value = add(last.sum, value)
      pieces = last.pieces.lowerBound..<pieces.upperBound
    }
    branches.append((pieces, value))
  }

  /// Whether two neighbouring ranges are the halves of a branch, the last of which may be
  /// incomplete.
  private func areSiblings(_ first: Range<Int>, _ second: Range<Int>) -> Bool {
    let width = 2 * first.count
    return first.upperBound == second.lowerBound && first.lowerBound % width == 0
      && second.upperBound == Swift.min(first.lowerBound + width, pieceCount)
  }
}

extension TreeSum<Void> {
  /// The branches formed by some of the pieces.
  static func branches(of pieces: Range<Int>, among pieceCount: Int) -> [Range<Int>] {
    var sum = TreeSum(of: pieceCount)
    for piece in pieces { sum.add((), at: piece) { _, _ in } }
    return sum.branches.map(\.pieces)
  }
}
