import Datasets

/// A few images that can be distinguished and learned: a bright bar on a dark background, at a
/// place given by the label, with grey edges, so that every way of binarising pixels gives a
/// different result.
struct SmallData: ImageDataset {
  let train: LabeledImages
  let test: LabeledImages

  init(trainCount: Int = 40, testCount: Int = 12, height: Int = 8, width: Int = 8) {
    train = bars(trainCount, height: height, width: width, firstLabel: 0)
    test = bars(testCount, height: height, width: width, firstLabel: 5)
  }
}

private func bars(_ count: Int, height: Int, width: Int, firstLabel: Int) -> LabeledImages {
  let labels = (0..<count).map { UInt8((firstLabel + 3 * $0) % 10) }
  let pixels = labels.enumerated().flatMap { image, label in
    (0..<height * width).map { pixel in
      let distance = abs(pixel % width - Int(label) % width)
      let shade = 40 * ((image + pixel / width) % 3)
      return UInt8([255 - shade, 90 + shade][safe: distance] ?? 0)
    }
  }
  return LabeledImages(height: height, width: width, pixels: pixels, labels: labels)
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
