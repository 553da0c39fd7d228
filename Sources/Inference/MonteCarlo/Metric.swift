import Tensor

/// The covariance that a sampler assumes for the target and scales its steps by: the inverse of the
/// mass matrix of a Hamiltonian sampler.
public enum Metric: Sendable {
  /// The identity.
  case unit
  /// Variances, `[d]`, each above 0.
  case diagonal([Double])
  /// A covariance Σ = L·Lᵀ.
  case dense(DenseMetric)

  /// A full covariance.
  public static func dense(covariance: Tensor) throws -> Metric {
    .dense(try DenseMetric(covariance: covariance))
  }

  /// Σ v of each row of `v`, in flat memory.
  func scaled(_ v: [Double], _ d: Int) -> [Double] {
    switch self {
    case .unit: return v
    case .diagonal(let variances): return Self.timesRepeated(v, variances)
    case .dense(let metric): return metric.product(metric.covariance, v)
    }
  }

  /// Rows L z with covariance Σ, from rows z of independent standard normal numbers.
  func coloured(_ z: [Double], _ d: Int) -> [Double] {
    switch self {
    case .unit: return z
    case .diagonal(let variances): return Self.timesRepeated(z, variances.map { $0.squareRoot() })
    case .dense(let metric): return metric.product(metric.lower, z)
    }
  }

  /// Rows L⁻ᵀ z with covariance Σ⁻¹, from such rows z.
  func momenta(_ z: [Double], _ d: Int) -> [Double] {
    switch self {
    case .unit: return z
    case .diagonal(let variances):
      return Self.timesRepeated(z, variances.map { 1 / $0.squareRoot() })
    case .dense(let metric): return metric.product(metric.inverseTransposed, z)
    }
  }

  private static func timesRepeated(_ v: [Double], _ factors: [Double]) -> [Double] {
    var result = v
    let d = factors.count
    result.withUnsafeMutableBufferPointer { result in
      factors.withUnsafeBufferPointer { factors in
        for row in 0..<result.count / d {
          for column in 0..<d { result[row * d + column] *= factors[column] }
        }
      }
    }
    return result
  }
}

/// A full covariance and its Cholesky factor.
public struct DenseMetric: Sendable {
  /// Σ, L and L⁻ᵀ, stored row by row.
  fileprivate let covariance, lower, inverseTransposed: [Double]
  private let size: Int

  /// Factors a covariance, float64 `[d, d]`.
  ///
  /// - Throws: `LinearAlgebraError` if it is not positive definite.
  public init(covariance: Tensor) throws {
    let factor = try CholeskyFactor(of: covariance)
    size = covariance.shape[0]
    self.covariance = covariance.doubles
    lower = factor.lower.doubles
    inverseTransposed =
      factor.whitened(Tensor.identity(size, dtype: .float64)).transposed().doubles
  }

  /// A times each row of `v`.
  fileprivate func product(_ matrix: [Double], _ v: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: v.count)
    result.withUnsafeMutableBufferPointer { result in
      v.withUnsafeBufferPointer { v in
        matrix.withUnsafeBufferPointer { a in
          for begin in stride(from: 0, to: v.count, by: size) {
            for row in 0..<size {
              var sum = 0.0
              for column in 0..<size { sum += a[row * size + column] * v[begin + column] }
              result[begin + row] = sum
            }
          }
        }
      }
    }
    return result
  }
}

/// The inner product of two vectors in memory.
@inline(__always)
func innerProduct(_ a: [Double], _ b: [Double]) -> Double {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      var sum = 0.0
      for place in 0..<a.count { sum += a[place] * b[place] }
      return sum
    }
  }
}
