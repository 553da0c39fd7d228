import Inference
import Tensor

/// A posterior in unconstrained coordinates, as samplers and approximations need it.
struct PosteriorModel {
  /// The parameters' names.
  let names: [String]
  /// The number of coordinates.
  let dimensions: Int
  /// The joint density of data and coordinates, including the determinant of the map to the
  /// parameters: from `[n, dimensions]` to `[n]`.
  let logDensity: LogDensity
  /// Maps coordinates `[n, dimensions]` to parameters `[n, names.count]`; nil if they are the same.
  let parameters: ((Tensor) -> Tensor)?
  /// The starting point of searches, `[dimensions]`.
  let centre: Tensor
  /// The starting points of chains, `[chains, dimensions]`.
  let starts: (_ chains: Int, _ random: Random) -> Tensor
  /// The model's Gibbs sampler, or the reason why it has none.
  let gibbs: GibbsSampling
  /// The model as one of linear predictors, if its bound can be computed without draws.
  var linear: LinearModel?
  /// Notes for the reader.
  var notes: [String] = []

  /// A Gibbs sampler with its own coordinates, or the reason why there is none.
  enum GibbsSampling {
    case none(String)
    case sampler(Gibbs, starts: (Int, Random) -> Tensor, parameters: ((Tensor) -> Tensor)?)
  }

  /// Σᵢ log p(yᵢ | xᵢᵀw) with w ~ N(0, v I).
  struct LinearModel {
    /// x, `[n, d]`.
    let design: Tensor
    let priorVariance: Double
    /// log p(yᵢ | ηᵢ) of linear predictors, from `[n, nodes]` to `[n, nodes]`.
    let logLikelihood: (Tensor) -> Tensor
  }
}

extension PosteriorModel {
  /// Starting points around the centre, half a unit away in each coordinate.
  static func starts(around centre: Tensor) -> (Int, Random) -> Tensor {
    { chains, random in
      centre + 0.5 * random.normal([chains, centre.count], dtype: .float64)
    }
  }
}

/// log N(x; 0, v) in nats, summed along the last axis; `count` replaces the number of terms if they
/// are weighted.
func logNormal(_ x: Tensor, variance: Double, count: Double? = nil) -> Tensor {
  let logConstant = log(Tensor(2 * .pi * variance, dtype: .float64)).scalar
  let count = count ?? Double(x.shape[x.rank - 1])
  return -0.5 * (square(x).sum(along: -1) / variance + count * logConstant)
}

/// The columns `first..<end` of a matrix.
func columns(_ x: Tensor, _ first: Int, _ end: Int) -> Tensor { x.sliced(first..<end, along: 1) }

/// One column of a matrix, `[n]`.
func column(_ x: Tensor, _ place: Int) -> Tensor { columns(x, place, place + 1).squeezed(at: 1) }
