import Estimators
import Files
import Foundation
import GaussianProcesses
import Inference
import OptimalTransport
import Tensor

// Classical methods in double precision: a step is a complete fit, and yields a figure that the
// peers must also reach. The data are files of numbers in the folder `--inputs`, which
// peers/classical_inputs.py writes.

extension Work {
  /// Clusters, mixtures, samplers, state spaces, Gaussian processes and transport.
  static let classical: [(name: String, prepare: @Sendable () -> Work)] =
    [
      ("kmeans", kMeans), ("gmm", gaussianMixture), ("lda", topics), ("nuts", nuts),
      ("metropolis", metropolis), ("mean-field", meanField),
      ("kalman", { kalman(.squareRoot) }), ("kalman-covariance", { kalman(.covariance) }),
      ("kde", kernelDensity),
      ("logistic", logistic), ("gp1000-gradient", { gaussianProcessGradient(1_000) }),
      ("gp3000-gradient", { gaussianProcessGradient(3_000) }),
      ("gp1000-predict", { gaussianProcessPrediction(1_000) }),
      ("gp3000-predict", { gaussianProcessPrediction(3_000) }), ("emd500", { exactTransport(500) }),
      ("emd1000", { exactTransport(1_000) }), ("emd2000", { exactTransport(2_000) }),
      ("assignment2000", { assignment(2_000) }),
      ("sinkhorn", { sinkhorn(epsilon: 0.01, .scalings) }),
      ("sinkhorn-log", { sinkhorn(epsilon: 0.01, .logarithms) }),
      ("line-w2", { line(isWeighted: false) }),
      ("line-weighted-w1", { line(isWeighted: true) }), ("image-barycenter", imageBarycenter),
    ]

  /// Reads the file of numbers with this name.
  private static func input(_ name: String) -> Tensor {
    checked { try Tensor(npy: option("--inputs", default: "inputs") + "/\(name).npy") }
  }

