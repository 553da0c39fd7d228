import Tensor

/// Features φ(x) of points, and the covariance of a function Σ_k w_k φ_k(x) with independent weights.
///
/// If a kernel has a finite feature map, k(x, x′) = φ(x)·φ(x′), the rank of its covariance matrix
/// is at most the number of features.
public protocol FeatureMap: Sendable {
  /// The features of points `[n, d]`, `[n, features]`.
  func callAsFunction(_ x: Tensor) -> Tensor
}

/// All monomials up to a degree, weighted so that φ(x)·φ(x′) = (x·x′ + c)^p: the features of the
/// kernel ``Polynomial``.
///
/// A monomial with exponents e₀ (of the offset), e₁, …, e_d has the weight √(p! / Πᵢ eᵢ!) c^(e₀ /
/// 2).
public struct PolynomialFeatures: FeatureMap {
  /// The degree p.
  public let degree: Int
  /// The offset c.
  public let offset: Double

  /// Creates features with a degree of 1 or more and an offset above 0.
  public init(degree: Int, offset: Double = 1) {
    precondition(
      degree >= 1 && offset > 0 && offset < .infinity,
      "PolynomialFeatures: expected a degree of 1 or more and an offset above 0, found \(degree)"
        + " and \(offset)")
    (self.degree, self.offset) = (degree, offset)
  }

  /// The features, `[n, (d + p over p)]`, the constant last.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(
      x.rank == 2, "PolynomialFeatures: expected points [n, d], found shape \(x.shape)")
    let (n, columns) = (x.shape[0], x.shape[1])
    var features: [Tensor] = []
    for exponents in Self.exponents(columns, total: degree) {
      let rest = degree - exponents.reduce(0, +)
      var weight = factorial(degree) / factorial(rest)
      for _ in 0..<rest { weight *= offset }
      var monomial = Tensor.ones([n, 1], dtype: x.dtype)
      for (column, exponent) in exponents.enumerated() where exponent > 0 {
        weight /= factorial(exponent)
        let values = x.sliced(column..<column + 1, along: 1)
        monomial = monomial * (exponent == 1 ? values : pow(values, Double(exponent)))
      }
      features.append(weight.squareRoot() * monomial)
    }
    return .concatenated(features, along: 1)
  }

  /// All exponents for a number of columns that add up to at most `total`, the largest first.
  private static func exponents(_ columns: Int, total: Int) -> [[Int]] {
    if columns == 0 { return [[]] }
    return stride(from: total, through: 0, by: -1).flatMap { first in
      exponents(columns - 1, total: total - first).map { [first] + $0 }
    }
  }
}

private func factorial(_ n: Int) -> Double { n < 2 ? 1 : Double(n) * factorial(n - 1) }

/// Bumps exp(−|x − c_k|² / (2 ℓ²)) around centres.
///
/// With centres on a fine grid and a weight variance proportional to its spacing, they give a
/// squared exponential kernel of length √2 ℓ (MacKay 1998).
public struct GaussianBumps: FeatureMap {
  /// The centres, `[features, d]`.
  public let centers: Tensor
  /// The length ℓ of the bumps.
  public let length: Double

  /// Creates bumps at given centres.
  public init(centers: Tensor, length: Double) {
    precondition(
      centers.rank == 2 && length > 0,
      "GaussianBumps: expected centres [features, d] and a length above 0, found \(centers.shape)"
        + " and \(length)")
    (self.centers, self.length) = (centers, length)
  }

  /// The features, `[n, features]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    exp(pairwiseSquaredDistances(x, centers.converted(to: x.dtype)) / (-2 * length * length))
  }
}

/// Random Fourier features √(2 / m) cos(ω_k·x + b_k), the mean of whose products is a stationary
/// kernel (Rahimi and Recht 2007).
///
/// The frequencies ω come from the kernel's spectral density: a normal one for the squared
/// exponential, and Student's t with 2 ν degrees of freedom for a Matérn kernel of smoothness ν.
/// The error of a covariance is of order 1 / √m.
public struct RandomFourierFeatures: FeatureMap {
  /// The frequencies ω, `[d, features]`, in radians per unit.
  public let frequencies: Tensor
  /// The phases b, `[features]`, in radians.
  public let phases: Tensor

  /// Draws features of the squared exponential kernel.
  ///
  /// - Parameters:
  ///   - lengths: The kernel's length for each column.
  ///   - count: The number m of features.
  ///   - random: The stream of random numbers.
  ///   - dtype: The type of the elements.
  public init(
    squaredExponential lengths: [Double], count: Int, using random: Random, dtype: DType = .float64
  ) {
    self.init(lengths, count, degreesOfFreedom: nil, random, dtype)
  }

  /// Draws features of a Matérn kernel.
  public init(
    matern smoothness: Matern.Smoothness, lengths: [Double], count: Int, using random: Random,
    dtype: DType = .float64
  ) {
    let freedom =
      switch smoothness {
      case .half: 1.0
      case .threeHalves: 3.0
      case .fiveHalves: 5.0
      }
    self.init(lengths, count, degreesOfFreedom: freedom, random, dtype)
  }

  private init(
    _ lengths: [Double], _ count: Int, degreesOfFreedom: Double?, _ random: Random, _ dtype: DType
  ) {
    precondition(
      count >= 1 && !lengths.isEmpty && lengths.allSatisfy { $0 > 0 },
      "RandomFourierFeatures: expected at least one feature and lengths above 0, found \(count) and"
        + " \(lengths)")
    let scales = 1 / Tensor(lengths, shape: [lengths.count, 1], dtype: dtype)
    var frequencies = random.normal([lengths.count, count], dtype: dtype) * scales
    if let freedom = degreesOfFreedom {
      // One scale for all columns of a frequency: χ² / ν.
      let mixing = random.gamma(
        [count], concentration: freedom / 2, rate: freedom / 2, dtype: dtype)
      frequencies = frequencies / sqrt(mixing)
    }
    self.frequencies = frequencies
    phases = random.uniform([count], dtype: dtype) * (2 * Double.pi)
  }

  /// The features, `[n, features]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let count = Double(phases.count)
    let angles = x.matmul(frequencies.converted(to: x.dtype)) + phases.converted(to: x.dtype)
    return (2 / count).squareRoot() * cos(angles)
  }
}
