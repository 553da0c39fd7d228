import Tensor

/// How many numbers a module that is being built may have, so that a file which describes a huge
/// model cannot make the program take memory for it.
///
/// Initialisers ask it before they take memory; beyond the budget they give empty tensors, and the
/// module that is built of them is thrown away.
final class ParameterBudget: @unchecked Sendable {
  // Not used from two threads: building a module is the work of one.
  private let limit: Int
  /// The shapes that were asked for.
  private(set) var shapes: [[Int]] = []
  /// The number of numbers in all of them, or `Int.max` where that is no `Int`.
  private(set) var count = 0

  /// Whether more was asked for than there is.
  var isExceeded: Bool { count > limit }

  @TaskLocal private static var current: ParameterBudget?

  /// A budget of so many numbers.
  init(_ limit: Int) { self.limit = limit }

  /// The shape if the budget of the module being built has room for it, or else one of nothing.
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

  /// Builds a module within the budget; see ``isExceeded`` afterwards.
  func spend<Built>(_ build: () -> Built) -> Built {
    Self.$current.withValue(self, operation: build)
  }
}
