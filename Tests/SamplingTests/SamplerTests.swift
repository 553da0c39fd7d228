import ModelSupport
import Models
import Distributions
import Files
import Foundation
import NN
import Sampling
import Tensor
import TestSupport
import Testing

@Suite struct SamplerTests {
  let folder: TemporaryFolder
  var path: String { folder.path + "/model.safetensors" }

  init() throws { folder = try TemporaryFolder() }

  private func save(_ model: some Model) throws -> Sampler {
    try model.save(to: path)
    return try Sampler(path: path)
  }

  // MARK: Each kind of model

  static let vaes: [@Sendable () -> VAE] = [
    { VAE(features: 24, hidden: [5, 7], latent: 3, shape: [4, 6, 1], Random(seed: 1)) },
    {
      VAE(
        features: 24, hidden: [], latent: 2, pixels: .gaussian, shape: [4, 6, 1], Random(seed: 2))
    },
    { VAE(height: 4, width: 8, latent: 2, pixels: .gaussian, Random(seed: 3)) },
  ]

  /// The file's results equal those of the model in memory, bit for bit.
  @Test(arguments: vaes.indices) func aVAE(_ index: Int) throws {
    let vae = Self.vaes[index]()
    let shape = vae.dataShape.sizes
    let sampler = try save(vae)
    #expect(sampler.kind == "vae")
    #expect(sampler.exampleShape == shape)
    #expect(sampler.latentSize == vae.latentSize)
    let samples = try sampler.sample(count: 5, using: Random(seed: 7))
    #expect(samples.shape == [5] + shape)
    let codes = Random(seed: 7).normal([5, vae.latentSize])
    #expect(samples.scalars == vae.decode(codes).scalars)
    let drawn = try sampler.sample(count: 5, pixels: .drawn, using: Random(seed: 7))
    #expect(drawn.scalars == vae.sample(count: 5, using: Random(seed: 7)).scalars)
    let x = Random(seed: 8).uniform([3, vae.dataShape.count])
    let images = x.reshaped(to: [3] + shape)
    #expect(try sampler.reconstruct(images).scalars == vae.reconstruct(x).scalars)
    let line = try sampler.interpolate(
      from: images.sliced(0..<1), to: images.sliced(1..<2), steps: 4)
    let ends = vae.encode(x)
    let expected = vae.decode(
      interpolated(from: ends.sliced(0..<1), to: ends.sliced(1..<2), steps: 4))
    #expect(abs(line.reshaped(to: expected.shape) - expected).max().scalar < 1e-6)
    if vae.latentSize == 2 {
      let grid = vae.decode(standardNormalGrid(side: 3))
      #expect(try sampler.latentManifold(side: 3).scalars == grid.scalars)
    } else {
      #expect(throws: SamplingError.codesNotFlat(kind: "vae", found: 3)) {
        try sampler.latentManifold(side: 3)
      }
    }
  }

  @Test func aDenseGAN() throws {
    let gan = GAN.dense(
      features: 12, latent: 4, generatorHidden: [5], discriminatorHidden: [3, 2], shape: [3, 4, 1],
      Random(seed: 1))
    let sampler = try save(gan)
    let samples = try sampler.sample(count: 3, using: Random(seed: 7))
    let expected = gan.sample(count: 3, using: Random(seed: 7))
    #expect(samples.scalars == expected.scalars)
    #expect(throws: SamplingError.noEncoder(kind: "gan")) { try sampler.reconstruct(samples) }
  }

  @Test(arguments: [(28, 1), (64, 3)]) func aDCGAN(_ side: Int, _ channels: Int) throws {
    let gan = GAN.dcgan(
      imageSize: side, channels: channels, latent: 5, baseChannels: 2, Random(seed: 1))
    // Changes the running averages from their initial values.
    gan.mode = .training
    _ = gan.sample(count: 8, using: Random(seed: 2))
    let sampler = try save(gan)
    gan.mode = .inference
    let samples = try sampler.sample(count: 2, using: Random(seed: 7))
    #expect(samples.shape == [2, side, side, channels])
    let expected = gan.sample(count: 2, using: Random(seed: 7))
    #expect(samples.scalars == expected.scalars)
  }

  @Test func anAutoencoder() throws {
    let models = [
      Autoencoder(features: 32, hidden: [5], latent: 2, shape: [4, 8, 1], Random(seed: 1)),
      Autoencoder(features: 32, latent: 3, output: .linear, shape: [4, 8, 1], Random(seed: 2)),
      Autoencoder(
        height: 4, width: 8, latent: 3, error: .binaryCrossEntropy, Random(seed: 3)),
    ]
    for model in models {
      let sampler = try save(model)
      let x = Random(seed: 8).uniform([3, 32])
      let found = try sampler.reconstruct(x.reshaped(to: [3, 4, 8, 1]))
      #expect(found.scalars == clamp(model.reconstruct(x), to: 0...1).scalars)
      #expect(throws: SamplingError.noPrior(kind: "autoencoder")) {
        try sampler.sample(count: 1, using: Random(seed: 1))
      }
      #expect(throws: SamplingError.noPrior(kind: "autoencoder")) {
        try sampler.latentManifold(side: 2)
      }
    }
  }

  @Test func aClassifierMakesNoImagesButIsOpened() throws {
    for architecture in Classifier.Architecture.allCases {
      let classifier = Classifier(architecture, height: 6, width: 7, classes: 3, Random(seed: 1))
      try classifier.save(to: path)
      let known = registry.map(\.kind).filter { $0 != "classifier" }
      #expect(
        throws: SamplingError.notGenerative(path: path, kind: "classifier", known: known)
      ) { try Sampler(path: path) }
      let again = try Classifier.open(path)
      classifier.mode = .inference
      let x = Random(seed: 2).uniform([2, 42])
      #expect(again.logits(of: x) == classifier.logits(of: x))
    }
  }

  // MARK: Sampling

  @Test func theEndsOfALineAreSamples() throws {
    let sampler = try save(Self.vaes[0]())
    let lines = try sampler.interpolate(lines: 2, steps: 3, using: Random(seed: 5))
    #expect(lines.shape == [6, 4, 6, 1])
    let random = Random(seed: 5)
    let first = try sampler.sample(count: 2, using: random)
    let last = try sampler.sample(count: 2, using: random)
    for (place, end) in [
      (0, first.sliced(0..<1)), (3, first.sliced(1..<2)), (2, last.sliced(0..<1)),
      (5, last.sliced(1..<2)),
    ] {
      #expect(abs(lines.sliced(place..<place + 1) - end).max().scalar < 1e-5)
    }
  }

  /// Images generated in several passes equal those of a single pass.
  @Test func manyImagesAreThoseOfOnePass() throws {
    let vae = Self.vaes[0]()
    let sampler = try save(vae)
    let samples = try sampler.sample(count: 600, using: Random(seed: 7)).reshaped(to: [600, 24])
    let expected = vae.decode(Random(seed: 7).normal([600, vae.latentSize]))
    #expect(abs(samples - expected).max().scalar < 1e-6)
  }

  @Test func oneSamplerServesManyThreads() async throws {
    let sampler = try save(Self.vaes[2]())
    let expected = try (0..<8).map {
      try sampler.sample(count: 20, using: Random(seed: UInt64($0))).scalars
    }
    let found = try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
      for task in 0..<32 {
        group.addTask {
          (task % 8, try sampler.sample(count: 20, using: Random(seed: UInt64(task % 8))).scalars)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(found.count == 32)
    for (seed, scalars) in found { #expect(scalars == expected[seed]) }
  }

  // MARK: Files in other formats

  private func message(_ change: (inout [String: String]) -> Void) throws -> String {
    let vae = Self.vaes[0]()
    var metadata = vae.metadata
    change(&metadata)
    try vae.save(to: path, metadata: metadata)
    let error = #expect(throws: (any Error).self) { try Sampler(path: path) }
    return error.map { "\($0)" } ?? ""
  }

  @Test(arguments: [
    ("kind", nil, "expected kind in its metadata to be a text, found none"),
    (
      "kind", "gan2",
      "expected a model that examples can be drawn from ("
        + registry.map(\.kind).filter { $0 != "classifier" }.joined(separator: ", ")
        + "), found 'gan2'"
    ),
    ("format", nil, "expected format in its metadata to be 'pushforward-1', found none"),
    ("format", "pt", "expected format in its metadata to be 'pushforward-1', found 'pt'"),
    (
      "architecture", "deep",
      "expected architecture in its metadata to be dense or conv, found 'deep'"
    ),
    (
      "latent", "inf",
      "expected latent in its metadata to be a whole number, found 'inf'"
    ),
    (
      "latent", "-3",
      "expected latent in its metadata to be 1 to 65536, found '-3'"
    ),
    (
      "latent", "4",
      "is of another model: expected encoder.4.weight of shape [7, 8], found [7, 6]; "
        + "encoder.4.bias of shape [8], found [6]; decoder.0.weight of shape [4, 7], found [3, 7]"
    ),
    (
      "hidden", "5,,7",
      "expected hidden in its metadata to be whole numbers separated by commas, found '5,,7'"
    ),
    (
      "hidden", "16777216,16777216",
      "expected hidden in its metadata to be 1 to 65536, found '16777216,16777216'"
    ),
    (
      "hidden", "65536,65536",
      "expected the vae described in its metadata to be one of at most 427 numbers, found"
        + " 'a larger one'"
    ),
    (
      "shape", "4,7,1",
      "is of another model: expected encoder.0.weight of shape [28, 5], found [24, 5]; "
        + "decoder.4.weight of shape [5, 28], found [5, 24]; decoder.4.bias of shape [28], found [24]"
    ),
    (
      "shape", "2,6,2",
      "expected shape in its metadata to be that of images of 1 or 3 channels, found '2,6,2'"
    ),
  ])
  func aDescriptionThatDoesNotHold(_ name: String, _ text: String?, _ expected: String) throws {
    #expect(
      try message { $0[name] = text }
        == "'\(path)': \(expected)"
        .replacingOccurrences(of: ": is of", with: " is of"))
  }

  @Test func aFileOfOlderVersionsIsOpened() throws {
    let vae = Self.vaes[0]()
    let old = [
      "format": "pushforward-1", "kind": "vae", "image-shape": "4,6,1", "architecture": "dense",
      "features": "24", "hidden": "5,7", "latent": "3", "likelihood": "bernoulli",
    ]
    try vae.save(to: path, metadata: old)
    let sampler = try Sampler(path: path)
    #expect(sampler.exampleShape == [4, 6, 1] && sampler.latentSize == 3)
  }
}
