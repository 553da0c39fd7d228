import NN

extension Autoencoder {
  /// The size of a model of fully connected layers.
  public static func size(features: Int, hiddenSizes: [Int], codeSize: Int) -> NetworkSize {
    .perceptron([features] + hiddenSizes + [codeSize])
      + .perceptron([codeSize] + hiddenSizes.reversed() + [features])
  }

  /// The size of a model of convolutions.
  public static func size(height: Int, width: Int, codeSize: Int) -> NetworkSize {
    let area = height * width
    let small = area / 16 * 64
    let encoder =
      NetworkSize.convolution(1, 32, kernel: 4, area: area / 4)
      + .convolution(32, 64, kernel: 4, area: area / 16) + .perceptron([small, codeSize])
    return encoder + .perceptron([codeSize, small])
      + .convolution(64, 32, kernel: 4, area: area / 4)
      + .convolution(32, 1, kernel: 4, area: area)
  }
}
