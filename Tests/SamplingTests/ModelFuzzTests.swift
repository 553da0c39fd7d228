import Autoencoder
import Foundation
import Fuzzing
import GAN
import NN
import Sampling
import Tensor
import TestSupport
import Testing
import VAE

/// Ten thousand files of models with something else in them: none crashes, hangs, or makes a model of
/// more than 64 MB.
@Suite struct ModelFuzzTests {
  @Test(.timeLimit(.minutes(5))) func brokenModelFiles() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let path = folder.path + "/a"
      var corpus: [[UInt8]] = []
      let random = Random(seed: 1)
      var models: [(any SavedModel, imageShape: [Int])] = VAE.PixelDistribution.allCases.map {
        (VAE(features: 6, hiddenSizes: [2], latentSize: 2, pixels: $0, random), [2, 3, 1])
      }
      models += [
        (Autoencoder(features: 6, hiddenSizes: [2, 3], codeSize: 2, random), [2, 1, 3]),
        (
          GAN.dense(
            features: 3, latentSize: 2, generatorSizes: [2], discriminatorSizes: [2], random),
          [1, 1, 3]
        ),
        (GAN.dcgan(latentSize: 1, baseChannels: 1, random), [28, 28, 1]),
      ]
      for (model, imageShape) in models {
        try model.save(to: path, metadata: model.metadata(imageShape: imageShape))
        corpus.append([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
      }
      var mutator = Mutator(
        of: corpus,
        tokens: [
          "0", "1", "2", "-1", "16777216", "16777217", "9223372036854775807", "1e9", "inf", ",",
          "\"",
          "dense", "conv", "dcgan", "vae", "gan", "autoencoder", "classifier", "\"hidden\":\"",
          "\"height\":\"4\",\"width\":\"4\",", "\"features\":\"16777216\",", "1,1,1,1,1,1,1,1",
          "28", "64", "gaussian", "bce", "linear",
        ], seed: 3)
      let outcome = try fuzz {
        repairingHeaderLength(mutator.next(after: 8), endingIn: "}}")
      } read: { path in
        let sampler = try Sampler(path: path)
        if sampler.kind != "autoencoder" { _ = try sampler.sample(count: 2, Random(seed: 1)) }
        if sampler.kind != "gan" { _ = try sampler.reconstruct(.ones([2] + sampler.imageShape)) }
      }
      #expect(outcome.readCount > 100 && outcome.refusedCount > 5_000, "\(outcome)")
      #expect(outcome.memoryGrowth < 64 << 20, "\(outcome)")
    }
  }
}
