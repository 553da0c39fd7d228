import Tensor

/// A sum of kernels: the covariance of a sum of independent functions.
public struct KernelSum: Kernel {
  /// The terms.
  public private(set) var summands: [any Kernel]

  /// Creates a sum of at least one kernel; sums among them are flattened.
  public init(_ kernels: [any Kernel]) {
    precondition(!kernels.isEmpty, "KernelSum: expected at least one kernel, found none")
    summands = kernels.flatMap { ($0 as? KernelSum)?.summands ?? [$0] }
  }

  /// The names of the terms, joined by ` + `.
  public var name: String { summands.map(\.name).joined(separator: " + ") }

  /// The parameters of the terms, one after the other.
  public var parameters: [KernelParameter] {
    get { [KernelParameter](of: summands) }
    set { newValue.assign(to: &summands) }
  }

  /// The sum of the terms' covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    // Noise that is zero costs nothing.
    let terms = summands.sharing(logarithms).filter { sameObservations || !($0.kernel is White) }
    return terms.combined(by: +) {
      $0.matrix(x, y, sameObservations: sameObservations, logarithms: $1)
    } ?? .zeros([x.shape[0], y.shape[0]], dtype: x.dtype)
  }

  /// The sum of the terms' variances.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    summands.sharing(logarithms).combined(by: +) {
      $0.diagonal(x, sameObservations: sameObservations, logarithms: $1)
    } ?? .zeros([x.shape[0]], dtype: x.dtype)
  }
}

/// A product of kernels.
public struct KernelProduct: Kernel {
  /// The factors.
  public private(set) var factors: [any Kernel]

  /// Creates a product of at least one kernel; products among them are flattened.
  public init(_ kernels: [any Kernel]) {
    precondition(!kernels.isEmpty, "KernelProduct: expected at least one kernel, found none")
    factors = kernels.flatMap { ($0 as? KernelProduct)?.factors ?? [$0] }
  }

  /// The names of the factors, joined by ` * `, with sums in parentheses.
  public var name: String {
    factors.map { $0.summands.count > 1 ? "(\($0.name))" : $0.name }.joined(separator: " * ")
  }

  /// The parameters of the factors, one after the other.
  public var parameters: [KernelParameter] {
    get { [KernelParameter](of: factors) }
    set { newValue.assign(to: &factors) }
  }

  /// The product of the factors' covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    factors.sharing(logarithms).combined(by: *) {
      $0.matrix(x, y, sameObservations: sameObservations, logarithms: $1)
    } ?? .ones([x.shape[0], y.shape[0]], dtype: x.dtype)
  }

  /// The product of the factors' variances.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    factors.sharing(logarithms).combined(by: *) {
      $0.diagonal(x, sameObservations: sameObservations, logarithms: $1)
    } ?? .ones([x.shape[0]], dtype: x.dtype)
  }
}

/// The sum of two kernels.
public func + (a: some Kernel, b: some Kernel) -> KernelSum { KernelSum([a, b]) }

/// The product of two kernels.
public func * (a: some Kernel, b: some Kernel) -> KernelProduct { KernelProduct([a, b]) }

extension [any Kernel] {
  /// Each kernel with its share of the logarithms of all parameters.
  fileprivate func sharing(_ logarithms: Tensor) -> [(kernel: any Kernel, logarithms: Tensor)] {
    var begin = 0
    return map { kernel in
      let range = begin..<begin + kernel.parameters.count
      begin = range.upperBound
      return (kernel, logarithms.sliced(range))
    }
  }
}

extension [(kernel: any Kernel, logarithms: Tensor)] {
  fileprivate func combined(
    by operation: (Tensor, Tensor) -> Tensor, _ value: (any Kernel, Tensor) -> Tensor
  ) -> Tensor? {
    reduce(nil as Tensor?) { result, element in
      let next = value(element.kernel, element.logarithms)
      return result.map { operation($0, next) } ?? next
    }
  }
}
