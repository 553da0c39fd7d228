import NN
import Tensor

/// An autoencoder: images through a short code and back (Rumelhart, Hinton and Williams 1986;
/// Hinton and Salakhutdinov 2006).
///
/// An encoder gives for an image x a code z = f(x); a decoder makes of it an image g(z) near to x.
/// What does not fit into the code is lost, so both learn what images have in common. Trained to
/// restore x from a noisy copy, it is a denoising autoencoder (Vincent et al. 2008; see
/// ``Corruption``).
///
/// ```swift
/// let autoencoder = Autoencoder(features: 784, random)
/// let (loss, gradients) = valueWithGradient(of: autoencoder) { autoencoder.loss(x, from: x) }
/// ```
public final class Autoencoder: Module {
  /// What a reconstruction's distance from its image is, averaged over pixels and images.
  public enum ReconstructionError: String, CaseIterable, Sendable {
    /// (x − x̂)² of each pixel.
    case meanSquaredError = "mse"
    /// −x log x̂ − (1 − x) log(1 − x̂) of each pixel, in nats: grey values are probabilities.
    case binaryCrossEntropy = "bce"
  }

  /// What makes pixels of the decoder's last layer.
  public enum Output: String, CaseIterable, Sendable {
    /// The logistic function, so that pixels lie in [0, 1].
    case sigmoid
    /// Nothing.
    case linear
  }

  /// The two kinds of network, as a file names them.
  enum Architecture: String, CaseIterable {
    case dense, conv
  }

  /// From images `[batch, features]` to codes `[batch, codeSize]`.
  public let encoder: Sequential
  /// From codes to a number for each pixel, `[batch, features]`: its logit for a sigmoid output.
  public let decoder: Sequential
  /// The number of dimensions of a code.
  public let codeSize: Int
  /// The number of pixels of an image.
  public let features: Int
  /// What the model is built of, as its file says it.
  public let configuration: [String: String]
  /// What the loss measures.
  public let error: ReconstructionError
  private let output: Output

  /// The encoder and the decoder.
  public var members: Members { ["encoder": encoder, "decoder": decoder] }

  /// Creates a model of fully connected layers with rectifiers between.
  ///
  /// The code itself has no rectifier: half of every axis would be lost, and with few dimensions
  /// some would never learn. With no hidden layer, a linear output and squared errors, the model
  /// finds the space of the first principal components (Baldi and Hornik 1989).
  ///
  /// - Parameters:
  ///   - features: The number of pixels.
  ///   - hiddenSizes: The widths of the encoder's hidden layers; the decoder has them in reverse.
  ///   - codeSize: The number of dimensions of a code.
  ///   - error: What is made small.
  ///   - output: What makes pixels of the last layer; cross-entropy needs the sigmoid.
  ///   - random: Draws the first weights.
  public init(
    features: Int, hiddenSizes: [Int] = [256], codeSize: Int = 64,
    error: ReconstructionError = .meanSquaredError, output: Output = .sigmoid, _ random: Random
  ) {
    checkFit(error, output)
    self.features = features
    self.codeSize = codeSize
    self.error = error
    self.output = output
    configuration = [
      "architecture": Architecture.dense.rawValue, "features": "\(features)",
      "hidden": hiddenSizes.map(String.init).joined(separator: ","), "latent": "\(codeSize)",
      "loss": error.rawValue, "output": output.rawValue,
    ]
    encoder = perceptron([features] + hiddenSizes + [codeSize], random)
    decoder = perceptron([codeSize] + hiddenSizes.reversed() + [features], random)
  }

