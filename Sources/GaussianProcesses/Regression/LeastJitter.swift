import Tensor

/// The Cholesky factor of a covariance matrix with the smallest jitter that works.
///
/// Rounding makes the covariance matrix of nearby points indefinite; the jitter that is added to
/// its diagonal against this should be as small as possible, and reported.
struct LeastJitter {
  /// The factor.
  let factor: CholeskyFactor
  /// The jitter added to the diagonal: 0 or a power of ten, in the units of the variances.
  let jitter: Double

  /// Tries the factorisation without jitter, and then with powers of ten from the rounding error of
  /// `scale` on.
  ///
  /// - Parameters:
  ///   - limit: The largest jitter that may be added.
  ///   - scale: The largest variance.
  ///   - matrix: The matrix with the given jitter added to its diagonal; it is overwritten.
  /// - Throws: The ``/Tensor/LinearAlgebraError`` of the last attempt.
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

  /// The exponent of the largest power of ten that is at most a number, but at least −300.
  private static func exponent(atMost number: Double) -> Int {
    var exponent = -300
    while powerOfTen(exponent + 1) <= number { exponent += 1 }
    return exponent
  }

  /// A power of ten that is rounded once, so that 1e-14 is exactly the number 1e-14.
  private static func powerOfTen(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? .infinity }
}
