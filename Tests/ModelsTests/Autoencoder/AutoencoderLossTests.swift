import ModelSupport
import Models
import Foundation
import NN
import Tensor
import Testing

@Suite struct AutoencoderLossTests {
  private typealias Kind = (
    error: Autoencoder.ReconstructionError, output: Autoencoder.Output
  )

  private static let kinds: [Kind] = [
    (.meanSquaredError, .sigmoid), (.meanSquaredError, .linear), (.binaryCrossEntropy, .sigmoid),
  ]

  /// A model of six pixels in float64, with nonzero biases.
  private func tiny(_ kind: Kind, hidden: [Int] = [5]) -> Autoencoder {
    let random = Random(seed: 81)
    let autoencoder = Autoencoder(
      features: 6, hidden: hidden, latent: 2, error: kind.error, output: kind.output,
      random)
    autoencoder.convert(to: .float64)
    for (_, parameter) in autoencoder.parameters {
      let shape = parameter.wrappedValue.shape
      parameter.wrappedValue += 0.3 * random.normal(shape, dtype: .float64)
    }
    return autoencoder
  }

  private let images = Random(seed: 82).uniform([3, 6], in: 0.05..<0.95, dtype: .float64)
  private let noisy = Random(seed: 83).uniform([3, 6], in: -0.5..<1.5, dtype: .float64)

  /// Without hidden layers the formula is two products and a sum, here in plain Swift.
  @Test(arguments: kinds.indices)
  func theFormulaInPlainSwift(_ index: Int) {
    let kind = Self.kinds[index]
    let autoencoder = tiny(kind, hidden: [])
    let values = autoencoder.parameters.map(\.parameter.wrappedValue.doubles)
    let (x, input) = (images.doubles, noisy.doubles)
    var total = 0.0
    for image in 0..<3 {
      let code = (0..<2).map { k in
        (0..<6).reduce(values[1][k]) { $0 + input[6 * image + $1] * values[0][2 * $1 + k] }
      }
      for pixel in 0..<6 {
        let last = (0..<2).reduce(values[3][pixel]) { $0 + code[$1] * values[2][6 * $1 + pixel] }
        let mean = kind.output == .linear ? last : 1 / (1 + Foundation.exp(-last))
        let target = x[6 * image + pixel]
        switch kind.error {
        case .meanSquaredError: total += (target - mean) * (target - mean)
        case .binaryCrossEntropy:
          total -= target * Foundation.log(mean) + (1 - target) * Foundation.log(1 - mean)
        }
      }
    }
    let loss = autoencoder.error(images, from: noisy)
    #expect(loss.shape == [])
    #expect(Swift.abs(loss.scalar - total / 18) < 1e-13)
  }

  /// With respect to every parameter, the images and the encoder's input.
  @Test(arguments: kinds.indices)
  func gradients(_ index: Int) {
    let autoencoder = tiny(Self.kinds[index])
    let parameters = autoencoder.parameters.map(\.parameter)
    let values = parameters.map(\.wrappedValue)
    defer { for (p, value) in zip(parameters, values) { p.wrappedValue = value } }
    let check = checkGradient(
      of: { point in
        for (p, value) in zip(parameters, point) { p.wrappedValue = value }
        return autoencoder.error(point[parameters.count], from: point[parameters.count + 1])
      }, at: values + [images, noisy])
    #expect(check.passes(), "\(check)")
  }

