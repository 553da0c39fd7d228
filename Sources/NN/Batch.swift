import Synchronization
import Tensor

/// Examples of a data set in the form a model takes them.
public struct Batch: Sendable {
  /// The examples as float32: `[count]` followed by the shape of an element.
  ///
  /// Images have values in [0, 1]; a window of text contains the numbers of its symbols.
  public var values: Tensor { source.values }
  /// The class of each example, `[count]`, or empty if the data have no classes.
  public let labels: [Int]
  /// The number to predict for each example, `[count, 1]`, if the data have one.
  public let targets: Tensor?
  /// The number of symbols to predict in each window, `[count]`, if not all windows are full: the
  /// rest of a window is padding.
  public let lengths: [Int]?

  private let source: Source

  /// The number of examples.
  public let count: Int

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
    source = .tensor(values)
    count = values.shape[0]
    self.labels = labels
    self.targets = targets
    self.lengths = lengths
  }

  /// Creates a batch whose values are made when they are first needed, of some examples alone if
  /// only their values are.
  ///
  /// - Parameters:
  ///   - count: The number of examples.
  ///   - labels: The class of each example, or none.
  ///   - make: Returns the values of the examples in a range, the same every time.
  public init(
    count: Int, labels: [Int] = [], making make: @escaping @Sendable (Range<Int>) -> Tensor
  ) {
    precondition(
      labels.isEmpty || labels.count == count,
      "Batch: expected as many examples as there are labels, \(labels.count), found \(count)")
    source = .made(MadeValues(count, make))
    self.count = count
    self.labels = labels
    (targets, lengths) = (nil, nil)
  }

  /// The values of the examples in a range.
  public func values(of examples: Range<Int>) -> Tensor {
    switch source {
    case .tensor(let values): values.sliced(examples)
    case .made(let made): made.values(of: examples)
    }
  }

  /// The values, or how to make them.
  private enum Source: Sendable {
    case tensor(Tensor)
    case made(MadeValues)

    var values: Tensor {
      switch self {
      case .tensor(let values): values
      case .made(let made): made.values(of: 0..<made.count)
      }
    }
  }
}

/// Values that are made when they are first needed.
private final class MadeValues: Sendable {
  let count: Int
  private let make: @Sendable (Range<Int>) -> Tensor
  private let whole = Mutex<Tensor?>(nil)

  init(_ count: Int, _ make: @escaping @Sendable (Range<Int>) -> Tensor) {
    (self.count, self.make) = (count, make)
  }

  func values(of examples: Range<Int>) -> Tensor {
    whole.withLock { whole in
      if let whole { return whole.sliced(examples) }
      let values = make(examples)
      if examples == 0..<count { whole = values }
      return values
    }
  }
}
