import Tensor

/// Some examples of a data set, as a model takes them.
public struct Batch: Sendable {
  /// The examples as float32: `[count]` and then the shape of an element.
  ///
  /// Images have values in [0, 1]; a window of a text has its symbols' numbers.
  public let values: Tensor
  /// The class of each example, `[count]`, or empty where the data have no classes.
  public let labels: [Int]
  /// The number to predict for each example, `[count, 1]`, where the data have one.
  public let targets: Tensor?
  /// How many symbols of each window are to be predicted, `[count]`, where not all windows are full:
  /// what follows in the window is padding.
  public let lengths: [Int]?

  /// The number of examples.
  public var count: Int { values.shape[0] }

  /// The weight of this batch in an average over an epoch: the number of examples, or of the symbols to be
  /// predicted where windows differ in it.
  public var weight: Int { lengths?.reduce(0, +) ?? count }

  /// The values of each example in a row, `[count, features]`, as a dense network takes them.
  public var images: Tensor { values.flattened() }

  /// The number of images, points, rows or predicted symbols, of examples of this kind: padding does not
  /// count.
  public func unitCount(of element: ElementKind) -> Int {
    lengths?.reduce(0, +) ?? count * element.unitsPerExample
  }

  /// Creates a batch of values `[count, …]`, with or without what belongs to each of them.
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
