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
