import CommandLine
import NN

/// About how much memory a training takes, known before any of it is taken.
///
/// Running out of memory ends a process without a word, so a training that cannot fit is refused.
///
/// ```swift
/// let size = ModelSize.measured(for: data) { VAE(configuration, for: data, using: random) }
/// let memory = MemoryEstimate(of: size, batch: 128, epochs: 3)
/// try memory.check(smaller: ["--hidden", "--batch-size"])
/// ```
public struct MemoryEstimate: Equatable, Sendable {
  /// The number of parameters.
  let parameters: Int
  /// The number of values that the layers put out for a batch.
  let outputs: Int

  /// For each parameter: itself, its gradient, Adam's two moments, and where the training goes on
  /// after the first checkpoint the copies of parameter and moments that are being written.
  private let copiesOfParameters: Int
  /// For each of the layers' outputs: itself and its gradient.
  private static let copiesOfOutputs = 2
  private static let bytesOfNumber = 4

  /// The estimate for a model of this size.
  ///
  /// - Parameters:
  ///   - model: All networks that are trained.
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

  /// Throws unless there is so much memory.
  ///
  /// - Parameter options: The options that make it less, with their dashes.
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

  /// A line on the estimate where it is more than half of what there is.
  package func note(_ available: AvailableMemory?) -> String? {
    guard let available, bytes > available.bytes / 2 else { return nil }
    return "memory:  about \(Readable.bytes(bytes)), of \(Readable.bytes(available.bytes)) that"
      + " \(available.limit)"
  }
}

/// A training that does not fit into memory.
public struct MemoryError: Error, Equatable, Sendable {
  /// About how many bytes it needs.
  public let needed: Int
  /// The number of the model's parameters.
  public let parameters: Int
  /// How many bytes there are.
  public let available: Int
  /// By what they are limited.
  let limit: String
  /// The options that make it less.
  let options: [String]
}

extension MemoryError: CustomStringConvertible {
  /// What was expected, what was found, and what can be done.
  public var description: String {
    "expected a training that fits into the \(Readable.bytes(available)) of memory that \(limit),"
      + " found one of about \(Readable.bytes(needed)): \(Readable.count(parameters)) parameters, their"
      + " gradients, Adam's moments, a checkpoint and the values of a batch; a smaller"
      + " \(Readable.alternatives(options)) takes less"
  }
}

extension MemoryError: ExitCodeProviding {
  /// Always `usage`: with other options it fits.
  public var exitCode: ExitCode { .usage }
}
