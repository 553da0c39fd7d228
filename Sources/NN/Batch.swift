import Tensor

/// Examples of a data set in the form a model takes them.
public struct Batch: Sendable {
  /// The examples as float32: `[count]` followed by the shape of an element.
  ///
  /// Images have values in [0, 1]; a window of text contains the numbers of its symbols.
  public let values: Tensor
  /// The class of each example, `[count]`, or empty if the data have no classes.
  public let labels: [Int]
  /// The number to predict for each example, `[count, 1]`, if the data have one.
  public let targets: Tensor?
  /// The number of symbols to predict in each window, `[count]`, if not all windows are full: the
  /// rest of a window is padding.
  public let lengths: [Int]?

  /// The number of examples.
  public var count: Int { values.shape[0] }

  /// The weight of this batch in an average over an epoch: the number of examples or, if windows
  /// differ, of symbols to predict.
  public var weight: Int { lengths?.reduce(0, +) ?? count }

  /// The values of each example in a row, `[count, features]`, as input for a dense network.
  public var images: Tensor { values.flattened() }

  /// The number of images, points, rows or predicted symbols in examples of this kind; padding is
  /// not counted.
  public func unitCount(of element: ElementKind) -> Int {
    lengths?.reduce(0, +) ?? count * element.unitsPerExample
  }

  /// Creates a batch of values `[count, …]`, optionally with labels, targets and lengths.
  public init(
    values: Tensor, labels: [Int] = [], targets: Tensor? = nil, lengths: [Int]? = nil
  ) {
    precondition(
      values.rank > 0 && (labels.isEmpty || labels.count == values.shape[0]),
      "Batch: expected as many examples as there are labels, \(labels.count), found shape"
        + " \(values.shape)")
    precondition(
      targets.map { $0.shape.first == values.shape[0] } ?? true
        && lengths.map { $0.count == values.shape[0] } ?? true,
      "Batch: expected a target and a length for each of \(values.shape[0]) examples")
    self.values = values
    self.labels = labels
    self.targets = targets
    self.lengths = lengths
  }
}
