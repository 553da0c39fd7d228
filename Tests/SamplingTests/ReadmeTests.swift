import Images
import NN
import Sampling
import Tensor
import TestSupport
import Testing
import ModelSupport
import Models

// The example of the article on sampling, word for word: the tests of the VAE compare the two.

// README: server
func samples(of path: String, seed: UInt64) throws -> [UInt8] {
  let sampler = try Sampler(path: path)  // once: it serves all threads
  // [64, 28, 28, 1], in [0, 1]
  let images = try sampler.sample(count: 64, using: Random(seed: seed))
  return ImageGrid(images, columns: 8).image.png  // the bytes of a PNG file
}
// README: end

@Suite struct ReadmeTests {
  @Test func theServersExampleMakesAPicture() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.safetensors"
    let vae = VAE(
      features: 784, hidden: [8], latent: 2, shape: [28, 28, 1], Random(seed: 0))
    try vae.save(to: path)
    let image = try Image(bytes: try samples(of: path, seed: 1), path: "samples.png")
    #expect(image.height == 238 && image.width == 238 && image.channels == 1)
    let values = try #require(
      vae.decode(Random(seed: 1).normal([64, 2])).scalars.first)
    #expect(image.pixels[0] == UInt8((values * 255).rounded()))
    #expect(try samples(of: path, seed: 1) == samples(of: path, seed: 1))
    #expect(try samples(of: path, seed: 2) != samples(of: path, seed: 1))
  }
}
