/// Receives each gradient of a module's parameters as soon as it is complete, while others are
/// still being computed.
///
/// It allows work on gradients in the meantime, such as sending them to other processes.
public final class GradientObserver: @unchecked Sendable {
  /// The observer of all gradients computed on this thread.
  @TaskLocal package static var current: GradientObserver?
  /// The observer of one module's gradients computed on this thread.
  @TaskLocal public static var requested: GradientObserver?

  private let owner: AnyObject
  private let hear: (_ parameter: Int, _ gradient: Tensor?) -> Void

  /// Creates an observer.
  ///
  /// - Parameters:
  ///   - owner: The module.
  ///   - hear: Called with the index of the parameter in the module's order and with its gradient,
  ///     or nil if it is zero.
  public init(
    of owner: AnyObject, _ hear: @escaping (_ parameter: Int, _ gradient: Tensor?) -> Void
  ) {
    (self.owner, self.hear) = (owner, hear)
  }

  /// Computes gradients of a module's parameters under observation.
  package static func observing<Result>(
    _ module: AnyObject, _ body: () throws -> Result
  ) rethrows -> Result {
    guard let requested, requested.owner === module else { return try body() }
    return try $current.withValue(requested, operation: body)
  }

  /// Passes a gradient on.
  func tell(_ parameter: Int, _ gradient: Tensor?) { hear(parameter, gradient) }
}
