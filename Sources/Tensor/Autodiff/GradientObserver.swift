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
  private let places: (_ parameter: Int) -> Tensor?
  private let hear: (_ parameter: Int, _ gradient: Tensor?) -> Void

  /// Creates an observer.
  ///
  /// - Parameters:
  ///   - owner: The module.
  ///   - places: Returns a new tensor of the parameter's shape to whose memory its gradient may be
  ///     written, or nil if it has none; by default there are none.
  ///   - hear: Called with the index of the parameter in the module's order and with its gradient,
  ///     or nil if it is zero.
  public init(
    of owner: AnyObject, places: @escaping (_ parameter: Int) -> Tensor? = { _ in nil },
    _ hear: @escaping (_ parameter: Int, _ gradient: Tensor?) -> Void
  ) {
    (self.owner, self.places, self.hear) = (owner, places, hear)
  }

  /// Computes gradients of a module's parameters under observation.
  package static func observing<Result>(
    _ module: AnyObject, _ body: () throws -> Result
  ) rethrows -> Result {
    guard let requested, requested.owner === module else { return try body() }
    return try $current.withValue(requested, operation: body)
  }

  /// A tensor to whose memory a gradient may be written.
  func place(of parameter: Int) -> Tensor? { places(parameter) }

  /// Passes a gradient on.
  func tell(_ parameter: Int, _ gradient: Tensor?) { hear(parameter, gradient) }
}
