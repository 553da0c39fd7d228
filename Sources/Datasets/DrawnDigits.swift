import Tensor

/// Handwritten-looking digits that the program renders itself, so that data are always available.
///
/// The images are like MNIST's: 28×28 pixels, white on black, centred, with ten equally frequent
/// classes. Each digit has several styles (an open and a closed 4, a 7 with and without bar, …);
/// each image has its own thickness, slant, rotation, proportions and elastic distortion.
///
/// ```swift
/// let data = DrawnDigits()
/// data.train.count     // 60000
/// ```
///
/// Image *i* of a seed is the same in a set of any size, with any number of threads. Rendering all
/// 70,000 takes a second or two in a release build.
public struct DrawnDigits: ImageDataset {
  /// The training images.
  public let train: LabeledImages
  /// The test images, from separate random streams.
  public let test: LabeledImages

  /// Renders the given numbers of images; the defaults are MNIST's.
  public init(seed: UInt64 = 0, trainCount: Int = 60_000, testCount: Int = 10_000) {
    precondition(
      trainCount > 0 && testCount > 0,
      "DrawnDigits: expected counts of at least 1, found \(trainCount) and \(testCount)")
    let random = Random(seed: seed)
    train = drawn(trainCount, using: random.split())
    test = drawn(testCount, using: random.split())
  }
}

/// Renders `count` images, each from its own stream.
private func drawn(_ count: Int, using random: Random) -> LabeledImages {
  let labels = shuffledLabels(count, using: random.split())
  let streams = (0..<count).map { _ in random.split() }
  let area = Handwriting.side * Handwriting.side
  let pixels = [UInt8](unsafeUninitializedCapacity: count * area) { buffer, initializedCount in
    adviseLargePages(for: UnsafeMutableRawBufferPointer(buffer))
    buffer.initialize(repeating: 0)
    initializedCount = count * area
    guard let images = buffer.baseAddress else { return }
    parallel(count: count) { index in
      Handwriting(using: streams[index]).write(Int(labels[index]), into: images + index * area)
    }
  }
  return LabeledImages(
    height: Handwriting.side, width: Handwriting.side, pixels: pixels, labels: labels)
}

/// Returns `count` digits, each of the ten once in every ten, in random order.
///
/// Since they are shuffled ten by ten, the first digits are the same however many follow.
private func shuffledLabels(_ count: Int, using random: Random) -> [UInt8] {
  var labels: [UInt8] = []
  while labels.count < count {
    labels += random.permutation(10).map(UInt8.init)
  }
  return Array(labels.prefix(count))
}
