import Settings
import Tensor

/// The noise that a denoising autoencoder learns to remove from images (Vincent, Larochelle, Bengio
/// and Manzagol, "Extracting and composing robust features with denoising autoencoders", 2008).
public struct Corruption: Equatable, Sendable {
  /// The kinds of noise; the raw values are the words of a command line.
  public enum Kind: String, Choice {
    /// Images are unchanged.
    case none
    /// Normally distributed numbers are added (Vincent et al. 2010, section 3.3).
    case gaussian
    /// Pixels are set to 0 independently with the same probability (Vincent et al. 2008, section
    /// 2.3, who mask a fixed number in each image).
    case masking
  }

  /// The kind of noise.
  public let kind: Kind
  /// The standard deviation of Gaussian noise, in units of the pixels' range; for masking, the
  /// probability that a pixel is masked.
  public let level: Double

  /// No noise.
  public static let none = Corruption(.none, level: 0)

  /// Creates a noise model; its level is at least 0, and for masking at most 1.
  public init(_ kind: Kind, level: Double) {
    precondition(
      level >= 0 && (kind != .masking || level <= 1),
      "Corruption: expected a level of 0 or more, and of at most 1 for masking, found \(level)")
    self.kind = kind
    self.level = level
  }

  /// Noisy copies of images of any shape; Gaussian noise may leave [0, 1].
  public func callAsFunction(_ x: Tensor, using random: Random) -> Tensor {
    switch kind {
    case .none: x
    case .gaussian: x + random.normal(x.shape, standardDeviation: level, dtype: x.dtype)
    case .masking: x * random.bernoulli(x.shape, probability: 1 - level, dtype: x.dtype)
    }
  }
}
