import NN
import Tensor

/// A data set in portions of equal size, in a new order each epoch.
///
/// ```swift
/// let batches = try Batches(mnist.train, size: 128)
/// for batch in batches.epoch(shuffledBy: random) {
///   trainer.step(batch)
/// }
/// ```
///
/// The last batch of an epoch holds what is left and may be smaller, so that every example counts
/// once; averages over an epoch weight each batch by its ``/NN/Batch/count``.
public struct Batches: Sendable {
  /// The data set that the batches are taken from.
  public let dataset: any Dataset
  /// The number of examples in every batch but the last.
  public private(set) var size: Int
  /// How grey pixels are binarised.
  public let binarization: Binarization
  /// The number of examples in an epoch: all of them, or the limit.
  public let count: Int
  /// The kind and shape of an example as it is in a batch.
  public let element: ElementKind

  private let enlargement: Enlargement?

  /// The number of batches in an epoch, the last one included.
  public var batchesPerEpoch: Int { count / size + (count % size == 0 ? 0 : 1) }

  /// The number of examples in the largest batch, which is fewer than asked for where there are fewer.
  public var largestBatch: Int { min(size, count) }

  /// The shape of an example as it is in a batch, of images `[height, width, channels]`.
  public var imageShape: [Int] { element.shape }

  /// The images that the batches are taken from; data of another kind stop the program.
  public var images: LabeledImages {
    switch dataset {
    case let images as LabeledImages: return images
    case let augmented as AugmentedImages: return augmented.images
    default: preconditionFailure("Batches.images: expected images, found \(dataset.element)")
    }
  }

  /// Creates batches of `size` examples, of the first `limit` examples if there is a limit.
  ///
  /// Nothing is copied. Images are first varied, then enlarged, then binarised, when they are put into a
  /// batch.
  ///
  /// - Parameters:
  ///   - dataset: Images, points, rows of a table, windows of a text.
  ///   - size: The number of examples in a batch.
  ///   - binarization: How grey pixels are binarised.
  ///   - limit: The number of examples used; nil for all.
  ///   - side: The side of the square to which grey images are enlarged, by bilinear interpolation.
  ///   - augmentation: How images vary from epoch to epoch; only shuffled epochs do.
  /// - Throws: ``DatasetError`` if `size` or `limit` is below 1, if `limit` is above the number of
  ///   examples, or if something is asked of data other than images that only images have.
  public init(
    _ dataset: some Dataset, size: Int, binarization: Binarization = .none, limit: Int? = nil,
    enlargedTo side: Int? = nil, augmentation: Augmentation = .none
  ) throws {
    guard size >= 1 else { throw DatasetError.batchSizeTooSmall(found: size) }
    let noun = dataset.element.exampleNoun
    if let limit {
      guard limit >= 1 else { throw DatasetError.limitTooSmall(found: limit, of: noun) }
      guard limit <= dataset.count else {
        throw DatasetError.limitBeyondData(
          limit: limit, count: dataset.count, of: noun)
      }
    }
    self.size = size
    self.binarization = binarization
    count = limit ?? dataset.count
    guard let images = dataset as? LabeledImages else {
      for (isAsked, what) in [
        (augmentation != .none, "augmentation"), (binarization != .none, "binarisation"),
        (side != nil, "enlargement"),
      ] where isAsked {
        throw DatasetError.expectedImages(for: what, found: noun)
      }
      self.dataset = dataset
      element = dataset.element
      enlargement = nil
      return
    }
    self.dataset = augmentation == .none ? images : AugmentedImages(images, augmentation)
    if let side {
      precondition(
        images.channels == 1 && side >= images.height && side >= images.width,
        "Batches: expected grey images of at most \(side)×\(side) pixels to enlarge, found"
          + " \(images.height)×\(images.width) with \(images.channels) channels")
    }
    element = side.map { .image(height: $0, width: $0, channels: 1) } ?? images.element
    enlargement = side.map { Enlargement(height: images.height, width: images.width, side: $0) }
  }

  /// The same examples in batches of another size.
  public func resized(to size: Int) -> Batches {
    precondition(size > 0, "Batches.resized: expected a size of 1 or more, found \(size)")
    var batches = self
    batches.size = size
    return batches
  }

  /// Returns the batches of one epoch, each made when it is asked for.
  ///
  /// The order is drawn from `random` at once; with nil it is the order of the data, whose examples are
  /// then not varied. Stochastic binarisation and the variation of examples draw from streams split off
  /// `random`, so that `random` ends in the same state however many batches are used; with nil
  /// binarisation draws the same pixels each time, so that losses on a test set can be compared
  /// between epochs.
  public func epoch(shuffledBy random: Random?) -> some Sequence<Batch> {
    let order = random?.permutation(count) ?? Array(0..<count)
    let noise = (random ?? Random(seed: 0)).split()
    let variation = random == nil ? nil : Variation(using: noise)
    // A state for each batch and not one stream for all: a batch is the same at each iteration.
    let states = (0..<batchesPerEpoch).map { _ in noise.split().state }
    return states.indices.lazy.map { index in
      let indices = Array(order.dropFirst(index * size).prefix(size))
      return prepared(
        dataset.batch(at: indices, varied: variation), using: Random(state: states[index]))
    }
  }

  /// Enlarges and binarises a batch of images, where that is asked for.
  private func prepared(_ batch: Batch, using random: Random) -> Batch {
    if enlargement == nil && binarization == .none { return batch }
    let images = enlargement.map { $0(batch.images).reshaped(to: [batch.count] + element.shape) }
    return Batch(values: binarization(images ?? batch.values, using: random), labels: batch.labels)
  }
}
