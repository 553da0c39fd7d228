import NN
import Tensor
import Testing
import VAE

@Test func theSizeOfAVAEIsKnownBeforehand() {
  let random = Random(seed: 0)
  let dense = VAE.size(features: 35, hiddenSizes: [7, 5], latentSize: 3)
  let built = VAE(features: 35, hiddenSizes: [7, 5], latentSize: 3, random)
  #expect(dense.encoder.parameters == built.encoder.parameterCount)
  #expect(dense.decoder.parameters == built.decoder.parameterCount)
  #expect(dense.encoder.outputs == 7 + 5 + 6 && dense.decoder.outputs == 5 + 7 + 35)
  let convolutional = VAE.size(height: 8, width: 12, latentSize: 3)
  let other = VAE(height: 8, width: 12, latentSize: 3, random)
  #expect(convolutional.encoder.parameters == other.encoder.parameterCount)
  #expect(convolutional.decoder.parameters == other.decoder.parameterCount)
}
