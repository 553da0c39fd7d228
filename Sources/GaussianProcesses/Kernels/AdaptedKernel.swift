import Tensor

/// A kernel with a transformation before it (on the points) or after it (on the covariances), or
/// under another name; its parameters are those of the kernel that it adapts.
public struct AdaptedKernel: Kernel {
  private enum Adaptation: Sendable {
    case columns([Int])
    case features(@Sendable (Tensor) -> Tensor)
    case exponential
    case name
  }

  private let adaptation: Adaptation
  private let label: String
  private var kernel: any Kernel

  private init(_ adaptation: Adaptation, _ kernel: any Kernel, _ label: String) {
    (self.adaptation, self.kernel, self.label) = (adaptation, kernel, label)
  }

  fileprivate static func on(columns: [Int], _ kernel: some Kernel) -> AdaptedKernel {
    precondition(
      !columns.isEmpty && columns.allSatisfy { $0 >= 0 },
      "\(kernel.name): expected columns of 0 or more, found \(columns)")
    let list = columns.map(String.init).joined(separator: ", ")
    return AdaptedKernel(.columns(columns), kernel, "\(kernel.inParentheses)[\(list)]")
  }

  fileprivate static func on(
    features: @escaping @Sendable (Tensor) -> Tensor, _ kernel: some Kernel, _ name: String
  ) -> AdaptedKernel {
    AdaptedKernel(.features(features), kernel, "\(kernel.inParentheses)[\(name)]")
  }

  fileprivate static func exponential(_ kernel: some Kernel) -> AdaptedKernel {
    AdaptedKernel(.exponential, kernel, "exp(\(kernel.name))")
  }

  fileprivate static func named(_ name: String, _ kernel: some Kernel) -> AdaptedKernel {
    AdaptedKernel(.name, kernel, name)
  }

  /// The kernel's name, with the transformation in brackets.
  public var name: String { label }

  /// The parameters of the kernel; under another name, their names start with that name.
  public var parameters: [KernelParameter] {
    get {
      guard case .name = adaptation else { return kernel.parameters }
      return kernel.parameters.map {
        KernelParameter("\(label).\($0.name)", $0.value, isFixed: $0.isFixed)
      }
    }
    set {
      guard case .name = adaptation else { return kernel.parameters = newValue }
      kernel.parameters = zip(kernel.parameters, newValue).map {
        KernelParameter($0.name, $1.value, isFixed: $1.isFixed)
      }
    }
  }

  /// The covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    let value = kernel.matrix(
      points(x), points(y), sameObservations: sameObservations, logarithms: logarithms)
    return adapted(value)
  }

  /// The variances.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    adapted(
      kernel.diagonal(points(x), sameObservations: sameObservations, logarithms: logarithms))
  }

  private func points(_ x: Tensor) -> Tensor {
    switch adaptation {
    case .columns(let columns):
      precondition(
        x.rank == 2 && columns.allSatisfy { $0 < x.shape[1] },
        "\(label): expected points with a column \(columns.max() ?? 0), found shape \(x.shape)")
      return x.gathered(at: columns, along: 1)
    case .features(let features): return features(x)
    case .exponential, .name: return x
    }
  }

  private func adapted(_ covariances: Tensor) -> Tensor {
    if case .exponential = adaptation { exp(covariances) } else { covariances }
  }
}

/// The kernel exp(k(x, x′)).
public func exponential(_ kernel: some Kernel) -> AdaptedKernel { .exponential(kernel) }

extension Kernel {
  /// The kernel on some columns of the points, counted from 0.
  public func on(columns: [Int]) -> AdaptedKernel { .on(columns: columns, self) }

  /// The kernel on features of the points, such as the output of a network.
  ///
  /// - Parameters:
  ///   - features: From points `[n, d]` to features `[n, e]`, row by row.
  ///   - name: The name of the features in reports.
  public func on(
    features: @escaping @Sendable (Tensor) -> Tensor, named name: String = "features"
  ) -> AdaptedKernel {
    .on(features: features, self, name)
  }

  /// The kernel under another name, with which the names of its parameters start too.
  public func named(_ name: String) -> AdaptedKernel { .named(name, self) }

  fileprivate var inParentheses: String {
    name.contains(" ") ? "(\(name))" : name
  }
}
