import Tensor

/// Limits the size of a module that is being built, so that a file describing a huge model cannot
/// make the program allocate memory for it.
///
/// Initialisers consult it before they allocate memory; beyond the budget they give empty tensors,
/// and the module built from them is discarded.
final class ParameterBudget: @unchecked Sendable {
  // Not used from two threads: a module is built by one.
  private let limit: Int
  /// The requested shapes.
  private(set) var shapes: [[Int]] = []
  /// The total number of values, or `Int.max` on overflow.
  private(set) var count = 0

  /// Whether more was requested than the limit.
  var isExceeded: Bool { count > limit }

  @TaskLocal private static var current: ParameterBudget?

  /// Creates a budget for this many values.
  init(_ limit: Int) { self.limit = limit }

  /// The shape if the budget of the module being built has room for it, otherwise an empty one.
  static func shape(_ shape: [Int]) -> [Int] {
    guard let current else { return shape }
    current.take(shape)
    return current.isExceeded ? shape.map { _ in 0 } : shape
  }

  private func take(_ shape: [Int]) {
    shapes.append(shape)
    let (sum, overflow) = count.addingReportingOverflow(shape.elementCount ?? Int.max)
    count = overflow ? Int.max : sum
  }

  /// Builds a module within the budget; check ``isExceeded`` afterwards.
  func spend<Built>(_ build: () -> Built) -> Built {
    Self.$current.withValue(self, operation: build)
  }
}
