import Tensor

// Single distributions from numbers, in float64 unless asked otherwise.

extension Uniform {
  /// Creates a single distribution from numbers.
  public init(lower: Double, upper: Double, dtype: DType = .float64) {
    self.init(lower: Tensor(lower, dtype: dtype), upper: Tensor(upper, dtype: dtype))
  }
}
extension Exponential {
  /// Creates a single distribution from a number.
  public init(rate: Double, dtype: DType = .float64) {
    self.init(rate: Tensor(rate, dtype: dtype))
  }
}
extension Gamma {
  /// Creates a single distribution from numbers.
  public init(concentration: Double, rate: Double, dtype: DType = .float64) {
    self.init(concentration: Tensor(concentration, dtype: dtype), rate: Tensor(rate, dtype: dtype))
  }
}
extension ChiSquared {
  /// Creates a single distribution from a number.
  public init(degreesOfFreedom: Double, dtype: DType = .float64) {
    self.init(degreesOfFreedom: Tensor(degreesOfFreedom, dtype: dtype))
  }
}
extension InverseGamma {
  /// Creates a single distribution from numbers.
  public init(concentration: Double, scale: Double, dtype: DType = .float64) {
    self.init(
      concentration: Tensor(concentration, dtype: dtype), scale: Tensor(scale, dtype: dtype))
  }
}
extension Beta {
  /// Creates a single distribution from numbers.
  public init(_ a: Double, _ b: Double, dtype: DType = .float64) {
    self.init(Tensor(a, dtype: dtype), Tensor(b, dtype: dtype))
  }
}
extension Laplace {
  /// Creates a single distribution from numbers.
  public init(location: Double, scale: Double, dtype: DType = .float64) {
    self.init(location: Tensor(location, dtype: dtype), scale: Tensor(scale, dtype: dtype))
  }
}
extension StudentT {
  /// Creates a single distribution from numbers.
  public init(degreesOfFreedom: Double, location: Double, scale: Double, dtype: DType = .float64) {
    self.init(
      degreesOfFreedom: Tensor(degreesOfFreedom, dtype: dtype),
      location: Tensor(location, dtype: dtype), scale: Tensor(scale, dtype: dtype))
  }
}
extension Cauchy {
  /// Creates a single distribution from numbers.
  public init(location: Double, scale: Double, dtype: DType = .float64) {
    self.init(location: Tensor(location, dtype: dtype), scale: Tensor(scale, dtype: dtype))
  }
}
extension LogNormal {
  /// Creates a single distribution from numbers.
  public init(logMean: Double, logStandardDeviation: Double, dtype: DType = .float64) {
    self.init(
      logMean: Tensor(logMean, dtype: dtype),
      logStandardDeviation: Tensor(logStandardDeviation, dtype: dtype))
  }
}
extension HalfNormal {
  /// Creates a single distribution from a number.
  public init(scale: Double, dtype: DType = .float64) {
    self.init(scale: Tensor(scale, dtype: dtype))
  }
}
extension Poisson {
  /// Creates a single distribution from a number.
  public init(rate: Double, dtype: DType = .float64) {
    self.init(rate: Tensor(rate, dtype: dtype))
  }
}
extension Geometric {
  /// Creates a single distribution from a number.
  public init(probability: Double, dtype: DType = .float64) {
    self.init(probability: Tensor(probability, dtype: dtype))
  }
}
extension Binomial {
  /// Creates a single distribution from numbers.
  public init(count: Double, probability: Double, dtype: DType = .float64) {
    self.init(count: Tensor(count, dtype: dtype), probability: Tensor(probability, dtype: dtype))
  }
}
