import Datasets
import Tensor
import Training

/// The distance of samples from the training images, compared with that of test images.
///
/// A model that repeats its training images generates samples closer to them than any new image is.
/// Distances are root mean squares over the pixels.
struct Novelty {
  /// The mean distance of a sample from the training image nearest to it.
  let sampleDistance: Double
  /// The mean distance of a test image from the training image nearest to it.
  let testDistance: Double
  /// Samples, each with the training image nearest to it.
  let pairs: (samples: Tensor, nearest: Tensor)

  /// The number of samples, and of test images, that are compared.
  static let count = 500

  /// Finds the training images nearest to samples `[count, pixels]` and to the same number of test
  /// images; nil if interrupted.
  init?(
    of samples: Tensor, beside test: Batches, among train: Batches, isInterrupted: () -> Bool
  ) {
    let tests = test.first(samples.shape[0])
    guard
      let found = Self.nearest(
        to: Tensor.concatenated([samples, tests]), among: train, isInterrupted)
    else { return nil }
    let count = samples.shape[0]
    func mean(_ distances: ArraySlice<Double>) -> Double {
      distances.reduce(0) { $0 + ($1 / Double(samples.shape[1])).squareRoot() }
        / Double(distances.count)
    }
    sampleDistance = mean(found.squares[..<count])
    testDistance = mean(found.squares[count...])
    let shown = 0..<min(25, count)
    pairs = (samples.sliced(shown), Tensor.concatenated(Array(found.images[shown])))
  }

  /// The training images nearest to others, and their squared distances.
  private static func nearest(
    to images: Tensor, among train: Batches, _ isInterrupted: () -> Bool
  ) -> (squares: [Double], images: [Tensor])? {
    var squares = [Double](repeating: .infinity, count: images.shape[0])
    var nearest = [Tensor](repeating: images.sliced(0..<1), count: images.shape[0])
    for batch in train.epoch(shuffledBy: nil) {
      let distances = pairwiseSquaredDistances(images, batch.images)
      let places = distances.argmin(along: 1)
      for (row, distance) in distances.min(along: 1).doubles.enumerated()
      where distance < squares[row] {
        squares[row] = distance
        nearest[row] = batch.images.sliced(places[row]..<places[row] + 1)
      }
      if isInterrupted() { return nil }
    }
    return (squares, nearest)
  }

  /// The pairs, five per row.
  func picture(of shape: [Int]) -> Picture {
    .images(
      .grouped(
        [pairs.samples.scalars, pairs.nearest.scalars], imageHeight: shape[0], imageWidth: shape[1],
        channels: shape[2], columns: 5))
  }
}

extension Batches {
  /// The first `count` examples in the form of a batch, `[count, values]`; fewer if there are
  /// fewer.
  fileprivate func first(_ count: Int) -> Tensor {
    var (parts, missing) = ([Tensor](), count)
    for batch in epoch(shuffledBy: nil) {
      if missing <= 0 { break }
      parts.append(batch.images.sliced(0..<min(missing, batch.count)))
      missing -= batch.count
    }
    return Tensor.concatenated(parts)
  }
}
