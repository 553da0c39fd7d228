import NN

/// The models that can be trained, saved and sampled from by name.
public let registry: [ModelRow] = [
  ModelRow(
    Autoencoder.self, "an autoencoder, plain or denoising (Vincent et al. 2008)", epochs: 10),
  ModelRow(VAE.self, "a variational autoencoder (Kingma and Welling 2014)", epochs: 30),
  ModelRow(
    GAN.self, "a generative adversarial network (Goodfellow et al. 2014)", epochs: 20,
    learningRate: 0.0002),
  ModelRow(
    PlanarFlow.self, "a flow of planar layers (Rezende and Mohamed 2015)", epochs: 100,
    batchSize: 512),
  ModelRow(
    RealNVP.self, "a flow of affine couplings, RealNVP (Dinh et al. 2017)", epochs: 100,
    batchSize: 512),
  ModelRow(
    MAF.self, "a masked autoregressive flow (Papamakarios et al. 2017)", epochs: 20),
  ModelRow(
    SplineFlow.self, "a flow of spline couplings (Durkan et al. 2019)", epochs: 100,
    batchSize: 512),
  ModelRow(
    Glow.self, "a flow of images, Glow (Kingma and Dhariwal 2018)", epochs: 10,
    batchSize: 64),
  ModelRow(
    MADE.self, "an autoregressive model of pixels, MADE (Germain et al. 2015)", epochs: 20),
  ModelRow(
    PixelCNN.self, "a convolutional model of pixels (van den Oord et al. 2016)",
    epochs: 10, batchSize: 64),
  ModelRow(
    LanguageModel.self, "a language model: attention (Vaswani et al. 2017) or RNN",
    epochs: 10, batchSize: 64),
  ModelRow(
    VQVAE.self, "an autoencoder with a codebook (van den Oord et al. 2017)", epochs: 10),
  ModelRow(
    DDPM.self, "a denoising diffusion model (Ho, Jain and Abbeel 2020)", epochs: 30, batchSize: 64),
  ModelRow(
    FlowMatching.self, "flow matching (Lipman et al. 2023; Liu, Gong and Liu 2023)", epochs: 30,
    batchSize: 512),
  ModelRow(
    ScoreModel.self, "scores of noisy data (Song and Ermon 2019; Song et al. 2021)", epochs: 30,
    batchSize: 512),
  ModelRow(
    Classifier.self, "a classifier of images", epochs: 3, batchSize: 64),
]

/// A model in the registry, with a description and its default training settings.
public struct ModelRow: Sendable {
  /// The model's type.
  public let model: any Model.Type
  /// A description in a few words: `a variational autoencoder (Kingma and Welling 2014)`.
  public let summary: String
  /// The number of passes over the training data.
  public let epochs: Int
  /// The number of examples in a training step.
  public let batchSize: Int
  /// The step size of the optimiser, Adam.
  public let learningRate: Double

  /// The name on the command line and in files: `vae`.
  public var kind: String { model.kind }

  /// Lists a model.
  public init(
    _ model: any Model.Type, _ summary: String, epochs: Int, batchSize: Int = 128,
    learningRate: Double = 0.001
  ) {
    self.model = model
    self.summary = summary
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
  }
}
