// swift-tools-version: 6.0
import PackageDescription

// A package of its own, so that users of the library do not build it.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Pushforward", path: "..")],
  targets: [
    .executableTarget(
      name: "bench",
      dependencies: [
        .product(name: "Tensor", package: "Pushforward"),
        .product(name: "NN", package: "Pushforward"),
        .product(name: "Autoencoder", package: "Pushforward"),
        .product(name: "GAN", package: "Pushforward"),
        .product(name: "GANTraining", package: "Pushforward"),
        .product(name: "VAE", package: "Pushforward"),
      ]),
    .executableTarget(
      name: "plot-scaling", dependencies: [.product(name: "Plots", package: "Pushforward")]),
  ],
  swiftLanguageModes: [.v6]
)