  @Test(arguments: kinds.indices)
  func trainingLowersTheLossAndMovesEveryParameter(_ index: Int) {
    let kind = Self.kinds[index]
    let random = Random(seed: 84)
    let autoencoder = Autoencoder(
      features: 6, hidden: [16], latent: 1, error: kind.error, output: kind.output, random)
    // All pixels show the same coin toss, which a one-number code can represent.
    let x = random.bernoulli([64, 1], probability: 0.5).broadcast(to: [64, 6])
    let before = autoencoder.parameters.map(\.parameter.wrappedValue)
    let first = autoencoder.error(x, from: x).scalar
    let optimizer = Adam(for: autoencoder, learningRate: 0.01)
    for _ in 0..<200 {
      let (_, gradients) = valueWithGradient(of: autoencoder) { autoencoder.error(x, from: x) }
      optimizer.update(along: gradients)
    }
    let last = autoencoder.error(x, from: x).scalar
    #expect(last < 0.2 * first, "\(first) \(last)")
    for ((name, parameter), before) in zip(autoencoder.parameters, before) {
      #expect(parameter.wrappedValue != before, "\(name)")
    }
  }

  @Test func theNetworksMirrorEachOther() {
    let autoencoder = Autoencoder(
      features: 12, hidden: [7, 5], latent: 3, Random(seed: 0))
    #expect(
      autoencoder.parameters.map(\.parameter.wrappedValue.shape) == [
        [12, 7], [7], [7, 5], [5], [5, 3], [3], [3, 5], [5], [5, 7], [7], [7, 12], [12],
      ])
    #expect(autoencoder.parameters[0].name == "encoder.0.weight")
    let x = Random(seed: 1).uniform([4, 12])
    #expect(autoencoder.encode(x).shape == [4, 3])
    // A code may be negative, a pixel may not.
    #expect(autoencoder.encode(x).min().scalar < 0)
    let images = autoencoder.reconstruct(x)
    #expect(images.shape == [4, 12])
    #expect(images.min().scalar > 0 && images.max().scalar < 1)
    #expect(autoencoder.decode(autoencoder.encode(x)) == images)
  }

  // MARK: Convolutions

  /// A model of 4×4 pixels in float64.
  ///
  /// Its hundreds of rectifiers are kept off their kinks, alternately open and closed.
  private func tinyConvolutions(_ kind: Kind) -> Autoencoder {
    let random = Random(seed: 85)
    let autoencoder = Autoencoder(
      height: 4, width: 4, latent: 2, error: kind.error, output: kind.output, random)
    autoencoder.convert(to: .float64)
    for (name, parameter) in autoencoder.parameters {
      let value = parameter.wrappedValue
      parameter.wrappedValue =
        name.hasSuffix("bias")
        ? Tensor((0..<value.count).map { $0 % 2 == 0 ? 2.0 : -2 }, dtype: .float64) : 0.2 * value
    }
    return autoencoder
  }

  @Test(arguments: kinds.indices)
  func gradientsWithConvolutions(_ index: Int) {
    let autoencoder = tinyConvolutions(Self.kinds[index])
    let x = Random(seed: 86).uniform([2, 16], in: 0.05..<0.95, dtype: .float64)
    let parameters = autoencoder.parameters.map(\.parameter)
    let values = parameters.map(\.wrappedValue)
    defer { for (p, value) in zip(parameters, values) { p.wrappedValue = value } }
    let check = checkGradient(
      of: { point in
        for (p, value) in zip(parameters, point) { p.wrappedValue = value }
        return autoencoder.error(x, from: point[parameters.count])
      }, at: values + [x], directions: 1)
    #expect(check.passes(), "\(check)")
  }

  @Test func theConvolutionsMirrorEachOther() {
    let autoencoder = Autoencoder(height: 8, width: 12, latent: 5, Random(seed: 0))
    #expect(
      autoencoder.parameters.map(\.parameter.wrappedValue.shape) == [
        [4, 4, 1, 32], [32], [4, 4, 32, 64], [64], [384, 5], [5],
        [5, 384], [384], [4, 4, 32, 64], [32], [4, 4, 1, 32], [1],
      ])
    let x = Random(seed: 1).uniform([3, 96])
    #expect(autoencoder.dataShape.count == 96)
    #expect(autoencoder.encode(x).shape == [3, 5])
    let images = autoencoder.reconstruct(x)
    #expect(images.shape == [3, 96])
    #expect(images.min().scalar > 0 && images.max().scalar < 1)
  }
}
