import Tensor

/// A rule for the initial values of a weight.
///
/// The default for weights is ``glorotUniform`` (Glorot and Bengio 2010, equation 16); biases start
/// at zero.
public struct Initializer: Sendable {
  /// Draws values for a weight of this shape with this many inputs and outputs.
  let draw: @Sendable (_ shape: [Int], _ fanIn: Int, _ fanOut: Int, _ random: Random) -> Tensor

  /// Draws the values of a weight.
  ///
  /// - Parameters:
  ///   - shape: The weight's shape; by convention, inputs come before outputs.
  ///   - fanIn: The number of inputs per output.
  ///   - fanOut: The number of outputs per input.
  ///   - random: The stream of random numbers.
  public func callAsFunction(
    _ shape: [Int], fanIn: Int, fanOut: Int, using random: Random
  ) -> Tensor {
    draw(ParameterBudget.shape(shape), fanIn, fanOut, random)
  }

  /// Uniform with variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010, equation 16).
  public static let glorotUniform = uniform { 2 / ($0 + $1) }
  /// Normal with variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010).
  public static let glorotNormal = normal { 2 / ($0 + $1) }
  /// Uniform with variance 2 / fan-in, for rectifiers (He, Zhang, Ren and Sun 2015, equation 10).
  public static let heUniform = uniform { fanIn, _ in 2 / fanIn }
  /// Normal with variance 2 / fan-in, for rectifiers (He, Zhang, Ren and Sun 2015, equation 10).
  public static let heNormal = normal { fanIn, _ in 2 / fanIn }
  /// Uniform with variance 1 / fan-in (LeCun, Bottou, Orr and Müller 1998, section 4.6).
  public static let leCunUniform = uniform { fanIn, _ in 1 / fanIn }
  /// Normal with variance 1 / fan-in (LeCun, Bottou, Orr and Müller 1998, section 4.6).
  public static let leCunNormal = normal { fanIn, _ in 1 / fanIn }

  /// Zeros of a shape: the initial values of a bias.
  static func zeros(_ shape: [Int]) -> Tensor { Tensor.zeros(ParameterBudget.shape(shape)) }

  /// Ones of a shape: the initial values of a scale.
  static func ones(_ shape: [Int]) -> Tensor { Tensor.ones(ParameterBudget.shape(shape)) }

  /// The same value for all elements.
  public static func constant(_ value: Double) -> Initializer {
    Initializer { shape, _, _, _ in Tensor(filledWith: value, shape) }
  }

  /// Normal with this mean and standard deviation.
  public static func normal(mean: Double = 0, standardDeviation: Double) -> Initializer {
    Initializer { shape, _, _, random in
      random.normal(shape, mean: mean, standardDeviation: standardDeviation)
    }
  }

  /// Uniform on [−`bound`, `bound`).
  public static func uniform(bound: Double) -> Initializer {
    Initializer { shape, _, _, random in random.uniform(shape, in: -bound..<bound) }
  }

  private static func uniform(
    variance: @escaping @Sendable (_ fanIn: Double, _ fanOut: Double) -> Double
  ) -> Initializer {
    Initializer { shape, fanIn, fanOut, random in
      // A uniform distribution on ±b has variance b² / 3.
      let bound = (3 * variance(Double(fanIn), Double(fanOut))).squareRoot()
      return random.uniform(shape, in: -bound..<bound)
    }
  }

  private static func normal(
    variance: @escaping @Sendable (_ fanIn: Double, _ fanOut: Double) -> Double
  ) -> Initializer {
    Initializer { shape, fanIn, fanOut, random in
      random.normal(
        shape, standardDeviation: variance(Double(fanIn), Double(fanOut)).squareRoot())
    }
  }
}
