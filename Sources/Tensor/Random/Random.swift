import CKernels

/// A stream of random numbers, passed explicitly to everything that draws from it.
///
/// The generator is counter-based: number *i* of a stream is a function of the seed, the stream and
/// *i* alone (Philox 4×32-10; Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3", 2011). So the numbers are the same with any number of threads, and the state is three
/// integers. Uniform, normal and shuffled values are computed by this package and do not change
/// with the Swift version.
///
/// ```swift
/// let random = Random(seed: 0)
/// let noise = random.normal([128, 20])
/// ```
///
/// Only one thread at a time may draw from a stream; give each thread its own with ``split()``.
public final class Random {
  /// The position of a stream: everything needed to continue with the same numbers.
  public struct State: Hashable, Codable, Sendable {
    /// The seed, which is Philox's key.
    public var seed: UInt64
    /// The index of the stream among those of the seed.
    public var stream: UInt64
    /// The next block of four 32-bit words.
    public var block: UInt64
    /// The number of words of that block used so far by single draws: 0 … 3.
    public var word: Int
    /// The number of streams split off this one.
    public var children: UInt64
  }

  /// The position of the stream; assigning a saved state continues from there.
  public var state: State {
    didSet {
      if (state.block, state.seed, state.stream)
        != (oldValue.block, oldValue.seed, oldValue.stream)
      {
        words = []
      }
    }
  }

  /// The words of block `state.block`, empty if it has not been generated yet.
  private var words: [UInt32] = []

  /// Creates the first stream of a seed.
  public init(seed: UInt64) {
    state = State(seed: seed, stream: 0, block: 0, word: 0, children: 0)
  }

  /// Creates a stream that continues from `state`.
  public init(state: State) {
    self.state = state
  }

  /// Returns a new stream, independent of this one and of every other split off it.
  ///
  /// The child's number is a Philox output of its parent's number and its index among the siblings,
  /// so that grandchildren do not collide. It does not matter whether the parent is drawn from
  /// before or after.
  public func split() -> Random {
    state.children += 1
    // A separate key keeps these words distinct from those that are drawn.
    let words = philox(
      counter: halves(of: state.children, state.stream),
      key: halves(of: state.seed ^ 0x7453_7472_5370_6c69))
    let stream = UInt64(words[1]) << 32 | UInt64(words[0])
    return Random(state: State(seed: state.seed, stream: stream, block: 0, word: 0, children: 0))
  }

  // MARK: Tensors

  /// Returns numbers uniform on [`range.lowerBound`, `range.upperBound`): numbers of the element
  /// type in the range, never the upper bound.
  ///
  /// An empty range gives its bound. The program stops if the bounds are not finite in the element
  /// type, or if no number of that type lies between them.
  public func uniform(
    _ shape: [Int], in range: Range<Double> = 0..<1, dtype: DType = .float32
  ) -> Tensor {
    let unit = drawn(shape, dtype, dtype.kernels.pointee.uniform)
    return range == 0..<1 ? unit : UniformRange(range, dtype).scaled(unit)
  }

  /// Returns normally distributed numbers (Box and Muller 1958).
  public func normal(
    _ shape: [Int], mean: Double = 0, standardDeviation: Double = 1, dtype: DType = .float32
  ) -> Tensor {
    let standard = drawn(shape, dtype, dtype.kernels.pointee.normal)
    if mean == 0 && standardDeviation == 1 { return standard }
    return standard.scaled(by: standardDeviation, plus: mean)
  }

  /// Returns ones with the given probability and zeros otherwise.
  public func bernoulli(
    _ shape: [Int], probability: Double, dtype: DType = .float32
  ) -> Tensor {
    uniform(shape, dtype: dtype) .< probability
  }

  /// Returns a one where an independent uniform number is below `probability`, a zero elsewhere.
  ///
  /// - Parameter probability: The probability of each element, of any shape, which is also the
  ///   result's.
  public func bernoulli(probability: Tensor) -> Tensor {
    uniform(probability.shape, dtype: probability.dtype) .< probability
  }

  private typealias Draw = (
    _ seed: UInt64, _ stream: UInt64, _ block: UInt64, UnsafeMutableRawPointer, Int, Int
  ) -> Void

