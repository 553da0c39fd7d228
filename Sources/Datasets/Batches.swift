import Tensor

/// Some images of a data set, as a model takes them.
public struct Batch {
  /// The images as float32 in [0, 1], one a row: `[count, height * width * channels]`.
  public let images: Tensor
  /// The class of each image: `[count]`.
  public let labels: [Int]

  /// The number of images, the weight of this batch in an average over an epoch.
  public var count: Int { labels.count }

  /// Creates a batch of images `[count, pixels]` and as many labels.
  public init(images: Tensor, labels: [Int]) {
    precondition(
      images.shape.first == labels.count,
      "Batch: expected \(labels.count) images as there are labels, found shape \(images.shape)")
    self.images = images
    self.labels = labels
  }
}

/// A data set in portions of equal size, in a new order each epoch.
///
/// ```swift
/// let batches = try Batches(mnist.train, size: 128)
/// for batch in batches.epoch(shuffledBy: random) {
///   trainer.step(batch)
/// }
/// ```
///
/// The last batch of an epoch holds what is left and may be smaller, so that every image counts
/// once; averages over an epoch weight each batch by its ``Batch/count``.
public struct Batches: Sendable {
  /// The images that the batches are taken from.
  public let images: LabeledImages
  /// The number of images in every batch but the last.
  public private(set) var size: Int
  /// What becomes of grey pixels.
  public let binarization: Binarization
  /// The number of images in an epoch: all of them, or the limit.
  public let count: Int
  /// The shape of an image as it is in a batch: `[height, width, channels]`.
  public let imageShape: [Int]

  private let enlargement: Enlargement?

  /// The number of batches in an epoch, the last one included.
  public var batchesPerEpoch: Int { count / size + (count % size == 0 ? 0 : 1) }

  /// Creates batches of `size` images, of the first `limit` images if there is a limit.
  ///
  /// Nothing is copied. Grey images may be enlarged to a square, by bilinear interpolation, when they
  /// are put into a batch. Throws a ``DatasetError`` if `size` or `limit` is below 1, or if `limit` is
  /// above the number of images.
  public init(
    _ images: LabeledImages, size: Int, binarization: Binarization = .none, limit: Int? = nil,
    enlargedTo side: Int? = nil
  ) throws {
    guard size >= 1 else { throw DatasetError.batchSizeTooSmall(found: size) }
    if let limit {
      guard limit >= 1 else { throw DatasetError.limitTooSmall(found: limit) }
      guard limit <= images.count else {
        throw DatasetError.limitBeyondData(limit: limit, count: images.count)
      }
    }
    if let side {
      precondition(
        images.channels == 1 && side >= images.height && side >= images.width,
        "Batches: expected grey images of at most \(side)×\(side) pixels to enlarge, found"
          + " \(images.height)×\(images.width) with \(images.channels) channels")
    }
    self.images = images
    self.size = size
    imageShape = [side ?? images.height, side ?? images.width, images.channels]
    enlargement = side.map { Enlargement(height: images.height, width: images.width, side: $0) }
    self.binarization = binarization
    count = limit ?? images.count
  }

  /// The same images in batches of another size.
  public func resized(to size: Int) -> Batches {
    precondition(size > 0, "Batches.resized: expected a size of 1 or more, found \(size)")
    var batches = self
    batches.size = size
    return batches
  }

  /// Returns the batches of one epoch, each made when it is asked for.
  ///
  /// The order is drawn from `random` at once; with nil it is the order of the data. Stochastic
  /// binarisation draws from a stream split off `random`, so that `random` ends in the same state
  /// however many batches are used; with nil it draws the same pixels each time, so that losses
  /// on a test set can be compared between epochs.
  public func epoch(shuffledBy random: Random?) -> some Sequence<Batch> {
    let order = random?.permutation(count) ?? Array(0..<count)
    let noise = (random ?? Random(seed: 0)).split()
    // A state for each batch and not one stream for all: a batch is the same at each iteration.
    let states = (0..<batchesPerEpoch).map { _ in noise.split().state }
    return states.indices.lazy.map { index in
      let rows = order.dropFirst(index * size).prefix(size)
      return batch(rows, Random(state: states[index]))
    }
  }

  /// Makes a batch of the images at `rows`.
  private func batch(_ rows: ArraySlice<Int>, _ random: Random) -> Batch {
    let values = Tensor(
      bytes: images.pixels, rows: rows,
      rowLength: images.height * images.width * images.channels)
    let sized = enlargement?(values) ?? values
    return Batch(
      images: binarization(sized, random), labels: rows.map { Int(images.labels[$0]) })
  }
}
