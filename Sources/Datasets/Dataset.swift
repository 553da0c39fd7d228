import NN

/// Examples for training or testing: images, points in the plane, rows of a table, pieces of a
/// text.
///
/// ```swift
/// let data = PointData(.moons)
/// data.train.element.shape            // [2]
/// data.train.batch(at: [0, 1]).values // [2, 2]
/// ```
///
/// ``Batches`` divides any data set into batches for training.
public protocol Dataset: Sendable {
  /// The number of examples.
  var count: Int { get }
  /// The kind and shape of an example.
  var element: ElementKind { get }
  /// The names of the classes, in the order of ``/NN/Batch/labels``; none if the examples have no
  /// classes.
  var classNames: [String] { get }
  /// The noun for an example: an image, a point, a window, a line.
  var exampleNoun: Noun { get }
  /// The unit in which progress is counted: an image, a point, a character.
  var unit: Noun { get }
  /// The number of units in all examples.
  var unitCount: Int { get }
  /// A checksum of the contents, by which a resumed run recognises its data.
  var checksum: UInt32 { get }

  /// Returns the examples at these indices, each in `0 ..< count`, in this order.
  ///
  /// - Parameters:
  ///   - indices: The indices of the examples; an index may occur several times.
  ///   - variation: The random numbers of a training epoch, for a data set with many versions of
  ///     each example; nil for the one version used in testing.
  func batch(at indices: [Int], varied variation: Variation?) -> Batch
}

extension Dataset {
  /// None by default.
  public var classNames: [String] { [] }
  /// The noun of a whole example of this kind.
  public var exampleNoun: Noun { element.exampleNoun }
  /// The noun of the kind of example.
  public var unit: Noun { element.noun }
  /// The number of examples times the number of units in each.
  public var unitCount: Int { count * element.unitsPerExample }

  /// Returns the examples at these indices, without variation.
  public func batch(at indices: [Int]) -> Batch { batch(at: indices, varied: nil) }
}

/// Training examples, and test examples like them.
public protocol SplitDataset: Sendable {
  /// The kind of both sets.
  associatedtype Part: Dataset
  /// The training examples.
  var train: Part { get }
  /// The test examples, none of which is used in training.
  var test: Part { get }
}

/// Stops the program unless all of these are indices of examples.
func checkIndices(_ indices: [Int], below count: Int, _ function: StaticString) {
  for index in indices {
    precondition(
      index >= 0 && index < count,
      "\(function): expected indices in 0 ..< \(count), found \(index)")
  }
}
