// swift-tools-version: 6.1
import PackageDescription

// A separate package, so that users of the library do not build it.
let package = Package(
  name: "Benchmarks",
  traits: [.trait(name: "MPI", description: "Training steps by many processes, on Open MPI.")],
  dependencies: [
    .package(
      name: "Pushforward", path: "..",
      traits: [.defaults, .trait(name: "MPI", condition: .when(traits: ["MPI"]))])
  ],
  targets: [
    .executableTarget(
      name: "bench",
      dependencies: [
        .product(name: "Tensor", package: "Pushforward"),
        .product(name: "NN", package: "Pushforward"),
        .product(name: "Models", package: "Pushforward"),
        .product(name: "Distributed", package: "Pushforward"),
        .product(name: "Training", package: "Pushforward"),
        .product(name: "Trainers", package: "Pushforward"),
        .product(name: "Files", package: "Pushforward"),
        .product(name: "Estimators", package: "Pushforward"),
        .product(name: "Inference", package: "Pushforward"),
        .product(name: "GaussianProcesses", package: "Pushforward"),
        .product(name: "OptimalTransport", package: "Pushforward"),
      ]),
    .executableTarget(
      name: "plot-scaling", dependencies: [.product(name: "Plots", package: "Pushforward")]),
  ],
  swiftLanguageModes: [.v6]
)
