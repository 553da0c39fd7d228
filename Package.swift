// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "Pushforward",
  products: [
    // MARK: Public modules
    .library(name: "Tensor", targets: ["Tensor"]),
    .library(name: "NN", targets: ["NN"]),
    .library(name: "Distributions", targets: ["Distributions"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Training", targets: ["Training"]),

    // MARK: Models
    .library(name: "Autoencoder", targets: ["Autoencoder"]),
    .library(name: "GAN", targets: ["GAN"]),
    .library(name: "VAE", targets: ["VAE"]),
    .library(name: "Classifier", targets: ["Classifier"]),

    // MARK: Executables
    .executable(name: "train-autoencoder", targets: ["train-autoencoder"]),
    .executable(name: "train-gan", targets: ["train-gan"]),
    .executable(name: "train-vae", targets: ["train-vae"]),
    .executable(name: "train-classifier", targets: ["train-classifier"]),
  ],
  targets: [
    // MARK: Public modules
    .target(name: "Tensor", dependencies: ["CKernels", "COpenBLAS"]),
    .target(name: "NN", dependencies: ["Tensor"]),
    .target(name: "Distributions", dependencies: ["Tensor"]),
    .target(name: "Datasets", dependencies: ["Tensor", "CZlib"]),
    .target(name: "Training", dependencies: ["Datasets", "NN", "Tensor", "CGetopt"]),

    // MARK: Models
    .target(
      name: "Autoencoder",
      dependencies: ["Tensor", "NN", "Datasets", "Training"],
      path: "Models/Autoencoder"),
    .target(
      name: "GAN", dependencies: ["Tensor", "NN", "Datasets", "Training"], path: "Models/GAN"),
    .target(
      name: "VAE",
      dependencies: ["Tensor", "NN", "Distributions", "Datasets", "Training"],
      path: "Models/VAE"),
    .target(
      name: "Classifier", dependencies: ["Tensor", "NN", "Datasets", "Training"],
      path: "Models/Classifier"),

    // MARK: Executables
    .executableTarget(
      name: "train-autoencoder",
      dependencies: ["Autoencoder", "Training", "Tensor"]),
    .executableTarget(
      name: "train-gan",
      dependencies: ["Classifier", "GAN", "Datasets", "Training", "NN", "Tensor"]),
    .executableTarget(
      name: "train-vae",
      dependencies: ["VAE", "Classifier", "Datasets", "Training", "NN", "Tensor"]),
    .executableTarget(
      name: "train-classifier", dependencies: ["Classifier", "Training", "NN", "Tensor"]),

    // MARK: C
    .target(name: "CKernels"),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CGetopt"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // MARK: Tests
    .testTarget(name: "TensorTests", dependencies: ["Tensor", "CKernels"]),
    .testTarget(name: "NNTests", dependencies: ["NN", "Tensor"]),
    .testTarget(name: "DistributionsTests", dependencies: ["Distributions", "Tensor"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Tensor"]),
    .testTarget(name: "TrainingTests", dependencies: ["Training", "Datasets", "NN", "Tensor"]),
    .testTarget(
      name: "AutoencoderTests",
      dependencies: ["Autoencoder", "Datasets", "NN", "Tensor", "Training"]),
    .testTarget(
      name: "GANTests", dependencies: ["GAN", "Datasets", "NN", "Tensor", "Training"]),
    .testTarget(
      name: "VAETests",
      dependencies: ["VAE", "Datasets", "Distributions", "NN", "Tensor", "Training"]),
    .testTarget(
      name: "ClassifierTests", dependencies: ["Classifier", "Datasets", "NN", "Tensor", "Training"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "train-autoencoder", "train-classifier", "train-gan", "train-vae", "Datasets", "Tensor",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
