/// An error in the numbers that define a distribution, as opposed to a programmer's error.
public enum DistributionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Probabilities do not sum to 1, in the row at `index` of the batch.
  case notNormalized(distribution: String, sum: Double, index: Int)
  /// A weight is negative, infinite or NaN.
  case unsuitableWeight(distribution: String, weight: Double, index: Int)
  /// Edges or nodes are not in ascending order.
  case notAscending(distribution: String, found: [Double], index: Int)
  /// There is no positive weight.
  case noMass(distribution: String)

  /// What was expected and found.
  public var description: String {
    switch self {
    case .notNormalized(let distribution, let sum, let index):
      "\(distribution): expected probabilities that sum to 1, found a sum of \(sum) in row \(index)"
    case .unsuitableWeight(let distribution, let weight, let index):
      "\(distribution): expected finite weights of 0 or more, found \(weight) at \(index)"
    case .notAscending(let distribution, let found, let index):
      "\(distribution): expected numbers in ascending order, found \(found) at \(index)"
    case .noMass(let distribution):
      "\(distribution): expected a weight above 0, found none"
    }
  }
}
