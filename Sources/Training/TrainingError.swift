/// What can end a training run early.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A figure of a step is infinite or not a number.
  case notFinite(metric: String, value: Double, epoch: Int, batch: Int)
  /// A figure of an evaluation is infinite or not a number.
  case evaluationNotFinite(metric: String, value: Double, epoch: Int)

  /// The text for the user.
  public var description: String {
    switch self {
    case .notFinite(let metric, let value, let epoch, let batch):
      "\(metric) is \(value) in epoch \(epoch), batch \(batch): expected a finite number;"
        + " a smaller --learning-rate may help"
    case .evaluationNotFinite(let metric, let value, let epoch):
      "\(metric) is \(value) after epoch \(epoch): expected a finite number;"
        + " a smaller --learning-rate may help"
    }
  }
}
