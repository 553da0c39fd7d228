import Tensor

/// A covariance function k(x, x′): a value with named positive parameters.
///
/// Kernels compose: `a + b`, `a * b`, `2 * a`, ``exponential(_:)``, ``Kernel/on(columns:)``,
/// ``Kernel/on(features:named:)``. Every kernel consists of tensor operations and therefore has
/// gradients of any order with respect to the logarithms of its parameters and to the points.
///
/// ```swift
/// let kernel = 66 * SquaredExponential(length: 67) + Periodic(period: 1, length: 1.3) + White(variance: 0.1)
/// kernel(x, x).shape   // [n, n]
/// ```
///
/// A custom kernel declares its parameters and computes
/// ``matrix(_:_:sameObservations:logarithms:)`` and ``diagonal(_:sameObservations:logarithms:)``
/// from their logarithms.
public protocol Kernel: Sendable {
  /// The name of the kernel in reports, such as `squared-exponential`.
  var name: String { get }

  /// The parameters, in the order of their logarithms in ``matrix(_:_:sameObservations:logarithms:)``.
  var parameters: [KernelParameter] { get set }

  /// The terms of a sum, each a kernel; any other kernel has itself as its only term.
  var summands: [any Kernel] { get }

  /// The covariances k(xᵢ, yⱼ).
  ///
  /// - Parameters:
  ///   - x: Points, `[n, d]`.
  ///   - y: Points of the same type, `[m, d]`.
  ///   - sameObservations: Whether xᵢ and yᵢ are the same observation, and not just equal points.
  ///     Only then is there white noise on the diagonal.
  ///   - logarithms: The logarithms of the parameters, `[parameters]`, in the points' type.
  /// - Returns: `[n, m]`.
  func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor

  /// The variances k(xᵢ, xᵢ), `[n]`, including white noise if `sameObservations` is true.
  func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor
}

extension Kernel {
  /// The kernel itself.
  public var summands: [any Kernel] { [self] }

  /// The covariances k(xᵢ, yⱼ) of points `[n, d]` and `[m, d]`, `[n, m]`, without white noise.
  public func callAsFunction(_ x: Tensor, _ y: Tensor) -> Tensor {
    matrix(x, y, sameObservations: false, logarithms: logarithms.converted(to: x.dtype))
  }

  /// The covariance matrix of observations at points `[n, d]`, `[n, n]`, with white noise on its
  /// diagonal.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    matrix(x, x, sameObservations: true, logarithms: logarithms.converted(to: x.dtype))
  }

  /// The logarithms of the parameters, float64 `[parameters]`.
  public var logarithms: Tensor {
    let values = parameters.map(\.value)
    return log(Tensor(values, shape: [values.count], dtype: .float64))
  }

  /// The unique names of the parameters: the second occurrence of a name gets the number 2.
  ///
  /// Examples are `squared-exponential.length` and `squared-exponential-2.length`.
  public var parameterNames: [String] { numbered(parameters.map(\.name)) }

  /// The kernel with other parameters, given by their logarithms.
  public func with(logarithms: Tensor) -> Self {
    precondition(
      logarithms.shape == [parameters.count],
      "\(name): expected \(parameters.count) logarithms, found shape \(logarithms.shape)")
    var (kernel, changed) = (self, parameters)
    let (new, old) = (logarithms.doubles, self.logarithms.doubles)
    // Equal logarithms give equal values, to the last digit.
    for (index, value) in exp(logarithms).doubles.enumerated() where new[index] != old[index] {
      changed[index].value = value
    }
    kernel.parameters = changed
    return kernel
  }
}

/// Repeated names get a number, which precedes the point if there is one.
private func numbered(_ names: [String]) -> [String] {
  var seen: [String: Int] = [:]
  return names.map { name in
    let number = seen[name, default: 0] + 1
    seen[name] = number
    if number == 1 { return name }
    guard let point = name.lastIndex(of: ".") else { return "\(name)-\(number)" }
    return "\(name[..<point])-\(number)\(name[point...])"
  }
}

extension Tensor {
  /// The exponential of an element of a vector, `[1]`.
  func parameter(_ index: Int) -> Tensor { exp(sliced(index..<index + 1)) }
}

/// Checks that both sets of points have the columns that a kernel expects.
func checkPoints(_ x: Tensor, _ y: Tensor, columns: Int? = nil, _ name: String) {
  precondition(
    x.rank == 2 && y.rank == 2 && x.shape[1] == y.shape[1] && x.dtype == y.dtype
      && (columns.map { $0 == x.shape[1] } ?? true),
    "\(name): expected points [n, \(columns.map(String.init) ?? "d")] and [m, "
      + "\(columns.map(String.init) ?? "d")] of one type, found \(x.dtype)\(x.shape) and"
      + " \(y.dtype)\(y.shape)")
}
