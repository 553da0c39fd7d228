import Autoencoder
import Classifier
import Files
import Fuzzing
import GAN
import NN
import Sampling
import Tensor
import TestSupport
import Testing
import VAE

/// Broken files of models: none crashes, hangs, or makes a model of more than 64 MB, and whatever the
/// numbers in it, the images that one makes have values from 0 to 1.
@Suite struct ModelFuzzTests {
  @Test(.timeLimit(.minutes(60))) func brokenModelFiles() async {
    await #expect(processExitsWith: .success) {
      threadCount = 1  // Threads do not pay for models of a few numbers.
      let files = try modelFiles().map { StructuredFile.safetensors($0) }
      var mutator = Mutator(
        // The last, with convolutions, takes longest.
        of: files + files.dropLast() + files.dropLast() + files.dropLast(),
        tokens: [
          "16777216", "16777217", "16777216,16777216,16777216", "1e9", "inf", ",", "\"", "dense",
          "conv", "dcgan", "vae", "gan", "autoencoder", "classifier", "\"hidden\":\"",
          "\"height\":\"4\",\"width\":\"4\",", "\"features\":\"16777216\",", "1,1,1,1,1,1,1,1",
          "28", "64", "gaussian", "bce", "linear",
        ], seed: 3)
      let outcome = try fuzz("models") {
        mutator.next()
      } read: { path in
        let sampler = try Sampler(path: path)
        var images: [Tensor] = []
        if sampler.kind != "autoencoder" {
          images.append(try sampler.sample(count: 2, Random(seed: 1)))
          images.append(try sampler.interpolate(lines: 1, steps: 2, Random(seed: 2)))
        }
        if sampler.kind != "gan" {
          images.append(try sampler.reconstruct(.ones([2] + sampler.imageShape)))
        }
        for image in images {
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
  var models: [(any SavedModel, imageShape: [Int])] = VAE.PixelDistribution.allCases.map {
    (VAE(features: 6, hiddenSizes: [2], latentSize: 2, pixels: $0, random), [2, 3, 1])
  }
  models += [
    (Autoencoder(features: 6, hiddenSizes: [2, 3], codeSize: 2, random), [2, 1, 3]),
    (
      GAN.dense(features: 3, latentSize: 2, generatorSizes: [2], discriminatorSizes: [2], random),
      [1, 1, 3]
    ),
    (Classifier(.dense, height: 1, width: 2, classes: 2, random), [1, 2, 1]),
    (GAN.dcgan(latentSize: 1, baseChannels: 1, random), [28, 28, 1]),
  ]
  return try models.map { model, imageShape in
    // Without a checksum, by which most of what is broken would be known.
    try SafetensorsFile.write(
      model.stateTensors().map { ($0.name, $0.value()) },
      metadata: model.metadata(imageShape: imageShape), to: folder.path + "/a")
    return try folder.bytes(of: "a")
  }
}
