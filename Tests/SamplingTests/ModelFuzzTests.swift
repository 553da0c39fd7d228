import Files
import Fuzzing
import ModelSupport
import Models
import NN
import Sampling
import Tensor
import TestSupport
import Testing

/// Broken model files: none causes a crash, a hang, or a model of more than 64 MB, and whatever the
/// numbers in a file, its model's images have values from 0 to 1.
@Suite struct ModelFuzzTests {
  @Test(.timeLimit(.minutes(60))) func brokenModelFiles() async {
    await #expect(processExitsWith: .success) {
      threadCount = 1  // Threads are not worthwhile for models of a few numbers.
      let files = try modelFiles().map { StructuredFile.safetensors($0) }
      var mutator = Mutator(
        // The last, with convolutions, takes longest.
        of: files + files.dropLast() + files.dropLast() + files.dropLast(),
        tokens: [
          "16777216", "16777217", "16777216,16777216,16777216", "1e9", "inf", ",", "\"", "dense",
          "conv", "dcgan", "vae", "gan", "autoencoder", "classifier", "\"hidden\":\"",
          "\"shape\":\"4,4,1\",", "\"shape\":\"16777216\",", "images", "points", "rows", "text",
          "\"vocabulary\":\"16777216\",", "1,1,1,1,1,1,1,1",
          "28", "64", "gaussian", "bce", "linear",
        ], seed: 3)
      let outcome = try fuzz("models") {
        mutator.next()
      } read: { path in
        let sampler = try Sampler(path: path)
        var images: [Tensor] = []
        if sampler.kind != "autoencoder" {
          images.append(try sampler.sample(count: 2, using: Random(seed: 1)))
          images.append(try sampler.interpolate(lines: 1, steps: 2, using: Random(seed: 2)))
        }
        if sampler.kind != "gan" {
          images.append(try sampler.reconstruct(.ones([2] + sampler.exampleShape)))
        }
        for image in images where sampler.dataShape.isImage {
          precondition(
            image.scalars.allSatisfy { (0...1).contains($0) }, "expected values from 0 to 1")
        }
      }
      #expect(outcome.isGood, "\(outcome)")
    }
  }
}

/// Small models of each kind.
private func modelFiles() throws -> [[UInt8]] {
  let folder = try TemporaryFolder()
  let random = Random(seed: 1)
  let table = TableDescription(
    columns: ["a", "b"], standardization: .init(means: [1, 2], deviations: [1, 0.5]))
  var models: [any Model] = VAE.PixelDistribution.allCases.map {
    VAE(features: 6, hidden: [2], latent: 2, pixels: $0, shape: [2, 3, 1], random)
  }
  models += [
    VAE(
      .with {
        $0.likelihood = .gaussian
        $0.hidden = [2]
        $0.latent = 2
      },
      for: DataShape(.row(columns: 2), details: [TableDescription.detailName: table.text]),
      using: random),
    Autoencoder(features: 6, hidden: [2, 3], latent: 2, shape: [2, 1, 3], random),
    GAN.dense(
      features: 3, latent: 2, generatorHidden: [2], discriminatorHidden: [2], shape: [1, 1, 3],
      random),
    Classifier(.dense, height: 1, width: 2, classes: 2, random),
    GAN.dcgan(latent: 1, baseChannels: 1, random),
  ]
  return try models.map { model in
    // Without a checksum, which would detect most damage.
    try SafetensorsFile.write(
      model.stateTensors().map { ($0.name, $0.value()) }, metadata: model.metadata,
      to: folder.path + "/a")
    return try folder.bytes(of: "a")
  }
}
