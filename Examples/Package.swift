// swift-tools-version: 6.1
import PackageDescription

/// An example and the modules of Pushforward that it imports.
func example(_ name: String, _ modules: String...) -> Target {
  .executableTarget(
    name: name, dependencies: modules.map { .product(name: $0, package: "Pushforward") })
}

let package = Package(
  name: "Examples",
  dependencies: [.package(name: "Pushforward", path: "..")],
  targets: [
    example("table-vae", "Datasets", "Models", "NN", "Tensor"),
    example("new-operation", "Tensor"),
    example("new-model", "Datasets", "NN", "Settings", "Tensor"),
    example("sampling-server", "Images", "Models", "NN", "Sampling", "Tensor"),
    example("eight-schools", "Distributions", "Inference", "Tensor"),
    example("monthly-data", "GaussianProcesses", "Plots", "Tensor"),
    example("image-transport", "Datasets", "Images", "NN", "OptimalTransport", "Tensor"),
    example("training-loop", "Datasets", "NN", "Tensor"),
  ],
  swiftLanguageModes: [.v6]
)
