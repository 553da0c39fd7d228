// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "Pushforward",
  products: [
    // MARK: Public modules
    .library(name: "Tensor", targets: ["Tensor"]),
    .library(name: "Files", targets: ["Files"]),
    .library(name: "NN", targets: ["NN"]),
    .library(name: "Distributions", targets: ["Distributions"]),
    .library(name: "Images", targets: ["Images"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Plots", targets: ["Plots"]),
    .library(name: "Sampling", targets: ["Sampling"]),
    .library(name: "Training", targets: ["Training"]),

    // MARK: Models
    .library(name: "Autoencoder", targets: ["Autoencoder"]),
    .library(name: "AutoencoderTraining", targets: ["AutoencoderTraining"]),
    .library(name: "GAN", targets: ["GAN"]),
    .library(name: "GANTraining", targets: ["GANTraining"]),
    .library(name: "VAE", targets: ["VAE"]),
    .library(name: "VAETraining", targets: ["VAETraining"]),
    .library(name: "Classifier", targets: ["Classifier"]),
    .library(name: "ClassifierTraining", targets: ["ClassifierTraining"]),

    // MARK: Executables
    .executable(name: "sample", targets: ["sample"]),
    .executable(name: "train-autoencoder", targets: ["train-autoencoder"]),
    .executable(name: "train-gan", targets: ["train-gan"]),
    .executable(name: "train-vae", targets: ["train-vae"]),
    .executable(name: "train-classifier", targets: ["train-classifier"]),
    .executable(name: "convert-images", targets: ["convert-images"]),
  ],
  targets: [
    // MARK: Public modules
    .target(name: "Tensor", dependencies: ["CKernels", "COpenBLAS"]),
    .target(name: "Files", dependencies: ["Tensor", "CZlib"]),
    .target(name: "NN", dependencies: ["Files", "Tensor"]),
    .target(name: "Distributions", dependencies: ["Tensor"]),
    .target(name: "Images", dependencies: ["Tensor", "CJPEG", "CLibPNG"]),
    .target(name: "Datasets", dependencies: ["Files", "Images", "Tensor", "CZlib"]),
    .target(name: "Plots"),
    .target(
      name: "Training",
      dependencies: ["Datasets", "Files", "Images", "NN", "Plots", "Tensor", "CGetopt"]),

    // MARK: Models, and apart from them their training, which a program that samples does not need
    .target(
      name: "Autoencoder", dependencies: ["Files", "NN", "Tensor"], path: "Models/Autoencoder",
      exclude: ["Training"]),
    .target(
      name: "AutoencoderTraining",
      dependencies: ["Autoencoder", "Datasets", "Images", "NN", "Plots", "Tensor", "Training"],
      path: "Models/Autoencoder/Training"),
    .target(
      name: "GAN", dependencies: ["Files", "NN", "Tensor"], path: "Models/GAN",
      exclude: ["Training"]),
    .target(
      name: "GANTraining",
      dependencies: ["GAN", "Datasets", "Images", "NN", "Tensor", "Training"],
      path: "Models/GAN/Training"),
    .target(
      name: "VAE", dependencies: ["Distributions", "Files", "NN", "Tensor"], path: "Models/VAE",
      exclude: ["Training"]),
    .target(
      name: "VAETraining",
      dependencies: ["VAE", "Datasets", "Images", "NN", "Tensor", "Training"],
      path: "Models/VAE/Training"),
    .target(
      name: "Classifier", dependencies: ["Files", "NN", "Tensor"], path: "Models/Classifier",
      exclude: ["Training"]),
    .target(
      name: "ClassifierTraining",
      dependencies: ["Classifier", "Datasets", "Files", "Images", "NN", "Tensor", "Training"],
      path: "Models/Classifier/Training"),

    // MARK: Sampling, which needs no training
    .target(
      name: "Sampling",
      dependencies: ["Autoencoder", "Distributions", "Files", "GAN", "NN", "Tensor", "VAE"]),

    // MARK: Executables
    .executableTarget(
      name: "sample",
      dependencies: ["Sampling", "Datasets", "Files", "Images", "Training", "Tensor"]),
    .executableTarget(
      name: "train-autoencoder",
      dependencies: ["Autoencoder", "AutoencoderTraining", "Training", "Tensor"]),
    .executableTarget(
      name: "train-gan",
      dependencies: [
        "ClassifierTraining", "GAN", "GANTraining", "Datasets", "Training", "NN", "Tensor",
      ]),
    .executableTarget(
      name: "train-vae",
      dependencies: [
        "ClassifierTraining", "VAE", "VAETraining", "Datasets", "Training", "NN", "Tensor",
      ]),
    .executableTarget(
      name: "train-classifier",
      dependencies: ["Classifier", "ClassifierTraining", "Training", "NN", "Tensor"]),
    .executableTarget(
      name: "convert-images",
      dependencies: ["Datasets", "Files", "Images", "Training", "Tensor"]),

    // MARK: C
    .target(name: "CKernels"),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CGetopt"),
    .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CJPEG", dependencies: ["CLibJPEG"]),
    .systemLibrary(name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // MARK: Tests
    .testTarget(name: "TensorTests", dependencies: ["Tensor", "CKernels"]),
    .target(name: "Fuzzing", dependencies: ["CZlib"], path: "Tests/Fuzzing"),
    .target(
      name: "TestSupport", dependencies: ["Images", "CLibJPEG"], path: "Tests/TestSupport"),
    .testTarget(name: "FilesTests", dependencies: ["Files", "Fuzzing", "Tensor", "TestSupport"]),
    .testTarget(name: "NNTests", dependencies: ["Files", "NN", "Tensor", "TestSupport"]),
    .testTarget(name: "DistributionsTests", dependencies: ["Distributions", "Tensor"]),
    .testTarget(
      name: "ImagesTests",
      dependencies: ["Images", "Fuzzing", "Tensor", "TestSupport", "CLibJPEG", "CZlib"]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: ["Datasets", "Files", "Fuzzing", "Images", "Tensor", "TestSupport"]),
    .testTarget(name: "PlotsTests", dependencies: ["Plots"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "Datasets", "Files", "Fuzzing", "Images", "NN", "Plots", "Tensor",
        "TestSupport",
      ]),
    .testTarget(
      name: "AutoencoderTests",
      dependencies: [
        "Autoencoder", "AutoencoderTraining", "Datasets", "Images", "NN", "Plots", "Tensor",
        "Training",
      ]),
    .testTarget(
      name: "GANTests",
      dependencies: ["GAN", "GANTraining", "Datasets", "Images", "NN", "Tensor", "Training"]),
    .testTarget(
      name: "VAETests",
      dependencies: [
        "VAE", "VAETraining", "Datasets", "Distributions", "Images", "NN", "Tensor", "Training",
      ]),
    .testTarget(
      name: "ClassifierTests",
      dependencies: [
        "Classifier", "ClassifierTraining", "Datasets", "Files", "Fuzzing", "Images", "NN",
        "Tensor",
        "TestSupport", "Training",
      ]),
    .testTarget(
      name: "SamplingTests",
      dependencies: [
        "Sampling", "Autoencoder", "Classifier", "Files", "Fuzzing", "GAN", "Images", "NN",
        "Tensor", "TestSupport", "VAE",
      ]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "convert-images", "sample", "train-autoencoder", "train-classifier", "train-gan",
        "train-vae", "Classifier", "Datasets", "Files", "Fuzzing", "Images", "NN", "Tensor",
        "TestSupport", "VAE",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
