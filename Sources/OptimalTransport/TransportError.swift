/// An error in the measures or the costs of a transport problem: a property of the data, not a
/// programming mistake.
public enum TransportError: Error, Equatable, Sendable {
  /// One of the two measures.
  public enum Side: String, Sendable {
    /// The measure that mass is taken from; its points are the rows of costs and plans.
    case source
    /// The measure that mass is brought to; its points are the columns.
    case target
  }

  /// A measure has no points.
  case empty(Side)
  /// A weight is negative, infinite or NaN.
  case badWeight(Side, index: Int, value: Double)
  /// All weights of a measure are zero.
  case noMass(Side)
  /// A coordinate of a point is infinite or NaN.
  case badPoint(Side, index: Int)
  /// The weights of the two measures have different sums.
  case unequalSums(source: Double, target: Double)
  /// The points of the two measures have different numbers of coordinates.
  case differentDimensions(source: Int, target: Int)
  /// The measures have different numbers of points, but a permutation is requested.
  case differentCounts(source: Int, target: Int)
  /// A cost is −∞ or NaN.
  case badCost(row: Int, column: Int, value: Double)
  /// Every plan moves mass at an infinite cost.
  case noFinitePlan
  /// The strength of the entropic regularisation is not a positive number.
  case badEpsilon(Double)
  /// The exponent of a Wasserstein distance is below 1 or not finite.
  case badExponent(Double)
}

extension TransportError: CustomStringConvertible {
  /// What was expected and what was found.
  public var description: String {
    switch self {
    case .empty(let side):
      "optimal transport: expected a \(side.rawValue) with at least one point, found none"
    case .badWeight(let side, let index, let value):
      "optimal transport: expected finite weights of 0 or more, found \(value) at"
        + " point \(index) of the \(side.rawValue)"
    case .noMass(let side):
      "optimal transport: expected a positive weight in the \(side.rawValue), found only zeros"
    case .badPoint(let side, let index):
      "optimal transport: expected finite coordinates, found others at point \(index) of the"
        + " \(side.rawValue)"
    case .unequalSums(let source, let target):
      "optimal transport: expected measures of the same mass, found weights that sum to \(source)"
        + " and \(target)"
    case .differentDimensions(let source, let target):
      "optimal transport: expected points with the same number of coordinates, found \(source) and"
        + " \(target)"
    case .differentCounts(let source, let target):
      "assignment: expected as many sources as targets, found \(source) and \(target)"
    case .badCost(let row, let column, let value):
      "optimal transport: expected costs that are numbers or +∞, found \(value) at row \(row),"
        + " column \(column)"
    case .noFinitePlan:
      "optimal transport: expected a plan with a finite cost, found none: some mass has only"
        + " infinite costs to the targets that have room"
    case .badEpsilon(let value):
      "Sinkhorn: expected an epsilon above 0, found \(value)"
    case .badExponent(let value):
      "Wasserstein distance: expected an exponent p ≥ 1, found \(value)"
    }
  }
}
