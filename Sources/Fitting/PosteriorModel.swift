import Inference
import Tensor

/// A posterior that samplers and approximations work on, in coordinates without bounds.
struct PosteriorModel {
  /// The parameters' names.
  let names: [String]
  /// How many coordinates there are.
  let dimensions: Int
  /// The joint density of data and coordinates, with the determinant of the map to the parameters: from
  /// `[n, dimensions]` to `[n]`.
  let logDensity: LogDensity
  /// From coordinates `[n, dimensions]` to parameters `[n, names.count]`; nil where they are the same.
  let parameters: ((Tensor) -> Tensor)?
  /// Where searches begin, `[dimensions]`.
  let centre: Tensor
  /// Where chains begin, `[chains, dimensions]`.
  let starts: (_ chains: Int, _ random: Random) -> Tensor
  /// The model's Gibbs sampler, or why it has none.
  let gibbs: GibbsSampling
  /// The model as one of linear predictors, where it is one and its bound can be found without draws.
  var linear: LinearModel?
  /// What a reader should know.
  var notes: [String] = []

  /// A Gibbs sampler with coordinates of its own.
  enum GibbsSampling {
    case none(String)
    case sampler(Gibbs, starts: (Int, Random) -> Tensor, parameters: ((Tensor) -> Tensor)?)
  }

  /// Σᵢ log p(yᵢ | xᵢᵀw) with w ~ N(0, v I).
  struct LinearModel {
    /// x, `[n, d]`.
    let design: Tensor
    let priorVariance: Double
    /// log p(yᵢ | ηᵢ) of linear predictors, `[n, nodes]` to `[n, nodes]`.
    let logLikelihood: (Tensor) -> Tensor
  }
}

extension PosteriorModel {
  /// Starts around the centre, half a unit away in each coordinate.
  static func starts(around centre: Tensor) -> (Int, Random) -> Tensor {
    { chains, random in
      centre + 0.5 * random.normal([chains, centre.count], dtype: .float64)
    }
  }
}

/// log N(x; 0, v) summed along the last axis, in nats; of so many numbers, where not each counts once.
func logNormal(_ x: Tensor, variance: Double, count: Double? = nil) -> Tensor {
  let logConstant = log(Tensor(2 * .pi * variance, dtype: .float64)).scalar
  let count = count ?? Double(x.shape[x.rank - 1])
  return -0.5 * (square(x).sum(along: -1) / variance + count * logConstant)
}

/// The columns from `first` to before `end` of a matrix.
func columns(_ x: Tensor, _ first: Int, _ end: Int) -> Tensor { x.sliced(first..<end, along: 1) }

/// One column of a matrix, `[n]`.
func column(_ x: Tensor, _ place: Int) -> Tensor { columns(x, place, place + 1).squeezed(at: 1) }
