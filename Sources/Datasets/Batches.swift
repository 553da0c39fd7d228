import NN
import Tensor

/// A data set in batches of equal size, in a new order each epoch.
///
/// ```swift
/// let batches = try Batches(mnist.train, size: 128)
/// for batch in batches.epoch(shuffledBy: random) {
///   trainer.step(batch)
/// }
/// ```
///
/// The last batch of an epoch holds the rest and may be smaller, so that every example counts once;
/// averages over an epoch weight each batch by its ``/NN/Batch/count``.
public struct Batches: Sendable {
  /// The data set that the batches are taken from.
  public let dataset: any Dataset
  /// The number of examples in every batch except the last.
  public private(set) var size: Int
  /// How grey pixels are binarised.
  public let binarization: Binarization
  /// The number of examples in an epoch: all of them, or the limit.
  public let count: Int
  /// The kind and shape of an example in a batch.
  public let element: ElementKind

  private let enlargement: Enlargement?

  /// The number of batches in an epoch, including the last one.
  public var batchesPerEpoch: Int { count / size + (count % size == 0 ? 0 : 1) }

  /// The number of examples in the largest batch; fewer than requested if there are not enough.
  public var largestBatch: Int { min(size, count) }

  /// The shape of an example in a batch, `[height, width, channels]` for images.
  public var imageShape: [Int] { element.shape }

  /// The images that the batches are taken from; stops the program for other kinds of data.
  public var images: LabeledImages {
    switch dataset {
    case let images as LabeledImages: return images
    case let augmented as AugmentedImages: return augmented.images
    default: preconditionFailure("Batches.images: expected images, found \(dataset.element)")
    }
  }

  /// Creates batches of `size` examples, of the first `limit` examples if there is a limit.
  ///
  /// Nothing is copied. When images are put into a batch, they are first augmented, then enlarged,
  /// then binarised.
  ///
  /// - Parameters:
  ///   - dataset: Images, points, rows of a table, or windows of a text.
  ///   - size: The number of examples in a batch.
  ///   - binarization: How grey pixels are binarised.
  ///   - limit: The number of examples used; nil for all.
  ///   - side: The side of the square to which grey images are enlarged, with bilinear
  ///     interpolation.
  ///   - augmentation: How images vary from epoch to epoch, in shuffled epochs only.
  /// - Throws: ``DatasetError`` if `size` or `limit` is below 1, if `limit` exceeds the number of
  ///   examples, or if an option for images is used with other data.
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

  /// The same batches with another size.
  public func resized(to size: Int) -> Batches {
    precondition(size > 0, "Batches.resized: expected a size of 1 or more, found \(size)")
    var batches = self
    batches.size = size
    return batches
  }

  /// Returns the batches of one epoch, each created on demand.
  ///
  /// The order is drawn from `random` at once; with nil it is the order of the data, and examples
  /// are then not augmented. Stochastic binarisation and augmentation draw from streams split off
  /// `random`, so that `random` ends in the same state however many batches are used; with nil,
  /// binarisation draws the same pixels each time, so that losses on a test set are comparable
  /// between epochs.
  public func epoch(shuffledBy random: Random?) -> some Sequence<Batch> {
    let order = random?.permutation(count) ?? Array(0..<count)
    let noise = (random ?? Random(seed: 0)).split()
    let variation = random == nil ? nil : Variation(using: noise)
    // Separate states for the batches instead of one stream: each iteration gives the same batches.
    let states = (0..<batchesPerEpoch).map { _ in noise.split().state }
    return states.indices.lazy.map { index in
      let indices = Array(order.dropFirst(index * size).prefix(size))
      guard let images = dataset as? LabeledImages else {
        return prepared(
          dataset.batch(at: indices, varied: variation), using: Random(state: states[index]))
      }
      return Batch(count: indices.count, labels: indices.map { Int(images.labels[$0]) }) {
        examples in
        let isPart = examples.count < indices.count
        let part = isPart ? BatchPart(examples, of: indices.count) : nil
        return BatchPart.$current.withValue(part) {
          prepared(images.batch(at: Array(indices[examples])), using: Random(state: states[index]))
            .values
        }
      }
    }
  }

  /// Enlarges and binarises a batch of images, if requested.
  private func prepared(_ batch: Batch, using random: Random) -> Batch {
    if enlargement == nil && binarization == .none { return batch }
    let images = enlargement.map { $0(batch.images).reshaped(to: [batch.count] + element.shape) }
    return Batch(values: binarization(images ?? batch.values, using: random), labels: batch.labels)
  }
}
