import Tensor

/// A Gaussian process prior over functions, and the noise of their observations.
///
/// y = f(x) + ε with f of mean m(x) and covariance k(x, x′), and ε of variance `noiseVariance`. Where the
/// kernel has a ``White`` term, that too belongs to y alone.
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
  /// The variance of the noise, in squared units of y; at 0 there is none, and none is trained.
  public var noiseVariance: Double {
    didSet { Self.check(noiseVariance) }
  }
  /// Whether training leaves the noise as it is.
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
  /// The names of the parameters: the kernel's, `noise.variance` if there is noise, the mean's.
  public var parameterNames: [String] {
    kernel.parameterNames + (hasNoise ? ["noise.variance"] : []) + mean.parameterNames
  }

  /// The parameters' values, in the order of their names.
  public var parameterValues: [Double] {
    kernel.parameters.map(\.value) + (hasNoise ? [noiseVariance] : []) + mean.parameters
  }

  /// What training changes, float64: the logarithms of the kernel's parameters and of the noise
  /// variance, if there is one, then the parameters of the mean as they are.
  public var trainingPoint: Tensor {
    let positive = kernel.parameters.map(\.value) + (hasNoise ? [noiseVariance] : [])
    let logarithms = log(Tensor(positive, shape: [positive.count], dtype: .float64))
    let rest = Tensor(mean.parameters, shape: [mean.parameters.count], dtype: .float64)
    return .concatenated([logarithms, rest])
  }

  /// The process with the parameters that such a vector holds.
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

  /// Which elements of the vector training may change.
  var freeIndices: [Int] {
    let fixed =
      kernel.parameters.map(\.isFixed) + (hasNoise ? [isNoiseFixed] : [])
      + mean.parameters.map { _ in mean.isFixed }
    return fixed.indices.filter { !fixed[$0] }
  }

  var hasNoise: Bool { noiseVariance > 0 }

  /// A vector taken apart: logarithms `[kernel]` and `[1]`, and the mean's parameters.
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