  /// Returns a result, or ends the program with the error.
  private static func checked<Result>(_ body: () throws -> Result) -> Result {
    do { return try body() } catch {
      FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func fit(_ body: @escaping () throws -> Double) -> Work {
    Work(batchSize: 1) { checked(body) }
  }
}

// MARK: - Clusters, mixtures and topics

extension Work {
  /// Fifteen sweeps of Lloyd's algorithm from given centres; the figure is the inertia.
  @Sendable private static func kMeans() -> Work {
    let (x, start) = (input("kmeans_x"), input("kmeans_init"))
    return fit {
      try KMeans.fit(
        x, clusters: 10, start: .centres(start), iterationLimit: 15, using: Random(seed: 0)
      ).inertia
    }
  }

  /// Fifty sweeps of expectation–maximisation from given means; the figure is the mean
  /// log-likelihood.
  @Sendable private static func gaussianMixture() -> Work {
    let (x, means) = (input("gmm_x"), input("gmm_means"))
    let (k, d) = (means.shape[0], means.shape[1])
    let identities = Tensor.ones([k, d], dtype: .float64).diagonalMatrix()
    return fit {
      let start = try GaussianMixture(
        weights: .ones([k], dtype: .float64), means: means, covariances: identities)
      return try GaussianMixture.fit(
        x, components: k, start: .mixture(start), driver: .init(tolerance: 0, iterationLimit: 50),
        using: Random(seed: 0)
      ).logLikelihood / Double(x.shape[0])
    }
  }

  /// Twenty sweeps of latent Dirichlet allocation from given topics; the figure is the bound.
  @Sendable private static func topics() -> Work {
    let (offsets, words) = (input("lda_indptr").doubles, input("lda_indices").doubles)
    let (counts, start) = (input("lda_counts").doubles, input("lda_start"))
    let documents = zip(offsets, offsets.dropFirst()).map { first, end in
      (Int(first)..<Int(end)).map { (word: Int(words[$0]), count: counts[$0]) }
    }
    let corpus = checked {
      try Corpus(documents: documents, vocabularySize: start.shape[1])
    }
    return fit {
      try LatentDirichletAllocation.fit(
        corpus, topics: 10, documentPrior: 0.1, topicPrior: 0.05, start: start, sweepLimit: 20,
        documentUpdates: 100, documentTolerance: 1e-3, tolerance: 0, using: Random(seed: 0)
      ).bound
    }
  }
}

// MARK: - Posteriors

extension Work {
  /// The log-posterior of a logistic regression with standard normal coefficients.
  private static func logisticPosterior() -> LogDensity {
    let (x, y) = (input("cancer_x").transposed(), input("cancer_y"))
    return { w in
      bernoulliLogDensity(of: y, logits: w.matmul(x)) + standardNormalLogDensity(of: w)
    }
  }

  /// A thousand warm-up steps and two thousand draws of a chain; the figure is the least effective
  /// sample size.
  @Sendable private static func nuts() -> Work {
    let (density, random) = (logisticPosterior(), Random(seed: 0))
    return fit {
      let chains = try NoUTurnSampler(dimensions: 31, logDensity: density).sample(
        from: .zeros([1, 31], dtype: .float64), warmUp: 1_000, draws: 2_000,
        using: random.split())
      return chains.summaries().compactMap(\.bulkSampleSize).min() ?? .nan
    }
  }

  /// A million random-walk steps; the figure is the acceptance rate.
  @Sendable private static func metropolis() -> Work {
    fit {
      try PlainMetropolis(dimensions: 2, stepSize: 1) { z in
        // The precision matrix for variances 1 and a correlation of 0.9.
        -0.5 * (z[0] * z[0] - 1.8 * z[0] * z[1] + z[1] * z[1]) / 0.19
      }.sample(from: [0, 0], draws: 1_000_000, using: Random(seed: 0)).acceptance
    }
  }

  /// The best Gaussian with independent coordinates; the figure is its bound.
  @Sendable private static func meanField() -> Work {
    let density = logisticPosterior()
    return fit {
      try VariationalInference(family: .meanField).fit(
        density, dimensions: 31, using: Random(seed: 0)
      ).bound
    }
  }

  /// The filter and the smoother; the figure is the log-likelihood.
  private static func kalman(_ form: CovarianceForm) -> Work {
    let y = input("kalman_y")
    let model = LinearGaussianStateSpace(
      transition: input("kalman_f"), stateCovariance: input("kalman_q"),
      observation: input("kalman_h"), observationCovariance: input("kalman_r"),
      firstMean: .zeros([4], dtype: .float64),
      firstCovariance: Tensor.ones([4], dtype: .float64).diagonalMatrix())
    return fit { try model.smoothed(y, form: form).logLikelihood }
  }

  /// Ten thousand kernels at ten thousand points; the figure is the mean log-density.
  @Sendable private static func kernelDensity() -> Work {
    let (x, new) = (input("kde_x"), input("kde_new"))
    return fit {
      try KernelDensity(points: x, bandwidths: [0.3, 0.3]).logDensity(of: new).mean().scalar
    }
  }

  /// A logistic regression with a prior of variance 1; the figure is the log-likelihood.
  @Sendable private static func logistic() -> Work {
    let (x, y) = (input("cancer_x"), input("cancer_y").doubles.map { Int($0) })
    let features = x.sliced(0..<30, along: 1)
    return fit {
      try LogisticRegression(fitting: y, on: features, priorVariance: 1).logLikelihood
    }
  }
}

// MARK: - Gaussian processes and transport

extension Work {
  private static func process() -> GaussianProcess {
    GaussianProcess(1.5 * SquaredExponential(length: 1.2), noiseVariance: 0.02)
  }

  /// The log marginal likelihood and its gradient.
  private static func gaussianProcessGradient(_ size: Int) -> Work {
    let (x, y, process) = (input("gp\(size)_x"), input("gp\(size)_y"), process())
    return fit { try process.logMarginalLikelihoodWithGradient(of: y, at: x).value }
  }

  /// The mean and variance at five hundred points, from the data; the figure is the sum of the
  /// variances.
  private static func gaussianProcessPrediction(_ size: Int) -> Work {
    let (x, y, process) = (input("gp\(size)_x"), input("gp\(size)_y"), process())
    let new = input("gp\(size)_new")
    return fit {
      try process.conditioned(on: y, at: x).prediction(of: .function, at: new).variance.sum().scalar
    }
  }

  private static func measures(_ size: Int) -> (DiscreteMeasure, DiscreteMeasure) {
    (
      .init(points: input("ot\(size)_x"), weights: input("ot\(size)_a")),
      .init(points: input("ot\(size)_y"), weights: input("ot\(size)_b"))
    )
  }

  /// The exact plan between weighted points; the figure is its cost.
  private static func exactTransport(_ size: Int) -> Work {
    let (source, target) = measures(size)
    return fit { try ExactTransport(from: source, to: target).cost }
  }

  /// The exact plan between equally many points of equal weight; the figure is its cost.
  private static func assignment(_ size: Int) -> Work {
    let (source, target) = measures(size)
    return fit { try Assignment(from: source.points, to: target.points).cost }
  }

  /// A hundred sweeps with an ε relative to the largest cost; the figure is the cost of the plan.
  private static func sinkhorn(epsilon: Double, _ form: SinkhornOptions.Form) -> Work {
    let (source, target) = measures(1_000)
    let costs = pairwiseSquaredDistances(source.points, target.points)
    let largest = costs.max().scalar
    let options = SinkhornOptions.with {
      ($0.form, $0.tolerance, $0.sweepLimit, $0.scalesEpsilon) = (form, 0, 100, false)
    }
    return fit {
      try EntropicTransport(
        costs: costs, source: source.weights, target: target.weights, epsilon: epsilon * largest,
        options: options
      ).transportCost
    }
  }

  /// A distance between samples of a million points on the line, squared for points of equal
  /// weight.
  private static func line(isWeighted: Bool) -> Work {
    let (x, y) = (input("line_x"), input("line_y"))
    let (a, b) = isWeighted ? (input("line_a"), input("line_b")) : (nil, nil)
    return fit {
      try lineTransportCost(x, y, sourceWeights: a, targetWeights: b, p: isWeighted ? 1 : 2)
    }
  }

  /// The barycenter of four pictures of 64×64 pixels, with as little blur as possible; the figure
  /// is its largest pixel.
  @Sendable private static func imageBarycenter() -> Work {
    let pictures = input("pictures")
    return fit {
      try EntropicBarycenter(ofImages: pictures, epsilon: 16, tolerance: 0, sweepLimit: 100)
        .weights.max().scalar
    }
  }
}
