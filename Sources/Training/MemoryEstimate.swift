import CommandLine
import NN

/// An estimate of the memory that a training needs, made before any of it is allocated.
///
/// Running out of memory ends a process without a message, so a training that cannot fit is
/// refused.
///
/// ```swift
/// let size = ModelSize.measured(for: data) { VAE(configuration, for: data, using: random) }
/// let memory = MemoryEstimate(of: size, batch: 128, epochs: 3)
/// try memory.check(smaller: ["--hidden", "--batch-size"])
/// ```
public struct MemoryEstimate: Equatable, Sendable {
  /// The number of parameters.
  let parameters: Int
  /// The number of values in the layers' outputs for a batch.
  let outputs: Int

  /// For each parameter: the parameter, its gradient and Adam's two moments, and, if training
  /// continues after the first checkpoint, the copies of parameter and moments that are being
  /// written.
  private let copiesOfParameters: Int
  /// For each layer output: the value and its gradient.
  private static let copiesOfOutputs = 2
  private static let bytesOfNumber = 4

  /// Estimates the memory for a model of this size.
  ///
  /// - Parameters:
  ///   - model: The size of all networks that are trained.
  ///   - batch: The number of examples in a step.
  ///   - epochs: The number of epochs.
  public init(of model: ModelSize, batch: Int, epochs: Int) {
    copiesOfParameters = epochs > 1 ? 7 : 4
    parameters = model.parameters
    outputs =
      model.outputs.multipliedReportingOverflow(by: batch).overflow
      ? Int.max : model.outputs * batch
  }

  /// The number of bytes.
  public var bytes: Int {
    let numbers =
      Double(copiesOfParameters) * Double(parameters)
      + Double(Self.copiesOfOutputs) * Double(outputs)
    return Int(min(Double(Self.bytesOfNumber) * numbers, 1e18))
  }

  /// Throws unless enough memory is available.
  ///
  /// - Parameter options: The options that reduce the need, with their dashes.
  /// - Throws: ``MemoryError``.
  public func check(smaller options: @autoclosure () -> [String]) throws(MemoryError) {
    try check(smaller: options(), AvailableMemory.current())
  }

  func check(
    smaller options: @autoclosure () -> [String], _ available: AvailableMemory?
  ) throws(MemoryError) {
    guard let available, bytes > available.bytes else { return }
    throw MemoryError(
      needed: bytes, parameters: parameters, available: available.bytes, limit: available.limit,
      options: options())
  }

  /// A note on the estimate if it is more than half of the available memory.
  package func note(_ available: AvailableMemory?) -> String? {
    guard let available, bytes > available.bytes / 2 else { return nil }
    return "memory:  about \(Readable.bytes(bytes)), of \(Readable.bytes(available.bytes)) that"
      + " \(available.limit)"
  }
}

/// A training that does not fit into memory.
public struct MemoryError: Error, Equatable, Sendable {
  /// The approximate number of bytes needed.
  public let needed: Int
  /// The number of the model's parameters.
  public let parameters: Int
  /// The number of bytes available.
  public let available: Int
  /// The limit in words.
  let limit: String
  /// The options that reduce the need.
  let options: [String]
}

extension MemoryError: CustomStringConvertible {
  /// What was expected and found, and what can be done.
  public var description: String {
    "expected a training that fits into the \(Readable.bytes(available)) of memory that \(limit),"
      + " found one of about \(Readable.bytes(needed)): \(Readable.count(parameters)) parameters, their"
      + " gradients, Adam's moments, a checkpoint and the values of a batch; a smaller"
      + " \(Readable.alternatives(options)) needs less"
  }
}

extension MemoryError: ExitCodeProviding {
  /// Always `usage`: with other options it would fit.
  public var exitCode: ExitCode { .usage }
}
