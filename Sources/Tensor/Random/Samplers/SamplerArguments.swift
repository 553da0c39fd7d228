import CKernels

/// The range of a sampler's parameter.
struct ParameterRange {
  /// The text that messages insert in "expected … in every place".
  let description: String
  let lower: Double
  let includesLower: Bool
  let upper: Double
  let includesUpper: Bool
  var isInteger = false

  /// The range of a scale, a rate or a shape parameter.
  static let positive = ParameterRange(
    description: "a finite number above 0", lower: 0, includesLower: false, upper: .infinity,
    includesUpper: false)
  /// The range of a mean that may be 0.
  static let nonnegative = ParameterRange(
    description: "a finite number of 0 or more", lower: 0, includesLower: true, upper: .infinity,
    includesUpper: false)
  /// The range of a location.
  static let finite = ParameterRange(
    description: "a finite number", lower: -.infinity, includesLower: false, upper: .infinity,
    includesUpper: false)
  /// The range of the end of an interval.
  static let bound = ParameterRange(
    description: "a number, not NaN", lower: -.infinity, includesLower: true, upper: .infinity,
    includesUpper: true)
  static let probability = ParameterRange(
    description: "a number in 0 ... 1", lower: 0, includesLower: true, upper: 1, includesUpper: true
  )
  /// The range of the logarithm of a weight, which may be 0.
  static let logit = ParameterRange(
    description: "a finite number or -inf", lower: -.infinity, includesLower: true,
    upper: .infinity, includesUpper: false)
  /// The range of a number of trials; float64 holds every integer up to 2⁵³.
  static let count = ParameterRange(
    description: "an integer in 0 ... 2⁵³", lower: 0, includesLower: true, upper: 0x1p53,
    includesUpper: true, isInteger: true)

  static func above(_ bound: Int) -> ParameterRange {
    ParameterRange(
      description: "a finite number above \(bound)", lower: Double(bound), includesLower: false,
      upper: .infinity, includesUpper: false)
  }
}

/// The checked arguments of a sampler: the result's shape and element type, and its parameters.
struct SamplerArguments {
  let sampler: String
  /// The shape of the samples, without the axes of a single one, such as the categories.
  private(set) var shape: [Int] = []
  private(set) var dtype = DType.float32

  /// - Parameters:
  ///   - sampler: The name in messages.
  ///   - shape: The requested shape; `nil` for the common shape of the parameters.
  ///   - parameters: The parameters, each with the number of its last axes that belong to a single
  ///     sample.
  init(
    _ sampler: String, _ shape: [Int]?,
    _ parameters: (name: String, value: Tensor, range: ParameterRange, eventRank: Int)...
  ) {
    self.sampler = sampler
    dtype = parameters.first?.value.dtype ?? .float32
    self.shape = shape ?? []
    for (name, value, range, eventRank) in parameters {
      precondition(
        value.dtype == dtype,
        "\(sampler): expected parameters of one element type, found \(dtype) and \(name) of"
          + " \(value.dtype)\(value.shape)")
      precondition(
        value.rank >= eventRank,
        "\(sampler): expected \(name) with \(eventRank) or more dimensions, found shape"
          + " \(value.shape)")
      let batch = value.shape.dropLast(eventRank)
      let common = Broadcast.shape(Array(batch), self.shape)
      precondition(
        shape == nil ? common != nil : common == self.shape,
        "\(sampler): expected \(name) with a shape that broadcasts to \(self.shape)"
          + (eventRank > 0 ? " before its last \(eventRank) dimensions" : "")
          + ", found \(value.shape)")
      self.shape = common ?? self.shape
      expect(name, value, in: range)
    }
  }

  /// Stops the program if an element is not in the range.
  func expect(_ name: String, _ value: Tensor, in range: ParameterRange) {
    let double = value.untracked.converted(to: .float64)
    let place = ck_first_outside(
      double.pointer.assumingMemoryBound(to: Double.self), double.count, range.lower,
      range.includesLower, range.upper, range.includesUpper, range.isInteger)
    precondition(
      place == double.count,
      "\(sampler): expected \(range.description) as \(name), found \(double.doubles[place])"
        + position(of: place, in: value.shape))
  }

  /// Stops the program where the mask is 0, and reports the value found there.
  func expect(
    _ mask: Tensor, _ expected: @autoclosure () -> String, found: (Int) -> String
  ) {
    guard let place = mask.doubles.firstIndex(of: 0) else { return }
    preconditionFailure(
      "\(sampler): expected \(expected()), found \(found(place))"
        + position(of: place, in: mask.shape))
  }

  /// The indices of an element, as part of a message.
  private func position(of place: Int, in shape: [Int]) -> String {
    if shape.isEmpty { return "" }
    var (rest, indices) = (place, [Int]())
    for size in shape.reversed() {
      indices.append(rest % size)
      rest /= size
    }
    return " at \(Array(indices.reversed()))"
  }
}

/// The minimum number of samples in a chunk.
let samplerGrain = 512

extension Random {
  /// The next sub-streams, one for each of a number of elements.
  func substreams(_ count: Int) -> CKStream {
    if state.word > 0 {
      state.block += 1
      state.word = 0
    }
    defer { state.block += UInt64(count) }
    return CKStream(seed: state.seed, stream: state.stream, block: state.block)
  }

  /// Draws independent samples with parameters that broadcast to the shape; they are constants to
  /// any gradient.
  func sampled(
    _ sampler: CKSampler, _ shape: [Int], _ dtype: DType, _ parameters: [Tensor] = [],
    _ function: String = #function
  ) -> Tensor {
    let parameters = parameters.map { SamplerParameter($0, shape) }
    let table = parameters.map(\.kernel)
    let stream = substreams(shape.elementCount(for: function))
    return withExtendedLifetime(parameters) {
      Tensor.uninitialized(shape, dtype, function) { y, count in
        // The arithmetic is in double precision, whatever the result's type.
        parallel(over: count, grain: samplerGrain, of: .float64) {
          ck_sample(sampler, stream, table, y, dtype == .float64, $0, $1)
        }
      }
    }
  }
}

/// A parameter in the form that the loops take: in double precision and, unless it is a single
/// number, repeated to the samples' shape.
struct SamplerParameter {
  let values: Tensor

  init(_ tensor: Tensor, _ shape: [Int]) {
    let double = tensor.untracked.converted(to: .float64)
    values = double.count == 1 ? double : double.broadcast(to: shape)
  }

  /// For each element of a shape, the row that it takes from a table with these leading axes.
  init(rowsOf batch: [Int], in shape: [Int]) {
    let rows = Tensor.range(0..<batch.reduce(1, *), dtype: .float64)
    self.init(rows.reshaped(to: batch), shape)
  }

  /// The memory, which is valid while this value is alive.
  var kernel: CKParameter {
    CKParameter(
      values: values.pointer.assumingMemoryBound(to: Double.self), step: values.count == 1 ? 0 : 1)
  }
}
