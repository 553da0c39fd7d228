import NN

extension VAE {
  /// The sizes of the encoder and the decoder of fully connected layers.
  public static func size(
    features: Int, hiddenSizes: [Int], latentSize: Int
  ) -> (encoder: NetworkSize, decoder: NetworkSize) {
    (
      .perceptron([features] + hiddenSizes + [2 * latentSize]),
      .perceptron([latentSize] + hiddenSizes.reversed() + [features])
    )
  }

  /// The sizes of the encoder and the decoder of convolutions.
  public static func size(
    height: Int, width: Int, latentSize: Int
  ) -> (encoder: NetworkSize, decoder: NetworkSize) {
    let area = height * width
    let small = area / 16 * 64
    return (
      .convolution(1, 32, kernel: 4, area: area / 4)
        + .convolution(32, 64, kernel: 4, area: area / 16)
        + .perceptron([small, 256, 2 * latentSize]),
      .perceptron([latentSize, 256, small])
        + .convolution(64, 32, kernel: 4, area: area / 4)
        + .convolution(32, 1, kernel: 4, area: area)
    )
  }
}
