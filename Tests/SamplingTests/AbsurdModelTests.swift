import Autoencoder
import Files
import GAN
import NN
import Sampling
import Tensor
import TestSupport
import Testing
import VAE

/// Models whose numbers are finite and too large to compute with.
@Suite struct AbsurdModelTests {
  let folder: TemporaryFolder
  var path: String { folder.path + "/model.safetensors" }

  init() throws { folder = try TemporaryFolder() }

  /// The model's file with every number of it set to ±`size`, without an order in the signs.
  private func sampler(_ model: some SavedModel, _ imageShape: [Int], size: Double) throws
    -> Sampler
  {
    let tensors = model.stateTensors().map { state in
      let tensor = state.value()
      let values = (0..<tensor.count).map { $0 * $0 / 3 % 2 == 0 ? size : -size }
      return (name: state.name, tensor: Tensor(values, shape: tensor.shape, dtype: tensor.dtype))
    }
    try SafetensorsFile.write(tensors, metadata: model.metadata(imageShape: imageShape), to: path)
    return try Sampler(path: path)
  }

  /// Every image has values from 0 to 1, or there are none.
  private func check(_ images: () throws -> Tensor) throws {
    do {
      let images = try images()
      #expect(images.scalars.allSatisfy { (0...1).contains($0) })
    } catch SamplingError.notFinite(let kind) {
      #expect(SamplingError.notFinite(kind: kind).description.contains("too large to compute with"))
    }
  }

  @Test(arguments: [3e38, 1e30, 1e20, 1e-45, 0]) func imagesAreInTheirRangeOrRefused(size: Double)
    throws
  {
    let random = Random(seed: 1)
    for pixels in VAE.PixelDistribution.allCases {
      let vae = VAE(features: 6, hiddenSizes: [4, 3], latentSize: 2, pixels: pixels, random)
      let sampler = try sampler(vae, [2, 3, 1], size: size)
      try check { try sampler.sample(count: 3, random) }
      try check { try sampler.interpolate(lines: 1, steps: 3, random) }
      try check { try sampler.reconstruct(random.uniform([2, 2, 3, 1])) }
      try check { try sampler.latentManifold(side: 3) }
      try check {
        try sampler.interpolate(
          from: random.uniform([1, 2, 3, 1]), to: random.uniform([1, 2, 3, 1]), steps: 3)
      }
    }
    for model in [
      GAN.dense(features: 6, latentSize: 2, generatorSizes: [4], discriminatorSizes: [4], random)
    ] {
      let sampler = try sampler(model, [2, 3, 1], size: size)
      try check { try sampler.sample(count: 3, random) }
    }
    let dcgan = GAN.dcgan(latentSize: 2, baseChannels: 1, random)
    let convolutional = try sampler(dcgan, [28, 28, 1], size: size)
    try check { try convolutional.sample(count: 2, random) }
    let autoencoder = Autoencoder(features: 6, hiddenSizes: [4], codeSize: 2, random)
    let coder = try sampler(autoencoder, [2, 3, 1], size: size)
    try check { try coder.reconstruct(random.uniform([2, 2, 3, 1])) }
  }

  @Test func whatCannotBeComputedIsTold() throws {
    let vae = VAE(features: 15, hiddenSizes: [14, 13], latentSize: 2, Random(seed: 1))
    let sampler = try sampler(vae, [3, 5, 1], size: 3e38)
    #expect(throws: SamplingError.notFinite(kind: "vae")) {
      try sampler.sample(count: 300, Random(seed: 1))
    }
  }

  @Test(arguments: [[16_777_216, 16_777_216, 16_777_216], [16_777_216, 1, 1], [6, 1, 0]])
  func aShapeThatIsNotTheModels(shape: [Int]) throws {
    let vae = VAE(features: 6, hiddenSizes: [2], latentSize: 2, Random(seed: 1))
    try vae.save(to: path, metadata: vae.metadata(imageShape: shape))
    #expect(throws: ModelFileError.self) { try Sampler(path: path) }
  }
}
