import Tensor

/// The Cholesky factor of a covariance matrix with the least jitter that works.
///
/// Rounding makes the covariance matrix of near points indefinite; what is added to its diagonal against
/// that should be as small as possible, and be known.
struct LeastJitter {
  /// The factor.
  let factor: CholeskyFactor
  /// What was added to the diagonal: 0 or a power of ten, in the units of the variances.
  let jitter: Double

  /// Tries without jitter, then powers of ten from the rounding of `scale` on.
  ///
  /// - Parameters:
  ///   - limit: The largest jitter that may be added.
  ///   - scale: The largest variance.
  ///   - matrix: The matrix with so much added to its diagonal; it is used up.
  /// - Throws: ``/Tensor/LinearAlgebraError`` of the last attempt.
  init(upTo limit: Double, scale: Double, _ matrix: (_ jitter: Double) -> Tensor) throws {
    var jitter = 0.0
    var exponent = Self.exponent(atMost: scale * .ulpOfOne)
    while true {
      do {
        var gram = matrix(jitter)
        factor = try CholeskyFactor(replacing: &gram)
        self.jitter = jitter
        return
      } catch let error as LinearAlgebraError {
        let next = Self.powerOfTen(exponent)
        guard case .notPositiveDefinite = error, next <= limit else { throw error }
        (jitter, exponent) = (next, exponent + 1)
      }
    }
  }

  /// The exponent of the largest power of ten that is not above a number, −300 at the least.
  private static func exponent(atMost number: Double) -> Int {
    var exponent = -300
    while powerOfTen(exponent + 1) <= number { exponent += 1 }
    return exponent
  }

  /// Rounded once, so that 1e-14 is 1e-14.
  private static func powerOfTen(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? .infinity }
}
