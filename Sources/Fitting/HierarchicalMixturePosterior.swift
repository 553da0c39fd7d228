import Distributions
import Inference
import Tensor

/// The posterior of a hierarchical mixture of Gaussians with known noise, with the assignments
/// marginalised out.
struct HierarchicalMixturePosterior {
  let data: FitData
  let components: Int
  let prior: HierarchicalMixture.Prior

  /// Creates the posterior; the prior mean is the columns' mean.
  ///
  /// - Parameters:
  ///   - priorVariance: The prior variance of each mean in each column; by default the column's
  ///     variance.
  ///   - noiseVariance: The variance of points around their mean.
  init(
    _ data: FitData, components: Int, priorVariance: Double?, noiseVariance: Double,
    concentration: Double
  ) throws {
    let counted = data.weights?.nonzeroCount() ?? data.count
    guard counted >= components else {
      throw FitError.unsuitable(
        path: data.path, expected: "at least \(components) rows, one for each component",
        found: "\(counted)")
    }
    (self.data, self.components) = (data, components)
    let (centre, variances) = (data.rowMean(data.points), data.variances)
    let d = data.names.count
    if priorVariance == nil, let column = variances.doubles.firstIndex(of: 0) {
      throw FitError.unsuitable(
        path: data.path, expected: "varying numbers in column '\(data.names[column])'",
        found: "one value in all rows; leave it out with --without, or give a --prior-variance")
    }
    prior = try HierarchicalMixture.Prior(
      mean: centre,
      covariance: priorVariance.map { $0 * Tensor.identity(d, dtype: .float64) }
        ?? variances.diagonalMatrix(),
      noise: noiseVariance * .identity(d, dtype: .float64), concentration: concentration)
  }

  /// The coordinates are the means, component by component, and k − 1 stick-breaking numbers that
  /// determine the weights.
  var posterior: PosteriorModel {
    let (k, d, points) = (components, data.names.count, data.points)
    let stick = StickBreakingMap()
    let names =
      (1...k).flatMap { k in data.names.map { "mean-\(k)-\($0)" } } + (1...k).map { "weight-\($0)" }
    func rows(_ count: Int, _ random: Random) -> Tensor {
      let chosen = (0..<count).flatMap { _ in
        random.choice(k, of: points.shape[0], weights: data.weights)
      }
      return points.gatheredRows(at: chosen).reshaped(to: [count, k * d])
    }
    let first = rows(1, Random(seed: 0))
    var model = PosteriorModel(
      names: names, dimensions: k * d + k - 1,
      logDensity: { x in
        let means = columns(x, 0, k * d).reshaped(to: [x.shape[0], k, d])
        let (weights, logDeterminant) = stick.forwardWithLogDeterminant(
          columns(x, k * d, k * d + k - 1))
        let joint = prior.logJoint(of: points, weights: weights, means: means)
        let ofRows = joint.logSumExp(along: -1)
        return (data.weights.map { $0 * ofRows } ?? ofRows).sum(along: 1) + logDeterminant
          + prior.logDensity(weights: weights, means: means)
      },
      parameters: { x in
        let weights = stick.forward(columns(x, k * d, k * d + k - 1))
        return ordered(.concatenated([columns(x, 0, k * d), weights], along: 1))
      },
      centre: .concatenated([first, .zeros([1, k - 1], dtype: .float64)], along: 1).squeezed(at: 0),
      starts: { chains, random in
        .concatenated(
          [rows(chains, random), .zeros([chains, k - 1], dtype: .float64)], along: 1)
      },
      gibbs: data.weights == nil
        ? .sampler(
          .hierarchicalMixture(of: points, components: k, prior: prior),
          starts: { chains, random in
            let equal = Tensor(filledWith: 1 / Double(k), [chains, k], dtype: .float64)
            return .concatenated([rows(chains, random), equal], along: 1)
          }, parameters: ordered)
        : .none("a mixture of weighted rows, since each copy has its own component"))
    model.notes.append(
      "components of each draw are in the order of their means of '\(data.names[0])', since labels"
        + " may switch along a chain")
    return model
  }

  /// Means and weights `[n, k d + k]`, the components of each row in ascending order of their first
  /// means.
  private func ordered(_ x: Tensor) -> Tensor {
    let (k, d) = (components, data.names.count)
    let (values, width) = (x.doubles, k * d + k)
    let sorted = (0..<x.shape[0]).flatMap { row -> [Double] in
      let begin = row * width
      let order = (0..<k).sorted { values[begin + $0 * d] < values[begin + $1 * d] }
      let means = order.flatMap { values[(begin + $0 * d)...].prefix(d) }
      return means + order.map { values[begin + k * d + $0] }
    }
    return Tensor(sorted, shape: x.shape, dtype: .float64)
  }
}
