/// The reason why an adaptive solver did not reach the end of its interval.
public enum ODEError: Error, Equatable, Sendable {
  /// How far a solver got.
  public struct Progress: Equatable, Sendable {
    /// The time that was reached.
    public let time: Double
    /// The requested end.
    public let end: Double
    /// The number of steps up to that time.
    public let steps: Int
    /// The number of steps that were repeated with a smaller size.
    public let rejectedSteps: Int
    /// The number of evaluations of the vector field.
    public let evaluations: Int
    /// The time from which the equation was found to be stiff, or nil.
    public let stiffSince: Double?
  }

  /// The field has a value that is not finite.
  case notFinite(Progress)
  /// The tolerance requires steps too small to change the time.
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
      "expected the end within \(limit) steps, including rejected ones, found that more are needed,"
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
