import ModelSupport
import Models
import NN
import Tensor
import Testing

/// Cases in which a linear autoencoder and principal component analysis must agree.
@Suite struct PrincipalComponentsTests {
  /// Examples `[count, 4]` whose covariance is exactly Q·diag(5, 2, 1, ½)·Qᵀ with a rotation Q that
  /// is not the identity, whose mean is exactly `mean`, and the rows of Qᵀ.
  private func examples(count: Int = 256, mean: Double = 0) -> (x: Tensor, axes: Tensor) {
    let random = Random(seed: 91)
    let drawn = random.normal([count, 4], dtype: .float64)
    let centred = drawn - drawn.mean(along: 0, keepingDimensions: true)
    // Whitened by their own covariance's eigenvectors V and eigenvalues λ: X V λ^(−½).
    let covariance = centred.matmul(centred, transposeLeft: true) / Double(count)
    let (values, vectors) = covariance.symmetricEigendecomposition()
    let white = centred.matmul(vectors) / sqrt(values)
    let mixture = random.normal([4, 4], dtype: .float64)
    let rotation = mixture.matmul(mixture, transposeRight: true).symmetricEigendecomposition()
    let axes = rotation.vectors.transposed()
    let scaled = white * sqrt(Tensor([5, 2, 1, 0.5], dtype: .float64))
    return (scaled.matmul(axes) + mean, axes)
  }

  /// The sine of the largest angle between the spaces of the rows of `a` and of orthonormal `b`.
  private func largestAngle(_ a: Tensor, _ b: Tensor) -> Double {
    // Orthonormal rows A = (a aᵀ)^(−½) a; their part outside the space of b is A − A bᵀ b.
    let (values, vectors) = a.matmul(a, transposeRight: true).symmetricEigendecomposition()
    let orthonormal = (vectors / sqrt(values)).matmul(vectors, transposeRight: true).matmul(a)
    let rest = orthonormal - orthonormal.matmul(b, transposeRight: true).matmul(b)
    let squares = rest.matmul(rest, transposeRight: true).symmetricEigendecomposition().values
    return squares.max().scalar.squareRoot()
  }

  @Test func theDirectionsAndVariancesAreThoseOfTheCovariance() {
    let (x, axes) = examples(mean: 3)
    // In batches of unequal size.
    let components = PrincipalComponents(of: [x.sliced(0..<100), x.sliced(100..<256)], count: 2)
    #expect(abs(components.mean - 3).max().scalar < 1e-12)
    #expect(abs(components.variances - Tensor([5, 2], dtype: .float64)).max().scalar < 1e-12)
    // Up to their signs.
    let cosines = abs((components.directions * axes.sliced(0..<2)).sum(along: 1))
    #expect(abs(cosines - 1).max().scalar < 1e-12)
    let squares = square(components.reconstruct(x) - x).sum(along: 1).mean().scalar
    #expect(Swift.abs(squares - 1.5) < 1e-12)
  }

  @Test func asManyDirectionsAsFeaturesLoseNothing() {
    let x = examples(mean: -2).x
    let components = PrincipalComponents(of: [x], count: 4)
    #expect(abs(components.reconstruct(x) - x).max().scalar < 1e-12)
  }

  /// Baldi and Hornik 1989: the squared error has one minimum, the space of the first principal
  /// components, where it is the sum of the other variances.
  @Test func aLinearAutoencoderFindsTheSpaceOfTheFirstPrincipalComponents() {
    let (x, axes) = examples()
    let random = Random(seed: 92)
    let autoencoder = Autoencoder(
      features: 4, hidden: [], latent: 2, output: .linear, random)
    autoencoder.convert(to: .float64)
    let optimizer = Adam(for: autoencoder, learningRate: 0.02)
    var loss = 0.0
    for _ in 0..<600 {
      let (value, gradients) = valueWithGradient(of: autoencoder) {
        autoencoder.error(x, from: x)
      }
      loss = 4 * value.scalar  // summed over the features
      optimizer.update(along: gradients)
    }
    #expect(loss > 1.5 - 1e-9 && loss < 1.5 + 1e-4, "\(loss)")
    let weights = autoencoder.parameters.map(\.parameter.wrappedValue)
    let largest = axes.sliced(0..<2)
    #expect(largestAngle(weights[2], largest) < 0.01, "decoder")
    #expect(largestAngle(weights[0].transposed(), largest) < 0.01, "encoder")
    // The angle is one that can be large.
    #expect(largestAngle(weights[2], axes.sliced(2..<4)) > 0.9)
  }

  @Test func anAnalysisIsGivenUpBetweenBatches() {
    var batches = 0
    #expect(throws: CancellationError.self) {
      _ = try PrincipalComponents(
        of: (0..<9).map { _ in Tensor.ones([3, 6]) }, count: 2,
        beforeEach: {
          batches += 1
          if batches == 4 { throw CancellationError() }
        })
    }
    #expect(batches == 4)
  }
}
