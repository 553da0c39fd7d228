import Tensor

/// A tensor that is learned.
///
/// Declared with the attribute, it reads and writes as the tensor; `$weight` is the parameter
/// itself, to be listed in the module's ``Module/members``.
///
/// ```swift
/// @Parameter public var weight: Tensor
/// ```
@propertyWrapper
public final class Parameter: Member {
  /// The value; inside `valueWithGradient(of:)` the watched one.
  public var wrappedValue: Tensor

  /// The parameter itself.
  public var projectedValue: Parameter { self }

  /// Creates a parameter from its initial value.
  public init(wrappedValue: Tensor) { self.wrappedValue = wrappedValue }
}

/// A parameter that a module may do without, as a convolution before a batch norm does without a bias.
///
/// It reads and writes as the tensor, `nil` where there is none; `$bias` is the parameter itself, to be
/// listed in the module's ``Module/members``, which leave out what is `nil`.
///
/// ```swift
/// @OptionalParameter public var bias: Tensor?
/// ```
///
/// Whether there is one is decided when the module is made: assigning the other kind later stops the
/// program.
@propertyWrapper
public struct OptionalParameter {
  /// The value, if there is one; inside `valueWithGradient(of:)` the watched one.
  public var wrappedValue: Tensor? {
    get { projectedValue?.wrappedValue }
    nonmutating set {
      switch (projectedValue, newValue) {
      case (let parameter?, let value?): parameter.wrappedValue = value
      case (nil, nil): break
      case (nil, let value?):
        preconditionFailure(
          "OptionalParameter: expected nil, as the module was made without this parameter, found a"
            + " tensor of shape \(value.shape)")
      case (_?, nil):
        preconditionFailure(
          "OptionalParameter: expected a tensor, as the module was made with this parameter, found"
            + " nil")
      }
    }
  }

  /// The parameter itself, if there is one.
  public let projectedValue: Parameter?

  /// Creates a parameter from its initial value, or none.
  public init(wrappedValue: Tensor?) {
    projectedValue = wrappedValue.map { Parameter(wrappedValue: $0) }
  }
}

/// A tensor that belongs to a module's state but is not learned by gradient, such as a running mean.
@propertyWrapper
public final class Buffer: Member {
  /// The value.
  public var wrappedValue: Tensor

  /// The buffer itself.
  public var projectedValue: Buffer { self }

  /// Creates a buffer from its initial value.
  public init(wrappedValue: Tensor) { self.wrappedValue = wrappedValue }
}
