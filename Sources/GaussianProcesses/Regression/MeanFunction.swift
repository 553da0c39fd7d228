import Tensor

/// The mean of a Gaussian process before any observation.
public struct MeanFunction: Sendable {
  /// What it is called in reports.
  public let name: String
  /// The parameters' names.
  public let parameterNames: [String]
  /// The parameters, any numbers.
  public var parameters: [Double]
  /// Whether training leaves the parameters as they are.
  public var isFixed: Bool
  private let function: @Sendable (_ x: Tensor, _ parameters: Tensor) -> Tensor

  /// Creates a mean of one's own.
  ///
  /// - Parameters:
  ///   - name: What it is called in reports.
  ///   - parameters: The names and first values of the parameters.
  ///   - isFixed: Whether training leaves the parameters as they are.
  ///   - function: From points `[n, d]` and parameters `[parameters]` to means `[n]`, in float64, by
  ///     differentiable operations.
  public init(
    _ name: String, parameters: KeyValuePairs<String, Double> = [:], isFixed: Bool = false,
    function: @escaping @Sendable (_ x: Tensor, _ parameters: Tensor) -> Tensor
  ) {
    self.init(
      name: name, names: parameters.map { "mean.\($0.key)" }, parameters.map(\.value), isFixed,
      function)
  }

  private init(
    name: String, names: [String], _ parameters: [Double], _ isFixed: Bool,
    _ function: @escaping @Sendable (_ x: Tensor, _ parameters: Tensor) -> Tensor
  ) {
    (self.name, parameterNames, self.parameters, self.isFixed) = (name, names, parameters, isFixed)
    self.function = function
  }

  /// 0 everywhere.
  public static let zero = MeanFunction("zero") { x, _ in
    .zeros([x.shape[0]], dtype: x.dtype)
  }

  /// The same everywhere; trained unless it is fixed.
  public static func constant(_ value: Double, isFixed: Bool = false) -> MeanFunction {
    MeanFunction("constant", parameters: ["offset": value], isFixed: isFixed) { x, parameters in
      parameters.broadcast(to: [x.shape[0]])
    }
  }

  /// offset + Σ_d slope_d x_d; trained unless it is fixed.
  public static func linear(
    offset: Double, slopes: [Double], isFixed: Bool = false
  ) -> MeanFunction {
    MeanFunction(
      name: "linear", names: ["mean.offset"] + slopes.indices.map { "mean.slope-\($0 + 1)" },
      [offset] + slopes, isFixed
    ) { x, parameters in
      let slopes = parameters.sliced(1..<parameters.count).reshaped(to: [-1, 1])
      return x.matmul(slopes).reshaped(to: [-1]) + parameters.sliced(0..<1)
    }
  }

  /// The means at points `[n, d]`, `[n]`.
  ///
  /// - Parameters:
  ///   - x: Points, `[n, d]`.
  ///   - parameters: Other parameters than its own, `[parameters]`.
  public func callAsFunction(_ x: Tensor, parameters: Tensor? = nil) -> Tensor {
    let own = Tensor(self.parameters, shape: [self.parameters.count], dtype: .float64)
    let value = function(x, parameters ?? own)
    precondition(
      value.shape == [x.shape[0]],
      "\(name): expected means of shape [\(x.shape[0])], found \(value.shape)")
    return value
  }
}
