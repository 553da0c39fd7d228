import GAN
import NN
import Tensor
import Testing

@Test func theSizeOfAGANIsKnownBeforehand() {
  let random = Random(seed: 0)
  let dense = GAN.dense(features: 35, latentSize: 3, random)
  #expect(GAN.denseSize(features: 35, latentSize: 3).parameters == dense.parameterCount)
  for imageSize in GAN.convolutionalImageSizes {
    for channels in [1, 3] {
      let built = GAN.dcgan(
        imageSize: imageSize, channels: channels, latentSize: 3, baseChannels: 2, random)
      let size = GAN.dcganSize(
        imageSize: imageSize, channels: channels, latentSize: 3, baseChannels: 2)
      #expect(size.parameters == built.parameterCount, "\(imageSize), \(channels)")
    }
  }
}
