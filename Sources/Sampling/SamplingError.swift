import Files
import Models
import NN

/// A request that a saved model does not support.
public enum SamplingError: Error, Equatable, Sendable {
  /// The file contains a model that cannot generate examples, or an unknown one.
  case notGenerative(path: String, kind: String, known: [String])
  /// The model has no distribution of codes to draw from.
  case noPrior(kind: String)
  /// The model cannot encode examples.
  case noEncoder(kind: String)
  /// The model is not a model of texts.
  case noText(kind: String)
  /// The model does not support temperatures other than 1.
  case noTemperature(kind: String)
  /// The model cannot complete images.
  case noCompletion(kind: String)
  /// The model's examples have values that are not finite, because its weights are too large.
  case notFinite(kind: String)
  /// The model requires the class of an example.
  case needsClass(kind: String, classes: Int)
  /// The model's codes are not two-dimensional.
  case codesNotFlat(kind: String, found: Int)
}

extension SamplingError: CustomStringConvertible {
  /// What was expected and found.
  public var description: String {
    switch self {
    case .notGenerative(let path, let kind, let known):
      "'\(path)': expected a model that examples can be drawn from (\(known.joined(separator: ", "))), found"
        + " '\(printable(kind))'"
    case .noPrior(let kind):
      "expected a model with a distribution of codes to draw from, found '\(kind)', which can"
        + " only reconstruct"
    case .noEncoder(let kind):
      "expected a model that can encode examples (\(encoders)), found '\(kind)'"
    case .noText(let kind):
      "expected a model of texts (language-model), found '\(kind)'"
    case .noTemperature(let kind):
      "expected a model with a temperature (\(kinds { $0 is any TemperedModel.Type })), found"
        + " '\(kind)'"
    case .noCompletion(let kind):
      "expected a model that can complete images (\(kinds { $0 is any CompletingModel.Type })),"
        + " found '\(kind)'"
    case .notFinite(let kind):
      "expected examples of finite values, found a '\(kind)' that makes others: its numbers are"
        + " finite, but too large to compute with"
    case .needsClass(let kind, let classes):
      "expected a class from 0 to \(classes - 1) with it, which this '\(kind)' needs for each example"
    case .codesNotFlat(let kind, let found):
      "expected codes of 2 dimensions, found a '\(kind)' with \(found)"
    }
  }
}

/// The kinds of model whose reconstructions are informative.
private var encoders: String { kinds { ($0 as? any EncodingModel.Type)?.isInvertible == false } }

/// The kinds of models that satisfy a condition.
private func kinds(_ isIncluded: (any Model.Type) -> Bool) -> String {
  registry.map(\.model).filter(isIncluded).map { $0.kind }.joined(separator: ", ")
}
