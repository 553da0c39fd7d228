import NN

extension Classifier {
  /// The size of a network for images of this size.
  public static func size(
    _ architecture: Architecture, height: Int, width: Int, classes: Int = 10
  ) -> NetworkSize {
    switch architecture {
    case .conv:
      let pooled = ((height - 4) / 2) * ((width - 4) / 2) * 64
      return .convolution(1, 32, kernel: 3, area: (height - 2) * (width - 2))
        + .convolution(32, 64, kernel: 3, area: (height - 4) * (width - 4))
        + .perceptron([pooled, 128, classes])
    case .dense:
      return .perceptron([height * width, 1024, 384, classes])
    }
  }
}
