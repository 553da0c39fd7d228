import NN
import Tensor
import Testing

@Suite struct SpectralNormTests {
  private let random = Random(seed: 91)

  /// A weight `[…, outputs]` as a matrix.
  private func matrix(_ weight: Tensor) -> Tensor {
    let outputs = weight.shape.last ?? 1
    return weight.reshaped(to: [weight.count / outputs, outputs])
  }

  private func singularValues(_ weight: Tensor) throws -> [Double] {
    try SingularValueDecomposition(of: matrix(weight)).values.doubles
  }

  @Test(arguments: [[7, 5], [3, 9], [4, 1], [3, 3, 2, 4], [1, 1, 1, 1]])
  func thePowerMethodComesToTheLargestSingularValue(shape: [Int]) throws {
    let weight = random.normal(shape, dtype: .float64)
    let norm = SpectralNorm(shape.last ?? 1, using: random)
    norm.convert(to: .float64)
    let expected = try singularValues(weight)[0]
    for _ in 0..<300 {
      // It converges from below.
      #expect(norm.norm(of: weight).scalar <= expected * (1 + 1e-12))
    }
    #expect(abs(norm.norm(of: weight).scalar / expected - 1) < 1e-9)
    #expect(abs(try singularValues(norm(weight))[0] - 1) < 1e-9)
  }

  /// One step per use is enough, because weights change slowly in training.
  @Test func itFollowsAWeightThatChanges() throws {
    let layer = Dense(6, 5, hasSpectralNorm: true, using: random)
    let x = random.normal([3, 6])
    for _ in 0..<50 { _ = layer(x) }
    for step in 0..<200 {
      layer.weight += 0.01 * random.normal([6, 5])
      _ = layer(x)
      guard step > 100, let direction = layer.buffers.first?.buffer.wrappedValue else { continue }
      let length = square(layer.weight.matmul(direction.expanded(at: 1))).sum().scalar
      #expect(length.squareRoot() > 0.97 * (try singularValues(layer.weight)[0]))
    }
  }

  @Test func aLayerComputesWithTheNormalisedWeight() throws {
    let dense = Dense(4, 3, hasSpectralNorm: true, using: random)
    let convolution = Conv2D(2, 3, kernel: 3, padding: 1, hasSpectralNorm: true, using: random)
    for layer in [dense, convolution] as [any Layer] {
      layer.convert(to: .float64)
      let isDense = layer is Dense
      let x = random.normal(isDense ? [5, 4] : [2, 4, 4, 2], dtype: .float64)
      for _ in 0..<500 { _ = layer(x) }
      layer.mode = .inference
      let y = layer(x)
      let weight = isDense ? dense.weight : convolution.weight
      let scaled = weight / (try singularValues(weight)[0])
      let expected = isDense ? x.matmul(scaled) : conv2D(x, scaled, padding: 1)
      #expect(abs(y - expected).max().scalar < 1e-9)
    }
    #expect("\(dense)".hasPrefix("Dense(4, 3, hasSpectralNorm: true)  // 15 parameters"))
    #expect("\(convolution)".contains("padding: 1, hasSpectralNorm: true)  // 57 parameters"))
    #expect(dense.buffers.map(\.name) == ["spectralNorm.direction"])
  }

  @Test func onlyTrainingMovesTheDirection() {
    let norm = SpectralNorm(3, using: random)
    let weight = random.normal([4, 3])
    let first = norm.direction
    norm.mode = .inference
    let values = (0..<3).map { _ in norm.norm(of: weight).scalar }
    #expect(norm.direction == first && values[0] == values[2])
    norm.mode = .training
    _ = norm(weight)
    #expect(norm.direction != first)
    #expect(abs(square(norm.direction).sum().scalar - 1) < 1e-6)
  }

  /// ∂σ/∂W = v uᵀ, the first singular vectors (Miyato and others 2018, appendix A).
  @Test func theGradientIsTheProductOfTheFirstSingularVectors() throws {
    let weight = random.normal([5, 4], dtype: .float64)
    let norm = SpectralNorm(4, using: random)
    norm.convert(to: .float64)
    for _ in 0..<300 { _ = norm(weight) }
    let found = gradient(at: weight) { norm.norm(of: $0) }
    let expected = gradient(at: weight) { weight in
      guard let decomposition = try? SingularValueDecomposition(of: weight) else { return weight }
      return decomposition.values.sliced(0..<1).sum()
    }
    #expect(abs(found - expected).max().scalar < 1e-8)
  }

  /// Once the direction has converged, with constant u.
  @Test func gradientsToSecondOrder() {
    let norm = SpectralNorm(3, using: random)
    let shape = [2, 2, 2, 3]
    norm.convert(to: .float64)
    norm.mode = .inference
    let check = checkGradient(
      of: { (norm($0[0]) * $0[1]).sum() },
      at: [random.normal(shape, dtype: .float64), random.normal(shape, dtype: .float64)])
    #expect(check.passes(), "\(check)")
  }

  @Test(arguments: [DType.float32, .float64])
  func aWeightOfZerosStaysOne(_ dtype: DType) {
    let norm = SpectralNorm(3, using: random)
    norm.convert(to: dtype)
    let (value, slope) = valueWithGradient(at: Tensor.zeros([4, 3], dtype: dtype)) {
      square(norm($0)).sum()
    }
    #expect(value.scalar == 0 && slope.isFinite && norm.direction.isFinite)
  }
}
