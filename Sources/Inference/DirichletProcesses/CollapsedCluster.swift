import Glibc
import Tensor

/// The observations of one cluster, stored only through their sufficient statistics: the posterior
/// of its normal distribution, with the Cholesky factor of the scale matrix.
///
/// Adding or removing an observation is a rank-one update of the factor, at a cost of d²
/// operations.
struct CollapsedCluster {
  /// The number of observations.
  private(set) var count = 0
  /// The posterior m.
  private var mean: [Double]
  /// L of Ψ = L Lᵀ, row-major.
  private var factor: [Double]
  private var logDeterminant: Double

  private var dimensions: Int { mean.count }

  init(_ base: NormalInverseWishart) {
    mean = base.mean.doubles
    factor = base.factor.lower.doubles
    logDeterminant = base.logDeterminant
  }

  /// The log-density of an observation given those in the cluster, in nats.
  func logPredictiveDensity(
    of x: UnsafePointer<Double>, _ constants: PredictiveConstants,
    _ scratch: UnsafeMutablePointer<Double>
  ) -> Double {
    let d = dimensions
    var square = 0.0
    factor.withUnsafeBufferPointer { factor in
      mean.withUnsafeBufferPointer { mean in
        for i in 0..<d {
          var rest = x[i] - mean[i]
          for j in 0..<i { rest -= factor[i * d + j] * scratch[j] }
          scratch[i] = rest / factor[i * (d + 1)]
          square += scratch[i] * scratch[i]
        }
      }
    }
    let row = constants.rows[count]
    return row.constant - 0.5 * logDeterminant - row.power * Glibc.log1p(row.shrink * square)
  }

  /// Adds an observation: Ψ grows by κ / (κ + 1) (x − m)(x − m)ᵀ, where κ is the count before.
  mutating func add(
    _ x: UnsafePointer<Double>, _ constants: PredictiveConstants,
    _ scratch: UnsafeMutablePointer<Double>
  ) {
    let row = constants.rows[count]
    let root = row.shrink.squareRoot()
    for i in 0..<dimensions {
      let change = x[i] - mean[i]
      scratch[i] = root * change
      mean[i] += change / (row.meanCount + 1)
    }
    count += 1
    _ = update(scratch, sign: 1)
  }

  /// Removes an observation.
  ///
  /// - Returns: Whether enough digits are left; if not, the cluster must be rebuilt.
  mutating func remove(
    _ x: UnsafePointer<Double>, _ constants: PredictiveConstants,
    _ scratch: UnsafeMutablePointer<Double>
  ) -> Bool {
    count -= 1
    let row = constants.rows[count]
    let root = row.shrink.squareRoot()
    for i in 0..<dimensions {
      mean[i] -= (x[i] - mean[i]) / row.meanCount
      scratch[i] = root * (x[i] - mean[i])
    }
    return update(scratch, sign: -1)
  }

  /// The factor of L Lᵀ ± w wᵀ, by one rotation per column; w is overwritten.
  private mutating func update(_ w: UnsafeMutablePointer<Double>, sign: Double) -> Bool {
    let d = dimensions
    var (determinant, isSound) = (0.0, true)
    factor.withUnsafeMutableBufferPointer { factor in
      for k in 0..<d {
        let old = factor[k * (d + 1)]
        let square = old * old + sign * w[k] * w[k]
        // What is left of the old square is below its rounding error in single precision.
        guard square > 1e-7 * old * old else {
          isSound = false
          return
        }
        let new = square.squareRoot()
        let (c, s) = (new / old, w[k] / old)
        factor[k * (d + 1)] = new
        determinant += 2 * Glibc.log(new)
        for i in k + 1..<max(k + 1, d) {
          factor[i * d + k] = (factor[i * d + k] + sign * s * w[i]) / c
          w[i] = c * w[i] - s * factor[i * d + k]
        }
      }
    }
    logDeterminant = determinant
    return isSound
  }
}

/// The part of a predictive density that depends only on the number of observations in a cluster.
struct PredictiveConstants {
  struct Row {
    /// The posterior κ.
    let meanCount: Double
    /// κ / (κ + 1).
    let shrink: Double
    /// (ν + 1) / 2.
    let power: Double
    /// The log-density at the location for a scale matrix with determinant 1.
    let constant: Double
  }

  /// The constants for 0, 1, … observations.
  let rows: [Row]

  init(_ base: NormalInverseWishart, upTo count: Int) {
    let d = Double(base.dimensions)
    let counts = Tensor.range(0..<count + 1, dtype: .float64)
    let powers = 0.5 * (counts + (base.degreesOfFreedom + 1))
    let meanCounts = counts + base.meanCount
    let shrinks = meanCounts / (meanCounts + 1)
    let constants =
      logGamma(powers) - logGamma(powers - 0.5 * d) + 0.5 * d * log(shrinks / Double.pi)
    let (p, m, s, c) = (powers.doubles, meanCounts.doubles, shrinks.doubles, constants.doubles)
    rows = p.indices.map { Row(meanCount: m[$0], shrink: s[$0], power: p[$0], constant: c[$0]) }
  }
}
