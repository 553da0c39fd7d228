import Files
import ModelSupport
import Models
import NN
import Sampling
import Tensor
import TestSupport
import Testing

/// Models whose numbers are finite but too large to compute with.
@Suite struct AbsurdModelTests {
  let folder: TemporaryFolder
  var path: String { folder.path + "/model.safetensors" }

  init() throws { folder = try TemporaryFolder() }

  /// The model's file with every number set to ±`size`, with irregular signs.
  private func sampler(_ model: some Model, size: Double) throws
    -> Sampler
  {
    let tensors = model.stateTensors().map { state in
      let tensor = state.value()
      let values = (0..<tensor.count).map { $0 * $0 / 3 % 2 == 0 ? size : -size }
      return (name: state.name, tensor: Tensor(values, shape: tensor.shape, dtype: tensor.dtype))
    }
    try SafetensorsFile.write(tensors, metadata: model.metadata, to: path)
    return try Sampler(path: path)
  }

  /// Every image has values from 0 to 1, or there are no images.
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
      let vae = VAE(
        features: 6, hidden: [4, 3], latent: 2, pixels: pixels, shape: [2, 3, 1], random)
      let sampler = try sampler(vae, size: size)
      try check { try sampler.sample(count: 3, using: random) }
      try check { try sampler.interpolate(lines: 1, steps: 3, using: random) }
      try check { try sampler.reconstruct(random.uniform([2, 2, 3, 1])) }
      try check { try sampler.latentManifold(side: 3) }
      try check {
        try sampler.interpolate(
          from: random.uniform([1, 2, 3, 1]), to: random.uniform([1, 2, 3, 1]), steps: 3)
      }
    }
    for model in [
      GAN.dense(
        features: 6, latent: 2, generatorHidden: [4], discriminatorHidden: [4],
        shape: [2, 3, 1], random)
    ] {
      let sampler = try sampler(model, size: size)
      try check { try sampler.sample(count: 3, using: random) }
    }
    let dcgan = GAN.dcgan(latent: 2, baseChannels: 1, random)
    let convolutional = try sampler(dcgan, size: size)
    try check { try convolutional.sample(count: 2, using: random) }
    let autoencoder = Autoencoder(features: 6, hidden: [4], latent: 2, shape: [2, 3, 1], random)
    let coder = try sampler(autoencoder, size: size)
    try check { try coder.reconstruct(random.uniform([2, 2, 3, 1])) }
  }

  @Test func whatCannotBeComputedIsTold() throws {
    let vae = VAE(features: 15, hidden: [14, 13], latent: 2, shape: [3, 5, 1], Random(seed: 1))
    let sampler = try sampler(vae, size: 3e38)
    #expect(throws: SamplingError.notFinite(kind: "vae")) {
      try sampler.sample(count: 300, using: Random(seed: 1))
    }
  }

  @Test(arguments: [[16_777_216, 16_777_216, 16_777_216], [16_777_216, 1, 1], [6, 1, 0]])
  func aShapeThatIsNotTheModels(shape: [Int]) throws {
    let vae = VAE(features: 6, hidden: [2], latent: 2, shape: [2, 3, 1], Random(seed: 1))
    var metadata = vae.metadata
    metadata["shape"] = shape.map(String.init).joined(separator: ",")
    try vae.save(to: path, metadata: metadata)
    #expect(throws: ModelFileError.self) { try Sampler(path: path) }
  }
}
