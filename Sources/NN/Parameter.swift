import Tensor

/// A learned tensor.
///
/// Declared with the attribute, it reads and writes like the tensor; `$weight` is the parameter
/// itself, to be listed in the module's ``Module/members``.
///
/// ```swift
/// @Parameter public var weight: Tensor
/// ```
@propertyWrapper
public final class Parameter: Member {
  /// The value; inside `valueWithGradient(of:)`, the watched one.
  public var wrappedValue: Tensor

  /// The parameter itself.
  public var projectedValue: Parameter { self }

  /// Creates a parameter from its initial value.
  public init(wrappedValue: Tensor) { self.wrappedValue = wrappedValue }
}

/// An optional parameter, such as the bias of a convolution, which is omitted before a batch norm.
///
/// It reads and writes like the tensor, or `nil` if there is none; `$bias` is the parameter itself,
/// to be listed in the module's ``Module/members``, which omit `nil`.
///
/// ```swift
/// @OptionalParameter public var bias: Tensor?
/// ```
///
/// Whether it exists is decided when the module is created: assigning the other kind later stops
/// the program.
@propertyWrapper
public struct OptionalParameter {
  /// The value, if there is one; inside `valueWithGradient(of:)`, the watched one.
  public var wrappedValue: Tensor? {
    get { projectedValue?.wrappedValue }
    nonmutating set {
      switch (projectedValue, newValue) {
      case (let parameter?, let value?): parameter.wrappedValue = value
      case (nil, nil): break
      case (nil, let value?):
        preconditionFailure(
          "OptionalParameter: expected nil, as the module has no such parameter, found a"
            + " tensor of shape \(value.shape)")
      case (_?, nil):
        preconditionFailure(
          "OptionalParameter: expected a tensor, as the module has this parameter, found"
            + " nil")
      }
    }
  }

  /// The parameter itself, if there is one.
  public let projectedValue: Parameter?

  /// Creates a parameter from its initial value, or none for `nil`.
  public init(wrappedValue: Tensor?) {
    projectedValue = wrappedValue.map { Parameter(wrappedValue: $0) }
  }
}

/// A tensor in a module's state that is not learned by gradient, such as a running mean.
@propertyWrapper
public final class Buffer: Member {
  /// The value.
  public var wrappedValue: Tensor

  /// The buffer itself.
  public var projectedValue: Buffer { self }

  /// Creates a buffer from its initial value.
  public init(wrappedValue: Tensor) { self.wrappedValue = wrappedValue }
}
