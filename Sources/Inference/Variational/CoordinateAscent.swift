import Tensor

/// A variational approximation with several factors, each of which can be set to its optimum given
/// the others.
public protocol CoordinateAscentModel {
  /// The names of the factors, in the order in which a sweep updates them.
  static var factors: [String] { get }
  /// The approximation with one factor set to exp E[log p] over the others, normalised.
  func updating(_ factor: Int) -> Self
  /// The evidence lower bound, in nats.
  var bound: Double { get }
}

/// Coordinate ascent variational inference, CAVI (Bishop 2006, section 10.1): sweeps over a model's
/// factors that check the bound at every update.
public struct CoordinateAscent: Sendable {
  /// The relative rise of the bound in a sweep at which the ascent has converged.
  public var tolerance: Double
  /// The largest number of sweeps.
  public var sweepLimit: Int

  /// Creates an ascent with given settings.
  public init(tolerance: Double = 1e-10, sweepLimit: Int = 1_000) {
    precondition(
      tolerance >= 0 && sweepLimit >= 0,
      "CoordinateAscent: expected a tolerance and a limit of 0 or more, found \(tolerance) and"
        + " \(sweepLimit)")
    (self.tolerance, self.sweepLimit) = (tolerance, sweepLimit)
  }

  /// The reason why an ascent ended.
  public enum Reason: Sendable, Equatable, CustomStringConvertible {
    /// A sweep raised the bound by no more than the tolerance.
    case converged
    /// The limit of sweeps was reached.
    case sweepLimit
    /// An update lowered the bound beyond rounding (1e-10 of it): its formula does not belong to
    /// the model.
    case boundFell(factor: String, sweep: Int, by: Double)
    /// The bound is not a finite number.
    case notFinite(factor: String, sweep: Int)

    /// The reason in words.
    public var description: String {
      switch self {
      case .converged: "the bound no longer rises"
      case .sweepLimit: "the sweeps are used up"
      case .boundFell(let factor, let sweep, let fall):
        "the update of \(factor) in sweep \(sweep) lowered the bound by \(fall) nats"
      case .notFinite(let factor, let sweep):
        "the bound is not finite after the update of \(factor) in sweep \(sweep)"
      }
    }
  }

  /// The result of an ascent.
  public struct Fit<Model> {
    /// The approximation.
    public let model: Model
    /// The bound after every update, in nats, with the factors of a sweep one after the other.
    public let trace: [Double]
    /// The number of sweeps.
    public let sweeps: Int
    /// Why the ascent ended.
    public let reason: Reason
    /// Whether the bound no longer rises.
    public var hasConverged: Bool { reason == .converged }
    /// The last bound.
    public var bound: Double { trace.last ?? -.infinity }
  }

  /// Improves an approximation until its bound no longer rises.
  public func fit<Model: CoordinateAscentModel>(_ start: Model) -> Fit<Model> {
    var (model, bound, trace) = (start, -Double.infinity, [Double]())
    for sweep in 0..<sweepLimit {
      let before = bound
      for (factor, name) in Model.factors.enumerated() {
        let next = model.updating(factor)
        let value = next.bound
        trace.append(value)
        guard value.isFinite else {
          return Fit(
            model: model, trace: trace, sweeps: sweep + 1,
            reason: .notFinite(factor: name, sweep: sweep + 1))
        }
        model = next
        if value < bound - 1e-10 * Swift.max(1, Swift.abs(bound)) {
          return Fit(
            model: model, trace: trace, sweeps: sweep + 1,
            reason: .boundFell(factor: name, sweep: sweep + 1, by: bound - value))
        }
        bound = value
      }
      if bound - before <= tolerance * Swift.max(1, Swift.abs(bound)) {
        return Fit(model: model, trace: trace, sweeps: sweep + 1, reason: .converged)
      }
    }
    return Fit(model: model, trace: trace, sweeps: sweepLimit, reason: .sweepLimit)
  }
}
