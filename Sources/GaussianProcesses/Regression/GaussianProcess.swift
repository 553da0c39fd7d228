import Tensor

/// A Gaussian process prior over functions, with the noise of their observations.
///
/// y = f(x) + ε, where f has mean m(x) and covariance k(x, x′), and ε has variance `noiseVariance`.
/// A ``White`` term of the kernel also belongs to y alone.
///
/// ```swift
/// let prior = GaussianProcess(1 * SquaredExponential(length: 1), noiseVariance: 0.1)
/// let posterior = try prior.conditioned(on: y, at: x)
/// let f = posterior.prediction(of: .function, at: new)   // f.mean, f.variance
/// ```
///
/// Everything is computed in float64.
public struct GaussianProcess: Sendable {
  /// The covariance of the functions.
  public var kernel: any Kernel
  /// The variance of the noise, in squared units of y; at 0, there is no noise, and none is
  /// trained.
  public var noiseVariance: Double {
    didSet { Self.check(noiseVariance) }
  }
  /// Whether training leaves the noise unchanged.
  public var isNoiseFixed: Bool
  /// The mean of the functions.
  public var mean: MeanFunction

  /// Creates a process.
  public init(
    _ kernel: some Kernel, noiseVariance: Double = 0, isNoiseFixed: Bool = false,
    mean: MeanFunction = .zero
  ) {
    Self.check(noiseVariance)
    (self.kernel, self.noiseVariance, self.isNoiseFixed) = (kernel, noiseVariance, isNoiseFixed)
    self.mean = mean
  }

  private static func check(_ noiseVariance: Double) {
    precondition(
      noiseVariance >= 0 && noiseVariance < .infinity,
      "GaussianProcess: expected a noise variance of 0 or more, found \(noiseVariance)")
  }
}

// MARK: - Parameters as a vector

extension GaussianProcess {
  /// The names of the parameters: those of the kernel, `noise.variance` if there is noise, and
  /// those of the mean.
  public var parameterNames: [String] {
    kernel.parameterNames + (hasNoise ? ["noise.variance"] : []) + mean.parameterNames
  }

  /// The parameters' values, in the order of their names.
  public var parameterValues: [Double] {
    kernel.parameters.map(\.value) + (hasNoise ? [noiseVariance] : []) + mean.parameters
  }

  /// The vector that training changes, float64: the logarithms of the kernel's parameters and of
  /// the noise variance, if there is one, followed by the parameters of the mean themselves.
  public var trainingPoint: Tensor {
    let positive = kernel.parameters.map(\.value) + (hasNoise ? [noiseVariance] : [])
    let logarithms = log(Tensor(positive, shape: [positive.count], dtype: .float64))
    let rest = Tensor(mean.parameters, shape: [mean.parameters.count], dtype: .float64)
    return .concatenated([logarithms, rest])
  }

  /// The process with the parameters from such a vector.
  public func with(trainingPoint point: Tensor) -> GaussianProcess {
    let parts = parts(of: point)
    var process = self
    process.kernel = kernel.with(logarithms: parts.kernel)
    if let noise = parts.logNoise, self.parts(of: trainingPoint).logNoise != noise {
      process.noiseVariance = exp(noise).scalar
    }
    process.mean.parameters = parts.mean.doubles
    return process
  }

  /// The indices of the elements that training may change.
  var freeIndices: [Int] {
    let fixed =
      kernel.parameters.map(\.isFixed) + (hasNoise ? [isNoiseFixed] : [])
      + mean.parameters.map { _ in mean.isFixed }
    return fixed.indices.filter { !fixed[$0] }
  }

  var hasNoise: Bool { noiseVariance > 0 }

  /// The parts of a vector: logarithms `[kernel]` and `[1]`, and the mean's parameters.
  func parts(of point: Tensor) -> (kernel: Tensor, logNoise: Tensor?, mean: Tensor) {
    let (k, noise, count) = (kernel.parameters.count, hasNoise ? 1 : 0, mean.parameters.count)
    precondition(
      point.shape == [k + noise + count] && point.dtype == .float64,
      "GaussianProcess: expected float64[\(k + noise + count)] as parameters, found"
        + " \(point.dtype)\(point.shape)")
    return (
      point.sliced(0..<k), hasNoise ? point.sliced(k..<k + 1) : nil,
      point.sliced(k + noise..<k + noise + count)
    )
  }
}
