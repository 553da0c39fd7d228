import Datasets

/// Images that can be learned quickly: a bright bar at a place given by the label.
struct Bars: ImageDataset {
  let train: LabeledImages
  let test: LabeledImages

  init(trainCount: Int = 60, testCount: Int = 30, height: Int = 8, width: Int = 10) {
    train = bars(trainCount, height, width, first: 0)
    test = bars(testCount, height, width, first: 7)
  }
}

private func bars(_ count: Int, _ height: Int, _ width: Int, first: Int) -> LabeledImages {
  let labels = (0..<count).map { UInt8((first + 3 * $0) % 10) }
  let pixels = labels.enumerated().flatMap { image, label in
    (0..<height * width).map { pixel in
      let shade = 20 * ((image + pixel / width) % 3)
      return UInt8(pixel % width == Int(label) ? 255 - shade : shade)
    }
  }
  return LabeledImages(height: height, width: width, pixels: pixels, labels: labels)
}
