import Autoencoder
import Files
import GAN
import NN
import Tensor
import VAE

/// What sampling asks of a model: images are vectors `[batch, features]` in [0, 1].
protocol GenerativeModel {
  /// The number of values of an image.
  var features: Int { get }
  /// The number of dimensions of a code.
  var codeSize: Int { get }
  /// Whether codes are N(0, 1) beforehand.
  var hasPrior: Bool { get }
  /// The images of codes `[batch, codeSize]`.
  func decode(_ codes: Tensor) -> Tensor
  /// The codes of images, or nil where the model has no encoder.
  func encode(_ images: Tensor) -> Tensor?
}

/// Opens the model that a file says it is of.
func openModel(_ file: SafetensorsFile) throws -> any GenerativeModel {
  switch try file.text("kind") {
  case VAE.kind: return SavedVAE(vae: try VAE(file: file))
  case GAN.kind: return SavedGAN(gan: try GAN(file: file))
  case Autoencoder.kind: return SavedAutoencoder(autoencoder: try Autoencoder(file: file))
  case let kind: throw SamplingError.notGenerative(path: file.path, kind: kind)
  }
}

private struct SavedVAE: GenerativeModel {
  let vae: VAE
  let hasPrior = true
  var features: Int { vae.features }
  var codeSize: Int { vae.latentSize }
  func decode(_ codes: Tensor) -> Tensor { vae.decode(codes) }
  func encode(_ images: Tensor) -> Tensor? { vae.posterior(of: images).mean }
}

private struct SavedGAN: GenerativeModel {
  let gan: GAN
  let hasPrior = true
  var features: Int { gan.sampleShape.reduce(1, *) }
  var codeSize: Int { gan.latentSize }
  // A generator's last layer is a hyperbolic tangent.
  func decode(_ codes: Tensor) -> Tensor {
    (0.5 * gan.generator(codes) + 0.5).reshaped(to: [codes.shape[0], features])
  }
  func encode(_ images: Tensor) -> Tensor? { nil }
}

private struct SavedAutoencoder: GenerativeModel {
  let autoencoder: Autoencoder
  let hasPrior = false
  var features: Int { autoencoder.features }
  var codeSize: Int { autoencoder.codeSize }
  // A linear output may leave the range of pixels.
  func decode(_ codes: Tensor) -> Tensor { clamp(autoencoder.decode(codes), to: 0...1) }
  func encode(_ images: Tensor) -> Tensor? { autoencoder.encode(images) }
}
