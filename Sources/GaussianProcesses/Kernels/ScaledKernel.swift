import Tensor

/// A kernel times a variance σ², the square of an amplitude.
public struct ScaledKernel: Kernel {
  /// The scaled kernel.
  public private(set) var kernel: any Kernel
  private var variance: KernelParameter

  /// Creates σ² · `kernel`.
  public init(variance: Double, _ kernel: some Kernel) {
    self.kernel = kernel
    self.variance = KernelParameter("\(kernel.name).variance", variance)
  }

  /// The name of the scaled kernel.
  public var name: String { kernel.name }

  /// The variance, followed by the parameters of the scaled kernel.
  public var parameters: [KernelParameter] {
    get { [variance] + kernel.parameters }
    set {
      precondition(
        newValue.count == 1 + kernel.parameters.count,
        "\(name): expected \(1 + kernel.parameters.count) parameters, found \(newValue.count)")
      variance = newValue[0]
      kernel.parameters = Array(newValue.dropFirst())
    }
  }

  /// σ² times the kernel's covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    logarithms.parameter(0)
      * kernel.matrix(
        x, y, sameObservations: sameObservations,
        logarithms: logarithms.sliced(1..<logarithms.count))
  }

  /// σ² times the kernel's variances.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    logarithms.parameter(0)
      * kernel.diagonal(
        x, sameObservations: sameObservations, logarithms: logarithms.sliced(1..<logarithms.count))
  }
}

/// A kernel times a variance, which becomes a separate parameter.
public func * (variance: Double, kernel: some Kernel) -> ScaledKernel {
  ScaledKernel(variance: variance, kernel)
}
