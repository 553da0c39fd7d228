/// The examples of a batch that are computed here, where the rest of the batch is computed elsewhere.
///
/// Random numbers that are drawn for a part of a batch are those that the part's examples get where the
/// whole batch is drawn for, and the stream then stands where it stands behind the whole batch. So what
/// is random in a loss does not depend on how a batch is cut.
///
/// ```swift
/// BatchPart.$current.withValue(BatchPart(32..<64, of: 128)) {
///   random.normal([32, 20])   // rows 32 to 63 of normal([128, 20])
/// }
/// ```
public struct BatchPart: Sendable {
  /// The places of the examples in the batch.
  public let examples: Range<Int>
  /// The number of examples of the batch.
  public let batchCount: Int
  /// The numbers of all parts, in their order, where each gives its own.
  ///
  /// By this, layers that take statistics over a batch take them over all its parts. Nil where the parts
  /// are not computed at the same time.
  public let gather: (@Sendable ([Double]) -> [[Double]])?

  /// The part of the batch that is computed on this thread; nil for all of it.
  @TaskLocal public static var current: BatchPart?

  /// Some examples of a batch of so many.
  public init(
    _ examples: Range<Int>, of batchCount: Int,
    gatheringBy gather: (@Sendable ([Double]) -> [[Double]])? = nil
  ) {
    precondition(
      !examples.isEmpty && examples.lowerBound >= 0 && examples.upperBound <= batchCount,
      "BatchPart: expected places of a batch of \(batchCount), found \(examples)")
    (self.examples, self.batchCount, self.gather) = (examples, batchCount, gather)
  }

  /// How many there are for the whole batch of what there are so many of for the part that is computed, where
  /// statistics are those of the whole batch.
  package static func wholeCount(of count: Int) -> Int {
    guard let part = current, part.gather != nil else { return count }
    return count / part.examples.count * part.batchCount
  }

  /// The sums over all parts of the batch of numbers that each part has, in the order of the parts; where
  /// there is one part, the numbers.
  package static func sums(_ values: Tensor) -> Tensor {
    guard let gather = current?.gather else { return values }
    let all = gather(values.doubles)
    let sums = all.dropFirst().reduce(all[0]) { zip($0, $1).map { $0 + $1 } }
    return Tensor(sums, shape: values.shape, dtype: values.dtype)
  }

  /// Rows at some places of the whole batch, in which this part has the rows `values` and so many for each
  /// example.
  package static func rows(_ places: [Int], of values: Tensor) -> Tensor {
    guard let part = current, part.gather != nil else { return values.gatheredRows(at: places) }
    let first = values.shape[0] / part.examples.count * part.examples.lowerBound
    let own = places.map { values.shape[0] > $0 - first && $0 >= first }
    let found = values.gatheredRows(at: zip(places, own).map { $1 ? $0 - first : 0 })
    let isOwn = Tensor(own.map { $0 ? 1.0 : 0 }, dtype: values.dtype).expanded(at: 1)
    return sums(select(isOwn, found, Tensor.zeros(found.shape, dtype: found.dtype)))
  }

  /// How numbers of a shape that has the part's examples along one axis lie among those of the batch.
  ///
  /// That axis is the first one with as many places as there are examples, or the first of all where it
  /// has a multiple of that. Numbers of another shape are not each for an example, and nil is returned:
  /// all parts get the same.
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
