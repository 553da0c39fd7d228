/// A positive parameter of a kernel, which is trained through its logarithm.
public struct KernelParameter: Sendable, Equatable {
  /// The name of the parameter: the kernel's name, a point and its own, such as `periodic.period`.
  public var name: String
  /// The value of the parameter, above 0.
  public var value: Double {
    didSet { check() }
  }
  /// Whether training leaves the parameter unchanged.
  public var isFixed: Bool

  /// Creates a parameter.
  public init(_ name: String, _ value: Double, isFixed: Bool = false) {
    (self.name, self.value, self.isFixed) = (name, value, isFixed)
    check()
  }

  private func check() {
    precondition(
      value > 0 && value < .infinity, "\(name): expected a number above 0, found \(value)")
  }
}

extension [KernelParameter] {
  /// The parameters of several kernels, one after the other.
  init(of kernels: [any Kernel]) { self = kernels.flatMap(\.parameters) }

  /// Distributes these parameters to kernels, in order.
  func assign(to kernels: inout [any Kernel]) {
    precondition(
      count == kernels.map(\.parameters.count).reduce(0, +),
      "parameters: expected \(kernels.map(\.parameters.count).reduce(0, +)), found \(count)")
    var begin = 0
    for index in kernels.indices {
      let end = begin + kernels[index].parameters.count
      kernels[index].parameters = Array(self[begin..<end])
      begin = end
    }
  }
}