  /// Creates a model of convolutions that halve an image's sides twice, a fully connected layer to
  /// the code and the mirror image of both, with rectifiers between (Masci, Meier, Cireşan and
  /// Schmidhuber 2011).
  ///
  /// Images are still matrices `[batch, height · width]`, in row-major order.
  ///
  /// - Parameters:
  ///   - height: The height of an image in pixels, a multiple of 4.
  ///   - width: The width of an image in pixels, a multiple of 4.
  ///   - codeSize: The number of dimensions of a code.
  ///   - error: What is made small.
  ///   - output: What makes pixels of the last layer; cross-entropy needs the sigmoid.
  ///   - random: Draws the first weights.
  public init(
    height: Int, width: Int, codeSize: Int = 64, error: ReconstructionError = .meanSquaredError,
    output: Output = .sigmoid, _ random: Random
  ) {
    checkFit(error, output)
    precondition(
      height > 0 && width > 0 && height % 4 == 0 && width % 4 == 0,
      "Autoencoder: expected images whose sides are multiples of 4, found \(height)×\(width)")
    features = height * width
    self.codeSize = codeSize
    self.error = error
    self.output = output
    configuration = [
      "architecture": Architecture.conv.rawValue, "height": "\(height)", "width": "\(width)",
      "latent": "\(codeSize)", "loss": error.rawValue, "output": output.rawValue,
    ]
    let small = [height / 4, width / 4, 64]
    let smallSize = small.reduce(1, *)
    encoder = Sequential {
      Reshape([height, width, 1])
      Conv2D(1, 32, kernel: 4, stride: 2, padding: 1, random)
      ReLU()
      Conv2D(32, 64, kernel: 4, stride: 2, padding: 1, random)
      ReLU()
      Flatten()
      Dense(smallSize, codeSize, random)
    }
    decoder = Sequential {
      Dense(codeSize, smallSize, random)
      ReLU()
      Reshape(small)
      ConvTranspose2D(64, 32, kernel: 4, stride: 2, padding: 1, random)
      ReLU()
      ConvTranspose2D(32, 1, kernel: 4, stride: 2, padding: 1, random)
      Flatten()
    }
  }

  /// The model as its two networks.
  public var description: String {
    "Autoencoder  // \(parameterCount) parameters\nencoder: \(encoder)\ndecoder: \(decoder)"
  }
}

private func checkFit(_ error: Autoencoder.ReconstructionError, _ output: Autoencoder.Output) {
  precondition(
    error == .meanSquaredError || output == .sigmoid,
    "Autoencoder: binary cross-entropy expects a sigmoid output, found a linear one")
}

/// Fully connected layers of these widths with rectifiers between.
private func perceptron(_ widths: [Int], _ random: Random) -> Sequential {
  Sequential {
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      if index > 0 { ReLU() }
      Dense(inputs, outputs, random)
    }
  }
}

// MARK: - There and back

extension Autoencoder {
  /// The codes of images `[batch, features]`: `[batch, codeSize]`.
  public func encode(_ x: Tensor) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == features,
      "Autoencoder: expected images of shape [batch, \(features)], found \(x.shape)")
    return encoder(x)
  }

  /// The images of codes `[batch, codeSize]`: `[batch, features]`, in [0, 1] for a sigmoid output.
  public func decode(_ z: Tensor) -> Tensor {
    switch output {
    case .sigmoid: sigmoid(decoder(z))
    case .linear: decoder(z)
    }
  }

  /// The images through their code and back: `[batch, features]`.
  public func reconstruct(_ x: Tensor) -> Tensor { decode(encode(x)) }

  /// The mean reconstruction error per pixel: a scalar, in nats for the cross-entropy.
  ///
  /// - Parameters:
  ///   - x: What the reconstructions should be, `[batch, features]`.
  ///   - input: What the encoder sees, `[batch, features]`: the same images, or noisy copies for a
  ///     denoising autoencoder.
  public func loss(_ x: Tensor, from input: Tensor) -> Tensor {
    let z = encode(input)
    switch error {
    case .meanSquaredError: return meanSquaredError(decode(z), x)
    // From logits: log x̂ of a sigmoid that has become 0 would be infinite.
    case .binaryCrossEntropy: return binaryCrossEntropy(logits: decoder(z), x)
    }
  }
}
