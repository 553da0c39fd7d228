import Settings
import Tensor

/// Ways to learn a score ∇ log p(x) from samples of p.
public enum ScoreMatching: String, Choice {
  /// From the noise added to the data (``denoisingScoreLoss(_:noise:deviation:)``).
  case denoising
  /// From the divergence along random directions (``slicedScoreLoss(at:along:_:)``).
  case sliced
}

/// ½‖s + ε/σ‖² of each example, `[batch]`: its mean is minimal if s is the score of the noisy
/// states αx + σε (Vincent 2011, equations 9 and 10).
///
/// - Parameters:
///   - score: s of the noisy states, `[batch, features]`.
///   - noise: ε, of the same shape, from N(0, I).
///   - deviation: σ, of a shape that broadcasts to the noise's.
public func denoisingScoreLoss(_ score: Tensor, noise: Tensor, deviation: Tensor) -> Tensor {
  0.5 * square(score + noise / deviation).sum(along: 1)
}

/// vᵀ ∇(vᵀ s(x)) + ½‖s(x)‖² of each example, `[batch]`: its mean over v is minimal if s is the
/// score of the examples (Song, Garg, Shi and Ermon, "Sliced score matching", 2019, equation 8).
///
/// Its gradient needs the second derivatives of s.
///
/// - Parameters:
///   - x: Examples, `[batch, features]`.
///   - directions: v, of the same shape, of mean 0 and covariance I.
///   - score: s; each row of its value may depend only on the same row of its argument.
public func slicedScoreLoss(
  at x: Tensor, along directions: Tensor, _ score: (Tensor) -> Tensor
) -> Tensor {
  let (value, pullback) = valueWithPullback(at: [x]) { score($0[0]) }
  let slope = pullback(directions)[0]
  return (slope * directions + 0.5 * square(value)).sum(along: 1)
}
