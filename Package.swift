// swift-tools-version: 6.1
import PackageDescription

/// What only a build with many processes needs.
let withMPI = TargetDependencyCondition.when(traits: ["MPI"])

let package = Package(
  name: "Pushforward",
  products: [
    // MARK: Public modules
    .library(name: "Tensor", targets: ["Tensor"]),
    .library(name: "Distributed", targets: ["Distributed"]),
    .library(name: "Files", targets: ["Files"]),
    .library(name: "Settings", targets: ["Settings"]),
    .library(name: "NN", targets: ["NN"]),
    .library(name: "Distributions", targets: ["Distributions"]),
    .library(name: "DifferentialEquations", targets: ["DifferentialEquations"]),
    .library(name: "Estimators", targets: ["Estimators"]),
    .library(name: "GaussianProcesses", targets: ["GaussianProcesses"]),
    .library(name: "Inference", targets: ["Inference"]),
    .library(name: "OptimalTransport", targets: ["OptimalTransport"]),
    .library(name: "Images", targets: ["Images"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Plots", targets: ["Plots"]),
    .library(name: "Sampling", targets: ["Sampling"]),
    .library(name: "Training", targets: ["Training"]),

    .library(name: "Models", targets: ["Models"]),
    .library(name: "Results", targets: ["Results"]),
    .library(name: "Fitting", targets: ["Fitting"]),
    .library(name: "Course", targets: ["Course"]),
    .library(name: "Trainers", targets: ["Trainers"]),
    .library(name: "Evaluation", targets: ["Evaluation"]),

    // MARK: Executables
    .executable(name: "pushforward", targets: ["pushforward"]),
    .executable(name: "train-autoencoder", targets: ["train-autoencoder"]),
    .executable(name: "train-gan", targets: ["train-gan"]),
    .executable(name: "train-vae", targets: ["train-vae"]),
  ],
  traits: [
    .trait(name: "MPI", description: "Training by many processes, on Open MPI.")
  ],
  targets: [
    // MARK: Public modules
    .target(name: "Tensor", dependencies: ["CKernels", "COpenBLAS"]),
    .target(
      name: "Distributed", dependencies: ["Tensor", .target(name: "CMPI", condition: withMPI)]),
    .target(name: "Files", dependencies: ["Tensor", "CZlib"]),
    .target(name: "Settings", dependencies: ["Files"]),
    .target(name: "NN", dependencies: ["Files", "Settings", "Tensor"]),
    .target(name: "Distributions", dependencies: ["Tensor"]),
    .target(name: "DifferentialEquations", dependencies: ["Tensor"]),
    .target(name: "Estimators", dependencies: ["Distributions", "Tensor"]),
    .target(name: "GaussianProcesses", dependencies: ["Distributions", "Tensor"]),
    .target(name: "Inference", dependencies: ["Tensor"]),
    .target(name: "OptimalTransport", dependencies: ["Tensor"]),
    .target(name: "Images", dependencies: ["Tensor", "CJPEG", "CLibPNG"]),
    .target(
      name: "Datasets", dependencies: ["Files", "Images", "NN", "Settings", "Tensor", "CZlib"]),
    .target(name: "Plots"),
    .target(name: "CommandLine", dependencies: ["Files", "Settings", "CGetopt"]),
    .target(
      name: "Training",
      dependencies: [
        "CommandLine", "Datasets", "Distributed", "Distributions", "Files", "Images", "NN", "Plots",
        "Settings", "Tensor",
      ]),
    .target(
      name: "Report",
      dependencies: ["CommandLine", "Files", "Images", "Plots", "Settings", "Training"]),

    // MARK: Models; a program that samples links nothing of their training
    .target(
      name: "Models",
      dependencies: [
        "DifferentialEquations", "Distributions", "NN", "OptimalTransport", "Settings", "Tensor",
      ],
      path: "Models"),
    .target(
      name: "Sampling",
      dependencies: ["Distributions", "Files", "Models", "NN", "Tensor"]),
    .target(
      name: "Trainers",
      dependencies: ["CommandLine", "Datasets", "Images", "Models", "NN", "Tensor", "Training"]),
    .target(
      name: "Evaluation",
      dependencies: [
        "CommandLine", "Datasets", "Distributions", "Files", "Models", "NN", "Settings", "Tensor",
        "Training",
      ]),

    .target(name: "Explore", dependencies: ["Models", "NN", "Plots", "Tensor"]),

    // MARK: Classical methods and the course, with their results
    .target(name: "Results", dependencies: ["Files", "Plots", "Settings", "Tensor"]),
    .target(
      name: "Fitting",
      dependencies: [
        "Datasets", "Distributions", "Estimators", "GaussianProcesses", "Inference",
        "OptimalTransport", "Plots", "Results", "Settings", "Tensor",
      ]),
    .target(
      name: "Course",
      dependencies: [
        "Distributions", "Estimators", "GaussianProcesses", "Inference", "OptimalTransport",
        "Plots", "Results", "Tensor",
      ]),

    // MARK: Executables
    .target(
      name: "Commands",
      dependencies: [
        "CommandLine", "Course", "Datasets", "Distributed", "Evaluation", "Explore", "Files",
        "Fitting", "GaussianProcesses", "Images", "Inference", "Models", "NN", "OptimalTransport",
        "Report", "Results", "Sampling", "Settings", "Tensor", "Trainers", "Training",
      ]),
    .executableTarget(name: "pushforward", dependencies: ["Commands"]),
    .executableTarget(name: "train-autoencoder", dependencies: ["Commands"]),
    .executableTarget(name: "train-gan", dependencies: ["Commands"]),
    .executableTarget(name: "train-vae", dependencies: ["Commands"]),

    // MARK: C
    .target(name: "CKernels"),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CGetopt"),
    .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CJPEG", dependencies: ["CLibJPEG"]),
    .systemLibrary(name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),

    // MARK: Tests
    .target(name: "Mistakes", path: "Tests/Mistakes"),
    .testTarget(name: "TensorTests", dependencies: ["Tensor", "CKernels", "Mistakes"]),
    .target(name: "Fuzzing", dependencies: ["CZlib"], path: "Tests/Fuzzing"),
    .target(
      name: "TestSupport", dependencies: ["Images", "CLibJPEG"], path: "Tests/TestSupport"),
    .testTarget(name: "DistributedTests", dependencies: ["Distributed", "Tensor"]),
    .testTarget(name: "SettingsTests", dependencies: ["Settings"]),
    .testTarget(
      name: "ExploreTests",
      dependencies: ["Explore", "Models", "ModelSupport", "NN", "Tensor", "TestSupport"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "Fuzzing", "Tensor", "TestSupport"]),
    .testTarget(
      name: "NNTests", dependencies: ["Files", "Mistakes", "NN", "Tensor", "TestSupport"]),
    .testTarget(name: "DistributionsTests", dependencies: ["Distributions", "Tensor"]),
    .testTarget(
      name: "DifferentialEquationsTests", dependencies: ["DifferentialEquations", "Tensor"]),
    .testTarget(name: "EstimatorsTests", dependencies: ["Estimators", "Tensor"]),
    .testTarget(name: "GaussianProcessesTests", dependencies: ["GaussianProcesses", "Tensor"]),
    .testTarget(name: "InferenceTests", dependencies: ["Inference", "Tensor"]),
    .testTarget(name: "OptimalTransportTests", dependencies: ["OptimalTransport", "Tensor"]),
    .testTarget(
      name: "ImagesTests",
      dependencies: ["Images", "Fuzzing", "Tensor", "TestSupport", "CLibJPEG", "CZlib"]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: ["Datasets", "Files", "Fuzzing", "Images", "NN", "Tensor", "TestSupport"]),
    .testTarget(name: "PlotsTests", dependencies: ["Plots"]),
    .testTarget(name: "ResultsTests", dependencies: ["Results", "Plots", "Tensor"]),
    .testTarget(
      name: "FittingTests",
      dependencies: [
        "Fitting", "Datasets", "GaussianProcesses", "OptimalTransport", "Results", "Settings",
        "Tensor", "TestSupport",
      ]),
    .testTarget(name: "CourseTests", dependencies: ["Course", "Results", "Tensor"]),
    .target(
      name: "TrainingSupport", dependencies: ["Images", "NN", "Tensor", "TestSupport", "Training"],
      path: "Tests/TrainingSupport"),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "CommandLine", "Training", "Datasets", "Distributions", "Files", "Fuzzing", "Images", "NN",
        "Plots", "Settings", "Tensor", "TestSupport", "TrainingSupport",
      ]),
    .testTarget(
      name: "ReportTests",
      dependencies: [
        "Report", "CommandLine", "Files", "Fuzzing", "Images", "Plots", "Settings", "Tensor",
        "TestSupport", "Training", "TrainingSupport",
      ]),
    .testTarget(
      name: "CommandsTests",
      dependencies: [
        "Commands", "CommandLine", "Datasets", "Files", "Images", "NN", "Settings", "Tensor",
        "TestSupport", "Training",
      ]),
    .target(
      name: "ModelSupport", dependencies: ["Models", "NN", "Tensor"], path: "Tests/ModelSupport"),
    .testTarget(
      name: "ModelsTests",
      dependencies: [
        "Models", "ModelSupport", "Trainers", "Evaluation", "Datasets", "DifferentialEquations",
        "Distributions", "Files", "Images", "Mistakes", "NN", "Plots", "Settings", "Tensor",
        "TestSupport", "Training",
      ]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Evaluation", "Datasets", "Files", "Fuzzing", "Images", "Models", "ModelSupport", "NN",
        "Settings", "Tensor", "TestSupport", "Trainers", "Training",
      ]),
    .testTarget(
      name: "SamplingTests",
      dependencies: [
        "Sampling", "Distributions", "Files", "Fuzzing", "Images", "Models", "ModelSupport", "NN",
        "Settings", "Tensor",
        "TestSupport",
      ]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "pushforward", "train-autoencoder", "train-gan", "train-vae", "CommandLine", "Datasets",
        "Distributions", "Files", "Fuzzing", "Images", "Models", "ModelSupport", "NN", "Settings",
        "Tensor", "TestSupport", "Training",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