  private func drawn(_ shape: [Int], _ dtype: DType, _ draw: Draw, function: String = #function)
    -> Tensor
  {
    let numbersPerBlock = dtype == .float32 ? 4 : 2
    if state.word > 0 {
      state.block += 1
      state.word = 0
    }
    if let layout = BatchPart.current?.layout(of: shape) {
      let rows = (0..<layout.blocks).map { block in
        numbers(from: block * layout.stride + layout.start, layout.length, dtype, draw, function)
      }
      state.block += UInt64(
        (layout.blocks * layout.stride + numbersPerBlock - 1) / numbersPerBlock)
      return (rows.count == 1 ? rows[0] : Tensor.concatenated(rows)).reshaped(to: shape)
    }
    let (seed, stream, block) = (state.seed, state.stream, state.block)
    let result = Tensor.uninitialized(shape, dtype, function) { y, count in
      parallel(over: count, grain: 2_048, of: dtype) { draw(seed, stream, block, y, $0, $1) }
    }
    state.block += UInt64((result.count + numbersPerBlock - 1) / numbersPerBlock)
    return result
  }

  /// The given number of upcoming numbers, starting at an offset.
  private func numbers(
    from start: Int, _ count: Int, _ dtype: DType, _ draw: Draw, _ function: String
  ) -> Tensor {
    let (seed, stream, perBlock) = (state.seed, state.stream, dtype == .float32 ? 4 : 2)
    let block = state.block + UInt64(start / perBlock)
    let before = start % perBlock
    let drawn = Tensor.uninitialized([before + count], dtype, function) { y, count in
      parallel(over: count, grain: 2_048, of: dtype) { draw(seed, stream, block, y, $0, $1) }
    }
    return before == 0 ? drawn : drawn.sliced(before..<before + count)
  }

  // MARK: Single numbers

  /// Returns 32 random bits.
  public func bits() -> UInt32 {
    if words.isEmpty {
      words = philox(counter: halves(of: state.block, state.stream), key: halves(of: state.seed))
    }
    let word = words[state.word]
    if state.word == 3 {
      state.block += 1
      state.word = 0
    } else {
      state.word += 1
    }
    return word
  }

  /// Returns a number uniform on [0, 1), a multiple of 2⁻³².
  public func uniform() -> Double {
    Double(bits()) * 0x1p-32
  }

  /// Returns a number uniform on [`range.lowerBound`, `range.upperBound`), never the upper bound;
  /// for an empty range, its bound.
  public func uniform(in range: Range<Double>) -> Double {
    UniformRange(range, .float64).scaled(uniform())
  }

  /// Returns an integer uniform on `0 ..< bound`, without bias (Lemire 2019).
  public func integer(below bound: Int) -> Int {
    precondition(
      bound > 0 && bound <= Int(UInt32.max),
      "Random.integer(below:): expected a bound in 1 ... \(UInt32.max), found \(bound)")
    let bound = UInt32(bound)
    var product = UInt64(bits()) * UInt64(bound)
    if UInt32(truncatingIfNeeded: product) < bound {
      let threshold = (0 &- bound) % bound
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(bits()) * UInt64(bound)
      }
    }
    return Int(product >> 32)
  }

  /// Returns an integer for each of `count` examples, drawn like ``integer(below:)``.
  ///
  /// For a part of a batch (``BatchPart``), these are the integers of its examples.
  public func integers(_ count: Int, below bound: Int) -> [Int] {
    guard let part = BatchPart.current, count == part.examples.count else {
      return (0..<count).map { _ in integer(below: bound) }
    }
    return Array((0..<part.batchCount).map { _ in integer(below: bound) }[part.examples])
  }

  /// Returns the integers `0 ..< count` in a random order (Fisher and Yates; Durstenfeld 1964).
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }
}

/// The 32-bit halves of the numbers, low half first.
private func halves(of numbers: UInt64...) -> [UInt32] {
  numbers.flatMap { [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)] }
}

/// One block of Philox 4×32-10: four words, a function of a counter of four and a key of two.
func philox(counter: [UInt32], key: [UInt32]) -> [UInt32] {
  var result: [UInt32] = [0, 0, 0, 0]
  ck_philox(counter, key, &result)
  return result
}
