import NN
import Tensor

/// A 1×1 convolution that mixes the channels with a matrix W = L U, which is always invertible
/// (Kingma and Dhariwal, "Glow", 2018, section 3.2).
///
/// L has ones on its diagonal and U the exponentials of parameters, so that log |det W| is the sum
/// of these parameters, at each pixel of an image. W starts as a rotation.
///
/// - Input and output: `[batch, …, channels]`.
/// - Parameters: channels².
public final class InvertibleConvolution: FlowLayer {
  /// L below the diagonal, U above it, and the logarithms of U's diagonal on it: `[channels,
  /// channels]`.
  @Parameter public var factors: Tensor

  /// The factors.
  public var members: Members { ["factors": $factors] }

  /// Creates a layer that starts as a random rotation.
  public init(_ channels: Int, using random: Random) {
    precondition(channels > 0, "InvertibleConvolution: expected a size above 0, found \(channels)")
    let drawn = Initializer.normal(standardDeviation: 1)(
      [channels, channels], fanIn: channels, fanOut: channels, using: random)
    let rotation = drawn.count > 0 ? try? QRFactor(of: drawn.converted(to: .float64)) : nil
    factors =
      rotation.flatMap { Self.factors(of: $0.orthogonal)?.converted(to: .float32) }
      ?? (0 * drawn)
  }

  /// The factors of a rotation that differs from `q` by the order and the signs of its rows.
  ///
  /// P q = L U without pivoting becomes L' = S L S and S U, where the signs S of U's diagonal make
  /// it positive: the product is still orthogonal.
  private static func factors(of q: Tensor) -> Tensor? {
    guard let factor = try? LUFactor(of: q) else { return nil }
    let diagonal = factor.upper.diagonal()
    let signs = sign(diagonal)
    let lower = signs.expanded(at: 1) * factor.lower * signs.expanded(at: 0)
    let upper = signs.expanded(at: 1) * factor.upper
    return lower.lowerTriangle(diagonal: -1) + upper.upperTriangle(diagonal: 1)
      + log(abs(diagonal)).diagonalMatrix()
  }

  /// W, `[channels, channels]`: y = x · W.
  public var matrix: Tensor { lower.matmul(upper) }

  private var lower: Tensor {
    factors.lowerTriangle(diagonal: -1)
      + Tensor.identity(factors.shape[0], dtype: factors.dtype)
  }

  private var upper: Tensor {
    factors.upperTriangle(diagonal: 1) + exp(factors.diagonal()).diagonalMatrix()
  }

  /// x · W at each pixel, and log |det W| for each pixel.
  public func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    let places = Double(x.shape.dropFirst().dropLast().reduce(1, *))
    let logDeterminant = places * factors.diagonal().sum()
    return (product(x, matrix), logDeterminant.broadcast(to: [x.shape[0]]))
  }

  /// y · W⁻¹ at each pixel: zᵀ = U⁻ᵀ yᵀ and xᵀ = L⁻ᵀ zᵀ.
  public func inverse(_ y: Tensor) -> Tensor {
    let identity = Tensor.identity(factors.shape[0], dtype: factors.dtype)
    // No diagonal element is 0, unless an exponential underflows.
    guard
      let upperInverse = try? upper.solveTriangular(identity, .upper),
      let inverse = try? upperInverse.matmul(
        lower.solveTriangular(identity, .lower, unitDiagonal: true))
    else { return y * Double.nan }
    return product(y, inverse)
  }

  private func product(_ x: Tensor, _ matrix: Tensor) -> Tensor {
    precondition(
      x.rank > 1 && x.shape[x.rank - 1] == matrix.shape[0],
      "\(self): expected an input of shape [batch, …, \(matrix.shape[0])], found \(x.shape)")
    let channels = matrix.shape[0]
    return x.reshaped(to: [x.count / channels, channels]).matmul(matrix).reshaped(to: x.shape)
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String {
    "InvertibleConvolution(\(factors.shape[0]))  // \(parameterCount) parameters"
  }
}
