import Tensor

/// Maps pixels to an unbounded space and back.
///
/// A grey value k of 0 … 255 becomes u = (k + noise)/256 with uniform noise (Theis, van den Oord
/// and Bethge 2016), then y = α + (1 − 2α) u with α = 0.05, and finally the point log(y/(1 − y))
/// (Dinh, Sohl-Dickstein and Bengio 2017, section 4.1; Papamakarios, Pavlakou and Murray 2017,
/// appendix E).
public enum PixelLogits {
  /// α, the distance kept from 0 and 1.
  public static let margin = 0.05
  /// The number of grey values.
  public static let levels = 256.0

  /// The points of images, and log |det| of the map from u to them.
  ///
  /// - Parameters:
  ///   - images: `[batch, pixels]`, k/255.
  ///   - noise: Noise of the same shape, in [0, 1).
  /// - Returns: Points of the same shape, and log-determinants, `[batch]`.
  public static func points(
    of images: Tensor, noise: Tensor
  ) -> (points: Tensor, logDeterminant: Tensor) {
    let y = (images * 255 + noise) * ((1 - 2 * margin) / levels) + margin
    let (low, high) = (log(y), log1p(-y))
    let constant = Double(images.shape[1]) * -0.10536051565782628  // log(1 − 2α)
    return (low - high, constant - (low + high).sum(along: 1))
  }

  /// The images of points: u in [0, 1], which differs from k/255 by less than a grey value.
  public static func images(of points: Tensor) -> Tensor {
    clamp((sigmoid(points) - margin) / (1 - 2 * margin), to: 0...1)
  }

  /// Converts −log p of u in nats to bits per pixel of 256 grey values: nats/(D log 2) + 8.
  public static func bitsPerDimension(nats: Double, dimensions: Int) -> Double {
    nats / (Double(dimensions) * 0.6931471805599453) + 8
  }
}
