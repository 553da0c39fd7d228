import Tensor

/// Classification with a normal density for each class; Bayes' rule turns the densities into class
/// probabilities.
///
/// The borders are linear in the inputs where the classes share a covariance (Fisher 1936) and
/// quadratic where each class has its own.
///
/// ```swift
/// let fit = try DiscriminantAnalysis(fitting: labels, on: x, .quadratic)
/// fit.logPosterior(at: x)        // [n, K]
/// fit.predictedClasses(at: x)
/// ```
///
/// Everything is estimated by maximum likelihood: covariances are divided by n, and the priors are
/// the classes' shares of the rows unless they are given.
public struct DiscriminantAnalysis: Sendable {
  /// Whether the classes share a covariance.
  public enum Kind: String, Sendable, CaseIterable {
    /// One covariance for all classes: the borders are planes.
    case linear
    /// A covariance for each class: the borders are quadrics.
    case quadratic
  }

  /// Whether the classes share a covariance.
  public let kind: Kind
  /// The prior probability of each class, float64 `[K]`.
  public let priors: Tensor
  /// The means, float64 `[K, d]`.
  public let means: Tensor
  /// The covariances, including the ridge, float64 `[K, d, d]`; all equal for `linear`.
  public let covariances: Tensor
  /// Σ log p(cᵢ, xᵢ), in nats.
  public let logLikelihood: Double
  /// The weighted share of rows whose own class is the most likely one.
  public let accuracy: Double

  private let factors: [CholeskyFactor]

  /// Fits the densities to labelled rows.
  ///
  /// - Parameters:
  ///   - labels: The class of each row, counted from 0.
  ///   - x: The inputs, `[n, d]`, or `[n]` for one column.
  ///   - kind: Whether the classes share a covariance.
  ///   - classes: The number of classes; by default the largest label plus one.
  ///   - priors: The classes' prior probabilities, above 0, which are divided by their sum; by
  ///     default the classes' shares of the weights.
  ///   - weights: How often each row counts, `[n]`, 0 or more.
  ///   - ridge: A number of 0 or more that is added to each variance, in the variances' units.
  /// - Throws: ``EstimationError`` for a single class, a class without rows, and a covariance
  ///   without an inverse.
  public init(
    fitting labels: [Int], on x: Tensor, _ kind: Kind = .linear, classes: Int? = nil,
    priors: [Double]? = nil, weights: Tensor? = nil, ridge: Double = 0
  ) throws {
    let operation = "\(kind.rawValue) discriminant analysis"
    let rows = try Rows(x, weights: weights, operation)
    let labels = try Labels(labels, classes: classes, rows)
    precondition(
      ridge >= 0 && ridge.isFinite, "\(operation): expected a ridge of 0 or more, found \(ridge)")
    precondition(
      priors.map { $0.count == labels.classes && $0.allSatisfy { $0 > 0 && $0.isFinite } } ?? true,
      "\(operation): expected \(labels.classes) priors above 0, found \(priors ?? [])")
    self.kind = kind
    let shares = Tensor(priors ?? labels.weights, dtype: .float64)
    self.priors = shares / shares.sum()
    let classWeights = rows.weights.expanded(at: 1) * labels.oneHot
    let totals = Tensor(labels.weights, dtype: .float64)
    means = classWeights.matmul(rows.values, transposeLeft: true) / totals.expanded(at: 1)
    let scatters = Self.scatters(rows.values, classWeights, means)
    let shift = ridge * Tensor.identity(rows.columns, dtype: .float64)
    let stack: [Tensor]
    switch kind {
    case .linear:
      let shared = scatters.reduce(Tensor(0, dtype: .float64), +) / rows.totalWeight + shift
      stack = Array(repeating: shared, count: labels.classes)
      let factor = try Self.factor(shared, label: nil, operation)
      factors = Array(repeating: factor, count: labels.classes)
    case .quadratic:
      stack = zip(scatters, labels.weights).map { $0 / $1 + shift }
      factors = try stack.enumerated().map {
        try Self.factor($0.element, label: $0.offset, operation)
      }
    }
    covariances = Tensor.stacked(stack)
    let joint = Self.logJoint(rows.values, self.priors, means, factors)
    let own = joint.gatheredElements(at: labels.values, along: 1).flattened(from: 0)
    logLikelihood = (own * rows.weights).sum().scalar
    accuracy = Estimators.accuracy(of: joint.argmax(), labels, rows)
  }

  /// The weighted scatter matrix Σ w (x − m)(x − m)ᵀ of each class.
  private static func scatters(
    _ x: Tensor, _ classWeights: Tensor, _ means: Tensor
  ) -> [Tensor] {
    (0..<means.shape[0]).map { k in
      let centred = x - means.sliced(k..<k + 1)
      let weighted = classWeights.sliced(k..<k + 1, along: 1) * centred
      return centred.matmul(weighted, transposeLeft: true)
    }
  }

  /// The Cholesky factor.
  ///
  /// Throws where the matrix is singular to rounding: where a variable's variance, given the
  /// variables before it, is at most 1e-13 of its own variance.
  private static func factor(
    _ covariance: Tensor, label: Int?, _ operation: String
  ) throws -> CholeskyFactor {
    let singular = EstimationError.singularCovariance(operation: operation, label: label)
    guard let factor = try? CholeskyFactor(of: covariance) else { throw singular }
    let shares = square(factor.lower.diagonal()) / covariance.diagonal()
    guard shares.min().scalar > 1e-13 else { throw singular }
    return factor
  }

  // MARK: Densities

  /// log p(c, x) = log πc + log N(x; μc, Σc), float64 `[m, K]`, in nats.
  public func logJoint(at x: Tensor) -> Tensor {
    let rows = (x.rank == 1 ? x.expanded(at: 1) : x).converted(to: .float64)
    precondition(
      rows.rank == 2 && rows.shape[1] == means.shape[1],
      "DiscriminantAnalysis: expected inputs [m, \(means.shape[1])], found \(x.shape)")
    return Self.logJoint(rows, priors, means, factors)
  }

  private static func logJoint(
    _ x: Tensor, _ priors: Tensor, _ means: Tensor, _ factors: [CholeskyFactor]
  ) -> Tensor {
    let constant = 0.5 * Double(x.shape[1]) * logTwoPi
    let columns = factors.enumerated().map { k, factor in
      let centred = x - means.sliced(k..<k + 1)
      let distances = square(factor.whitened(centred.transposed())).sum(along: 0)
      return -0.5 * distances - (0.5 * factor.logDeterminant + constant)
    }
    return Tensor.stacked(columns, along: 1) + log(priors)
  }

  /// log p(c ∣ x), float64 `[m, K]`, in nats.
  public func logPosterior(at x: Tensor) -> Tensor { logSoftmax(logJoint(at: x)) }

  /// The most likely class at each input.
  public func predictedClasses(at x: Tensor) -> [Int] { logJoint(at: x).argmax() }
}
