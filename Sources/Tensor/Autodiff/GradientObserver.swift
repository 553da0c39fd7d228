/// Hears of the gradients in a module's parameters, each as soon as it is complete, while others are still to
/// be computed.
///
/// It is for what can be done with gradients meanwhile, such as to send them to other processes.
public final class GradientObserver: @unchecked Sendable {
  /// The observer of the gradients that are computed on this thread, whatever they are of.
  @TaskLocal package static var current: GradientObserver?
  /// The observer of the gradients of one module that are computed on this thread.
  @TaskLocal public static var requested: GradientObserver?

  private let owner: AnyObject
  private let hear: (_ parameter: Int, _ gradient: Tensor?) -> Void

  /// Creates an observer.
  ///
  /// - Parameters:
  ///   - owner: The module.
  ///   - hear: Called with the number of the parameter in the module's order, and with its gradient, nil
  ///     where it is zero.
  public init(
    of owner: AnyObject, _ hear: @escaping (_ parameter: Int, _ gradient: Tensor?) -> Void
  ) {
    (self.owner, self.hear) = (owner, hear)
  }

  /// Computes gradients of a module's parameters.
  package static func observing<Result>(
    _ module: AnyObject, _ body: () throws -> Result
  ) rethrows -> Result {
    guard let requested, requested.owner === module else { return try body() }
    return try $current.withValue(requested, operation: body)
  }

  /// Tells of a gradient.
  func tell(_ parameter: Int, _ gradient: Tensor?) { hear(parameter, gradient) }
}
