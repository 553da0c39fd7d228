/// The examples of a batch that are computed here, while the rest of the batch is computed
/// elsewhere.
///
/// Random numbers drawn for a part of a batch are those that the part's examples get when the whole
/// batch is drawn, and the stream then advances as after the whole batch. So the random numbers of
/// a loss do not depend on how a batch is divided.
///
/// ```swift
/// BatchPart.$current.withValue(BatchPart(32..<64, of: 128)) {
///   random.normal([32, 20])   // rows 32 to 63 of normal([128, 20])
/// }
/// ```
public struct BatchPart: Sendable {
  /// The indices of the examples in the batch.
  public let examples: Range<Int>
  /// The number of examples in the batch.
  public let batchCount: Int
  /// Exchanges numbers between the parts: each part passes its own and receives those of all parts,
  /// in order.
  ///
  /// Layers that compute statistics over a batch use it to compute them over all its parts. Nil if
  /// the parts are not computed concurrently.
  public let gather: (@Sendable ([Double]) -> [[Double]])?

  /// The part of the batch computed on this thread; nil for the whole batch.
  @TaskLocal public static var current: BatchPart?

  /// Describes a part of a batch.
  public init(
    _ examples: Range<Int>, of batchCount: Int,
    gatheringBy gather: (@Sendable ([Double]) -> [[Double]])? = nil
  ) {
    precondition(
      !examples.isEmpty && examples.lowerBound >= 0 && examples.upperBound <= batchCount,
      "BatchPart: expected places of a batch of \(batchCount), found \(examples)")
    (self.examples, self.batchCount, self.gather) = (examples, batchCount, gather)
  }

  /// Converts a number of items in this part to the number in the whole batch, if statistics are
  /// those of the whole batch.
  package static func wholeCount(of count: Int) -> Int {
    guard let part = current, part.gather != nil else { return count }
    return count / part.examples.count * part.batchCount
  }

  /// The sums of each part's numbers over all parts of the batch, in the order of the parts; with a
  /// single part, the numbers themselves.
  package static func sums(_ values: Tensor) -> Tensor {
    guard let gather = current?.gather else { return values }
    let all = gather(values.doubles)
    let sums = all.dropFirst().reduce(all[0]) { zip($0, $1).map { $0 + $1 } }
    return Tensor(sums, shape: values.shape, dtype: values.dtype)
  }

  /// Rows at some indices of the whole batch, of which this part holds the rows `values`, the same
  /// number for each example.
  package static func rows(_ places: [Int], of values: Tensor) -> Tensor {
    guard let part = current, part.gather != nil else { return values.gatheredRows(at: places) }
    let first = values.shape[0] / part.examples.count * part.examples.lowerBound
    let own = places.map { values.shape[0] > $0 - first && $0 >= first }
    let found = values.gatheredRows(at: zip(places, own).map { $1 ? $0 - first : 0 })
    let isOwn = Tensor(own.map { $0 ? 1.0 : 0 }, dtype: values.dtype).expanded(at: 1)
    return sums(select(isOwn, found, Tensor.zeros(found.shape, dtype: found.dtype)))
  }

  /// The layout of numbers with the part's examples along one axis among those of the whole batch.
  ///
  /// That axis is the first one whose size is the number of examples, or else the first axis if its
  /// size is a multiple of that. For other shapes, whose numbers do not belong to examples, nil is
  /// returned: all parts get the same numbers.
  func layout(of shape: [Int]) -> (blocks: Int, start: Int, length: Int, stride: Int)? {
    if let axis = shape.firstIndex(of: examples.count) {
      let inner = shape[(axis + 1)...].reduce(1, *)
      let outer = shape[..<axis].reduce(1, *)
      return (outer, examples.lowerBound * inner, examples.count * inner, batchCount * inner)
    }
    guard let first = shape.first, first > 0, first.isMultiple(of: examples.count) else {
      return nil
    }
    let inner = shape.reduce(1, *) / examples.count
    return (1, examples.lowerBound * inner, examples.count * inner, batchCount * inner)
  }
}
