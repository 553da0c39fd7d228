/// Why an adaptive solver did not come to the end of its interval.
public enum ODEError: Error, Equatable, Sendable {
  /// How far a solver had come.
  public struct Progress: Equatable, Sendable {
    /// The time that was reached.
    public let time: Double
    /// The end that was asked for.
    public let end: Double
    /// The number of steps up to there.
    public let steps: Int
    /// The number of steps that were repeated with a smaller size.
    public let rejectedSteps: Int
    /// How often the vector field was evaluated.
    public let evaluations: Int
    /// The time from which on the equation was found stiff, or nil.
    public let stiffSince: Double?
  }

  /// The field has a value that is not finite.
  case notFinite(Progress)
  /// The tolerance needs steps that the numbers cannot tell from none.
  case stepTooSmall(Progress, size: Double)
  /// The end was not reached within the limit.
  case tooManySteps(Progress, limit: Int)
}

extension ODEError: CustomStringConvertible {
  /// What was expected, what was found, and where.
  public var description: String {
    switch self {
    case .notFinite(let progress):
      "expected a finite slope, found one that is not, \(progress)"
    case .stepTooSmall(let progress, let size):
      "expected a step that changes the time, found one of \(size), \(progress)"
    case .tooManySteps(let progress, let limit):
      "expected the end within \(limit) steps, rejected ones included, found more needed,"
        + " \(progress)"
    }
  }
}

extension ODEError.Progress: CustomStringConvertible {
  /// `at time 0.2 of 1 after 30 steps, 4 rejected ones and 205 evaluations`.
  public var description: String {
    let counts =
      "after \(steps) steps, \(rejectedSteps) rejected ones and \(evaluations) evaluations"
    let stiff = stiffSince.map { "; the equation is stiff from \($0) on" } ?? ""
    return "at time \(time) of \(end) \(counts)\(stiff)"
  }
}
