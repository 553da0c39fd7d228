import Autoencoder
import Tensor
import Testing

@Test func theSizeOfAnAutoencoderIsKnownBeforehand() {
  let random = Random(seed: 0)
  #expect(
    Autoencoder.size(features: 35, hiddenSizes: [7, 5], codeSize: 3).parameters
      == Autoencoder(features: 35, hiddenSizes: [7, 5], codeSize: 3, random).parameterCount)
  #expect(
    Autoencoder.size(height: 8, width: 12, codeSize: 3).parameters
      == Autoencoder(height: 8, width: 12, codeSize: 3, random).parameterCount)
}
