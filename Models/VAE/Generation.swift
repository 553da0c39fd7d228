import Distributions
import Tensor

extension VAE {
  /// New images: the means p(x|z) of codes drawn from the prior, `[count, features]`, in [0, 1].
  public func sample(count: Int, _ random: Random) -> Tensor {
    let dtype = prior.mean.dtype
    return decode(random.normal([count, latentSize], dtype: dtype))
  }

  /// The mean images of codes `z`, `[batch, latentSize]`: `[batch, features]`, in [0, 1].
  public func decode(_ z: Tensor) -> Tensor { likelihood(given: z).mean }

  /// The images through the mean of their code and back: `[batch, features]`, in [0, 1].
  public func reconstruct(_ x: Tensor) -> Tensor { decode(posterior(of: x).mean) }

  /// Images on the straight line between the codes of two images, both ends included.
  ///
  /// - Parameters:
  ///   - a: The first image, `[1, features]`.
  ///   - b: The last image, `[1, features]`.
  ///   - count: How many images, 2 or more.
  /// - Returns: `[count, features]`, in [0, 1].
  public func interpolate(from a: Tensor, to b: Tensor, count: Int) -> Tensor {
    precondition(count > 1, "interpolate: expected two images or more, found \(count)")
    let (first, last) = (posterior(of: a).mean, posterior(of: b).mean)
    let weight = Tensor.linearSpace(from: 0, through: 1, count: count, dtype: a.dtype)
      .expanded(at: 1)
    return decode(first + weight * (last - first))
  }

  /// The images of a square grid of codes, for a latent size of 2.
  ///
  /// Along each axis the codes are the standard normal's quantiles at (i + ½) / `side`, so that
  /// each image stands for an equal share of the prior (Kingma and Welling 2014, appendix A).
  ///
  /// - Returns: `[side · side, features]`, row after row; the first component grows to the right,
  ///   the second one upwards.
  public func latentManifold(side: Int) -> Tensor {
    precondition(
      latentSize == 2, "latentManifold: expected a latent size of 2, found \(latentSize)")
    return decode(standardNormalGrid(side: side, dtype: prior.mean.dtype))
  }
}
