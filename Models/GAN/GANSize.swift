import NN

extension GAN {
  /// The size of the two networks of fully connected layers.
  public static func denseSize(
    features: Int, latentSize: Int, generatorSizes: [Int] = [256, 512, 1024],
    discriminatorSizes: [Int] = [512, 256]
  ) -> NetworkSize {
    .perceptron([latentSize] + generatorSizes + [features])
      + .perceptron([features] + discriminatorSizes + [1])
  }

  /// The size of the two networks of a DCGAN.
  public static func dcganSize(
    imageSize: Int, channels: Int, latentSize: Int, baseChannels: Int = 64
  ) -> NetworkSize {
    let side = imageSize == 28 ? 7 : 4
    // The discriminator's channels from its last layer but one back to its first; the generator has
    // them in this order, the first of a DCGAN of 28×28 pixels twice.
    let widths = (imageSize == 28 ? [2, 1] : [8, 4, 2, 1]).map { $0 * baseChannels }
    let first = imageSize == 28 ? [4, 2].map { $0 * baseChannels } : widths
    var size =
      NetworkSize.convolution(latentSize, first[0], kernel: side, area: side * side, hasBias: false)
      + .convolution(widths[0], 1, kernel: side, area: 1)
    var area = side * side
    for (index, width) in first.enumerated() {
      let isLast = index == first.count - 1
      let next = isLast ? channels : first[index + 1]
      size =
        size + .batchNorm(width, area: area)
        + .convolution(width, next, kernel: 4, area: 4 * area, hasBias: isLast)
      area *= 4
    }
    area = side * side
    for (index, width) in widths.enumerated() {
      let isFirst = index == widths.count - 1
      let before = isFirst ? channels : widths[index + 1]
      size = size + .convolution(before, width, kernel: 4, area: area, hasBias: isFirst)
      if !isFirst { size = size + .batchNorm(width, area: area) }
      area *= 4
    }
    return size
  }
}
