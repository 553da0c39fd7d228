/// Finds the first value that is not finite, in the forward or backward pass, and the operation and
/// the layer that produced it.
///
/// It checks everything that a gradient is computed through: each recorded value and each gradient
/// in the backward pass. Each takes a separate pass, even where operations would otherwise be
/// fused, so the last digit may differ from a run without the check. Use it when training has gone
/// wrong; without a check, operations have no overhead.
///
/// ```swift
/// let check = FiniteCheck(of: model)
/// FiniteCheck.$current.withValue(check) { trainer.step(batch) }
/// if let finding = check.first { print(finding) }   // exp in encoder.2 is not finite, …
/// ```
public final class FiniteCheck: @unchecked Sendable {
  /// A value that is not finite.
  public struct Finding: Equatable, Sendable {
    /// The operation's name, such as `exp`.
    public let operation: String
    /// The dotted path of the layer in which it ran; empty outside of all layers.
    public let path: String
    /// Whether it is a gradient in the backward pass of the operation, rather than its result.
    public let isGradient: Bool
    /// The value's shape.
    public let shape: [Int]
  }

  /// An operation and the path of its layer.
  struct Label {
    var operation: String
    var path: String
    var isParameter = false
  }

  /// The check of the gradients computed on this thread, if there is one.
  @TaskLocal public static var current: FiniteCheck?

  /// The first finding.
  public private(set) var first: Finding?

  private let paths: [ObjectIdentifier: String]
  /// The paths of the layers being computed, innermost last.
  private var layers: [String] = []
  /// The names of the parameters to be watched next.
  private var parameters: ArraySlice<String> = []

  /// Creates a check of layers with these paths.
  package init(paths: [ObjectIdentifier: String]) { self.paths = paths }

  /// The path of a layer, if it is one of those that are checked.
  package func path(of layer: AnyObject) -> String? { paths[ObjectIdentifier(layer)] }

  /// Computes a layer.
  package func inside<Result>(_ layer: AnyObject, _ body: () -> Result) -> Result {
    guard let path = path(of: layer) else { return body() }
    layers.append(path)
    defer { layers.removeLast() }
    return body()
  }

  /// Sets the names of the values to be watched next.
  package func nameWatched(_ names: [String]) { parameters = names[...] }

  /// Checks a value that is on no tape, such as a parameter after its update.
  package func look(at value: Tensor, operation: String, path: String) {
    look(at: value, Label(operation: operation, path: path), isGradient: false)
  }

  /// The label of the next watched value.
  func watchedLabel() -> Label {
    Label(operation: "parameter", path: parameters.popFirst() ?? "", isParameter: true)
  }

  /// The label of an operation on values with these labels: a layer called on its own is identified
  /// by its parameters.
  func label(_ operation: String, of inputs: some Sequence<Label>) -> Label {
    let name = String(operation.prefix { $0 != "(" })
    if let parameter = inputs.first(where: { $0.isParameter && $0.path.contains(".") }) {
      let path = parameter.path.split(separator: ".").dropLast().joined(separator: ".")
      return Label(operation: name, path: path)
    }
    return Label(operation: name, path: layers.last ?? "")
  }

  func look(at value: Tensor, _ label: Label, isGradient: Bool) {
    guard first == nil, !value.isFinite else { return }
    first = Finding(
      operation: label.operation, path: label.path, isGradient: isGradient, shape: value.shape)
  }
}

extension FiniteCheck.Finding: CustomStringConvertible {
  /// The operation, the layer and the value that is not finite.
  public var description: String {
    let place = operation + (path.isEmpty ? ", outside of all layers," : " in \(path)")
    return isGradient
      ? "the gradient through \(place) is not finite, of shape \(shape)"
      : "the value of \(place) is not finite, of shape \(shape)"
  }
}
