import Tensor

/// The mean of a Gaussian process prior.
public struct MeanFunction: Sendable {
  /// The name of the mean in reports.
  public let name: String
  /// The parameters' names.
  public let parameterNames: [String]
  /// The parameters, which may be any numbers.
  public var parameters: [Double]
  /// Whether training leaves the parameters unchanged.
  public var isFixed: Bool
  private let function: @Sendable (_ x: Tensor, _ parameters: Tensor) -> Tensor

  /// Creates a custom mean.
  ///
  /// - Parameters:
  ///   - name: The name of the mean in reports.
  ///   - parameters: The names and initial values of the parameters.
  ///   - isFixed: Whether training leaves the parameters unchanged.
  ///   - function: A function from points `[n, d]` and parameters `[parameters]` to means `[n]`, in
  ///     float64, made of differentiable operations.
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

  /// The mean that is 0 everywhere.
  public static let zero = MeanFunction("zero") { x, _ in
    .zeros([x.shape[0]], dtype: x.dtype)
  }

  /// A constant mean, trained unless it is fixed.
  public static func constant(_ value: Double, isFixed: Bool = false) -> MeanFunction {
    MeanFunction("constant", parameters: ["offset": value], isFixed: isFixed) { x, parameters in
      parameters.broadcast(to: [x.shape[0]])
    }
  }

  /// The linear mean offset + Σ_d slope_d x_d, trained unless it is fixed.
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
  ///   - parameters: Parameters that replace those of the mean, `[parameters]`.
  public func callAsFunction(_ x: Tensor, parameters: Tensor? = nil) -> Tensor {
    let own = Tensor(self.parameters, shape: [self.parameters.count], dtype: .float64)
    let value = function(x, parameters ?? own)
    precondition(
      value.shape == [x.shape[0]],
      "\(name): expected means of shape [\(x.shape[0])], found \(value.shape)")
    return value
  }
}
