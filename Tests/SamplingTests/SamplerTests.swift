import Autoencoder
import Classifier
import Files
import Foundation
import GAN
import NN
import Sampling
import Tensor
import TestSupport
import Testing
import VAE

@Suite struct SamplerTests {
  let folder: TemporaryFolder
  var path: String { folder.path + "/model.safetensors" }

  init() throws { folder = try TemporaryFolder() }

  private func save(_ model: some SavedModel, _ imageShape: [Int]) throws -> Sampler {
    try model.save(to: path, metadata: model.metadata(imageShape: imageShape))
    return try Sampler(path: path)
  }

  // MARK: Each kind of model

  static let vaes: [@Sendable () -> VAE] = [
    { VAE(features: 24, hiddenSizes: [5, 7], latentSize: 3, Random(seed: 1)) },
    { VAE(features: 24, hiddenSizes: [], latentSize: 2, pixels: .gaussian, Random(seed: 2)) },
    { VAE(height: 4, width: 8, latentSize: 2, pixels: .gaussian, Random(seed: 3)) },
  ]

  /// What the file gives is, bit for bit, what the model in memory gives.
  @Test(arguments: vaes.indices) func aVAE(_ index: Int) throws {
    let vae = Self.vaes[index]()
    let shape = vae.features == 24 ? [4, 6, 1] : [4, 8, 1]
    let sampler = try save(vae, shape)
    #expect(sampler.kind == "vae")
    #expect(sampler.imageShape == shape)
    #expect(sampler.latentSize == vae.latentSize)
    let samples = try sampler.sample(count: 5, Random(seed: 7))
    #expect(samples.shape == [5] + shape)
    #expect(samples.scalars == vae.sample(count: 5, Random(seed: 7)).scalars)
    let x = Random(seed: 8).uniform([3, vae.features])
    let images = x.reshaped(to: [3] + shape)
    #expect(try sampler.reconstruct(images).scalars == vae.reconstruct(x).scalars)
    let line = try sampler.interpolate(
      from: images.sliced(0..<1), to: images.sliced(1..<2), steps: 4)
    let expected = vae.interpolate(from: x.sliced(0..<1), to: x.sliced(1..<2), count: 4)
    #expect(abs(line.reshaped(to: expected.shape) - expected).max().scalar < 1e-6)
    if vae.latentSize == 2 {
      #expect(try sampler.latentManifold(side: 3).scalars == vae.latentManifold(side: 3).scalars)
    } else {
      #expect(throws: SamplingError.codesNotFlat(kind: "vae", found: 3)) {
        try sampler.latentManifold(side: 3)
      }
    }
  }

  @Test func aDenseGAN() throws {
    let gan = GAN.dense(
      features: 12, latentSize: 4, generatorSizes: [5], discriminatorSizes: [3, 2], Random(seed: 1))
    let sampler = try save(gan, [3, 4, 1])
    let samples = try sampler.sample(count: 3, Random(seed: 7))
    let expected = 0.5 * gan.sample(count: 3, Random(seed: 7)) + 0.5
    #expect(samples.scalars == expected.scalars)
    #expect(throws: SamplingError.noEncoder(kind: "gan")) { try sampler.reconstruct(samples) }
  }

  @Test(arguments: [(28, 1), (64, 3)]) func aDCGAN(_ side: Int, _ channels: Int) throws {
    let gan = GAN.dcgan(
      imageSize: side, channels: channels, latentSize: 5, baseChannels: 2, Random(seed: 1))
    // So that the running averages are not those of the beginning.
    gan.mode = .training
    _ = gan.sample(count: 8, Random(seed: 2))
    let sampler = try save(gan, [side, side, channels])
    gan.mode = .inference
    let samples = try sampler.sample(count: 2, Random(seed: 7))
    #expect(samples.shape == [2, side, side, channels])
    let expected = 0.5 * gan.sample(count: 2, Random(seed: 7)) + 0.5
    #expect(samples.scalars == expected.scalars)
  }

  @Test func anAutoencoder() throws {
    let models = [
      Autoencoder(features: 32, hiddenSizes: [5], codeSize: 2, Random(seed: 1)),
      Autoencoder(features: 32, codeSize: 3, output: .linear, Random(seed: 2)),
      Autoencoder(
        height: 4, width: 8, codeSize: 3, error: .binaryCrossEntropy, Random(seed: 3)),
    ]
    for model in models {
      let sampler = try save(model, [4, 8, 1])
      let x = Random(seed: 8).uniform([3, 32])
      let found = try sampler.reconstruct(x.reshaped(to: [3, 4, 8, 1]))
      #expect(found.scalars == clamp(model.reconstruct(x), to: 0...1).scalars)
      #expect(throws: SamplingError.noPrior(kind: "autoencoder")) {
        try sampler.sample(count: 1, Random(seed: 1))
      }
      #expect(throws: SamplingError.noPrior(kind: "autoencoder")) {
        try sampler.latentManifold(side: 2)
      }
    }
  }

  @Test func aClassifierMakesNoImagesButIsOpened() throws {
    for architecture in Classifier.Architecture.allCases {
      let classifier = Classifier(architecture, height: 6, width: 7, classes: 3, Random(seed: 1))
      try classifier.save(to: path, metadata: classifier.metadata(imageShape: [6, 7, 1]))
      #expect(throws: SamplingError.notGenerative(path: path, kind: "classifier")) {
        try Sampler(path: path)
      }
      let again = try Classifier(file: SafetensorsFile(path: path))
      classifier.mode = .inference
      let x = Random(seed: 2).uniform([2, 42])
      #expect(again.logits(of: x) == classifier.logits(of: x))
    }
  }

  // MARK: Sampling

  @Test func theEndsOfALineAreSamples() throws {
    let sampler = try save(Self.vaes[0](), [4, 6, 1])
    let lines = try sampler.interpolate(lines: 2, steps: 3, Random(seed: 5))
    #expect(lines.shape == [6, 4, 6, 1])
    let random = Random(seed: 5)
    let first = try sampler.sample(count: 2, random), last = try sampler.sample(count: 2, random)
    for (place, end) in [
      (0, first.sliced(0..<1)), (3, first.sliced(1..<2)), (2, last.sliced(0..<1)),
      (5, last.sliced(1..<2)),
    ] {
      #expect(abs(lines.sliced(place..<place + 1) - end).max().scalar < 1e-5)
    }
  }

  /// More images than are made at a time are those that one pass would have made.
  @Test func manyImagesAreThoseOfOnePass() throws {
    let vae = Self.vaes[0]()
    let sampler = try save(vae, [4, 6, 1])
    let samples = try sampler.sample(count: 600, Random(seed: 7)).reshaped(to: [600, 24])
    #expect(abs(samples - vae.sample(count: 600, Random(seed: 7))).max().scalar < 1e-6)
  }

  @Test func oneSamplerServesManyThreads() async throws {
    let sampler = try save(Self.vaes[2](), [4, 8, 1])
    let expected = try (0..<8).map {
      try sampler.sample(count: 20, Random(seed: UInt64($0))).scalars
    }
    let found = try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
      for task in 0..<32 {
        group.addTask {
          (task % 8, try sampler.sample(count: 20, Random(seed: UInt64(task % 8))).scalars)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(found.count == 32)
    for (seed, scalars) in found { #expect(scalars == expected[seed]) }
  }

  // MARK: Files that are something else

  private func message(_ change: (inout [String: String]) -> Void) throws -> String {
    let vae = Self.vaes[0]()
    var metadata = vae.metadata(imageShape: [4, 6, 1])
    change(&metadata)
    try vae.save(to: path, metadata: metadata)
    let error = #expect(throws: (any Error).self) { try Sampler(path: path) }
    return error.map { "\($0)" } ?? ""
  }

  @Test(arguments: [
    ("kind", nil, "expected kind in its metadata to be a text, found none"),
    ("kind", "gan2", "expected a model that makes images (vae, gan, autoencoder), found 'gan2'"),
    ("format", nil, "expected format in its metadata to be 'pushforward-1', found none"),
    ("format", "pt", "expected format in its metadata to be 'pushforward-1', found 'pt'"),
    (
      "architecture", "deep",
      "expected architecture in its metadata to be 'dense' or 'conv', found 'deep'"
    ),
    (
      "latent", "inf",
      "expected latent in its metadata to be a whole number from 1 to 16777216, found 'inf'"
    ),
    (
      "latent", "-3",
      "expected latent in its metadata to be a whole number from 1 to 16777216, found '-3'"
    ),
    (
      "latent", "4",
      "is of another model: expected encoder.4.weight of shape [7, 8], found [7, 6]; "
        + "encoder.4.bias of shape [8], found [6]; decoder.0.weight of shape [4, 7], found [3, 7]"
    ),
    (
      "hidden", "5,,7",
      "expected hidden in its metadata to be 0 to 64 whole numbers from 1 to 16777216, found '5,,7'"
    ),
    (
      "hidden", "16777216,16777216",
      "expected the model described in its metadata to be one of at most 427 numbers, found"
        + " 'more than any memory holds'"
    ),
    (
      "image-shape", "4,7,1",
      "expected image-shape in its metadata to be that of images of 24 values, found '4,7,1'"
    ),
    (
      "image-shape", "2,6,2",
      "expected image-shape in its metadata to be that of images of 1 or 3 channels, found '2,6,2'"
    ),
  ])
  func aDescriptionThatDoesNotHold(_ name: String, _ text: String?, _ expected: String) throws {
    #expect(
      try message { $0[name] = text }
        == "'\(path)': \(expected)"
        .replacingOccurrences(of: ": is of", with: " is of"))
  }

  @Test func aGANOfOwnNetworksIsSavedButNotDescribed() throws {
    let random = Random(seed: 1)
    let gan = GAN(
      generator: Dense(2, 4, random), discriminator: Dense(4, 1, random), latentSize: 2,
      sampleShape: [4])
    let error = #expect(throws: ModelFileError.self) { try save(gan, [2, 2, 1]) }
    #expect(
      error?.description
        == "'\(path)': expected latent in its metadata to be a whole number from 1 to 16777216,"
        + " found none")
  }
}
