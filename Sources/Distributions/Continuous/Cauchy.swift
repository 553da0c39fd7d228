import Tensor

/// The Cauchy distribution, with density 1/(π s (1 + z²)) for z = (x − μ)/s; it has no mean.
public struct Cauchy: KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The median μ.
  public let location: Tensor
  /// Half the distance s between the quartiles.
  public let scale: Tensor

  /// Creates a distribution from its location and scale > 0, whose shapes broadcast.
  public init(location: Tensor, scale: Tensor) {
    let parameters = Parameters(
      "Cauchy", ("location", location, .real, 0), ("scale", scale, .positive, 0))
    (self.location, self.scale) = (parameters[0], parameters[1])
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { scale.shape }
  /// The parameters' element type.
  public var dtype: DType { scale.dtype }
  /// All numbers.
  public var support: Support { .line(dtype) }
  /// log 4πs.
  public var entropy: Tensor { log(scale) + (logPi + 2 * log2) }

  /// μ + s z with z drawn for μ = 0 and s = 1.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.cauchy(shape + batchShape, location: location, scale: scale)
  }

  /// −log π s − log(1 + z²).
  public func logDensity(of x: Tensor) -> Tensor {
    let z = (x - location) / scale
    return -logOnePlusSquare(z, Tensor(1, dtype: dtype)) - (log(scale) + logPi)
  }

  private var student: StudentT {
    StudentT(degreesOfFreedom: Tensor(1, dtype: dtype), location: location, scale: scale)
  }

  /// The distribution function of Student's t with one degree of freedom.
  public func cumulative(at x: Tensor) -> Tensor { student.cumulative(at: x) }
  /// The survival function of Student's t with one degree of freedom.
  public func survival(at x: Tensor) -> Tensor { student.survival(at: x) }
  /// μ − s cot πp.
  public func quantile(at p: Tensor) -> Tensor { location - scale * cotangent(p) }
  /// μ + s cot πq.
  public func quantile(atUpper q: Tensor) -> Tensor { location + scale * cotangent(q) }

  /// cot πp.
  private func cotangent(_ p: Tensor) -> Tensor {
    let lower = Double.pi * minimum(p, 1 - p)
    return cos(lower) / sin(lower) * sign(0.5 - p) + 0 * level(p)
  }
}
