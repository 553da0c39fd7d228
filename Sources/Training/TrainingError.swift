import Tensor

/// An error that ends a training run early.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A figure of a step is infinite or NaN.
  case notFinite(metric: String, value: Double, epoch: Int, batch: Int)
  /// A figure of an evaluation is infinite or NaN.
  case evaluationNotFinite(metric: String, value: Double, epoch: Int)

  /// A value or a gradient in a step is infinite or NaN.
  case valueNotFinite(FiniteCheck.Finding, step: Int, epoch: Int, batch: Int)

  /// The text for the user.
  public var description: String {
    switch self {
    case .notFinite(let metric, let value, let epoch, let batch):
      "\(metric) is \(text(of: value)) in epoch \(epoch), batch \(batch): expected a finite number;"
        + " a smaller --learning-rate may help"
    case .valueNotFinite(let finding, let step, let epoch, let batch):
      "\(finding), in step \(step) (epoch \(epoch), batch \(batch))"
    case .evaluationNotFinite(let metric, let value, let epoch):
      "\(metric) is \(text(of: value)) after epoch \(epoch): expected a finite number;"
        + " a smaller --learning-rate may help"
    }
  }
}

/// A number in words; the sign of NaN is meaningless and omitted.
private func text(of value: Double) -> String { value.isNaN ? "nan" : "\(value)" }
