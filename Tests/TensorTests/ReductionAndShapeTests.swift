import Foundation
import Testing

@testable import Tensor

/// A function of a tensor whose result has another shape.
struct ShapeRow: Sendable, CustomTestStringConvertible {
  let name: String
  let shape: [Int]
  let result: [Int]
  let function: @Sendable (Tensor) -> Tensor
  var testDescription: String { name }

  init(
    _ name: String, _ shape: [Int], _ result: [Int],
    _ function: @escaping @Sendable (Tensor) -> Tensor
  ) {
    (self.name, self.shape, self.result, self.function) = (name, shape, result, function)
  }
}

private let axes: [([Int], [Int], [Int])] = [
  ([0], [3, 4], [1, 3, 4]), ([1], [2, 4], [2, 1, 4]), ([2], [2, 3], [2, 3, 1]),
  ([-1], [2, 3], [2, 3, 1]), ([0, 1], [4], [1, 1, 4]), ([1, 2], [2], [2, 1, 1]),
  ([0, 2], [3], [1, 3, 1]), ([2, 0], [3], [1, 3, 1]), ([0, 1, 2], [], [1, 1, 1]),
  ([], [2, 3, 4], [2, 3, 4]),
]

private let reductions: [(String, @Sendable (Tensor, [Int], Bool) -> Tensor)] = [
  ("sum", { $0.sum(along: $1, keepingDimensions: $2) }),
  ("mean", { $0.mean(along: $1, keepingDimensions: $2) }),
  ("max", { $0.max(along: $1, keepingDimensions: $2) }),
  ("min", { $0.min(along: $1, keepingDimensions: $2) }),
  ("variance", { $0.variance(along: $1, keepingDimensions: $2) }),
]

private let rows: [ShapeRow] =
  reductions.flatMap { name, function in
    axes.filter { name != "variance" || !$0.0.isEmpty }.flatMap { axes, dropped, kept in
      [
        ShapeRow("\(name) \(axes)", [2, 3, 4], dropped) { function($0, axes, false) },
        ShapeRow("\(name) \(axes) kept", [2, 3, 4], kept) { function($0, axes, true) },
      ]
    }
  } + [
    .init("sum all", [2, 3], [], { $0.sum() }),
    .init("mean all", [2, 3], [], { $0.mean() }),
    .init("max all", [2, 3], [], { $0.max() }),
    .init("min all", [2, 3], [], { $0.min() }),
    .init("variance all, unbiased", [2, 3], [], { $0.variance(correction: 1) }),
    .init("logSumExp 0", [3, 4], [4], { $0.logSumExp(along: 0) }),
    .init(
      "logSumExp -1 kept", [3, 4], [3, 1], { $0.logSumExp(along: -1, keepingDimensions: true) }),
    .init("softmax", [3, 4], [3, 4], { softmax($0) }),
    .init("softmax 0", [3, 4], [3, 4], { softmax($0, along: 0) }),
    .init("logSoftmax", [2, 3, 4], [2, 3, 4], { logSoftmax($0, along: 1) }),
    .init("reshaped", [3, 4], [2, 6], { $0.reshaped(to: [2, -1]) }),
    .init("flattened", [2, 3, 4], [2, 12], { $0.flattened() }),
    .init("expanded", [2, 3], [2, 1, 3], { $0.expanded(at: 1) }),
    .init("expanded last", [2, 3], [2, 3, 1], { $0.expanded(at: -1) }),
    .init("squeezed", [2, 1, 3], [2, 3], { $0.squeezed(at: 1) }),
    .init("transposed", [3, 4], [4, 3], { $0.transposed() }),
    .init("transposed stack", [2, 3, 4], [2, 4, 3], { $0.transposed() }),
    .init("permuted", [2, 3, 4], [4, 2, 3], { $0.permuted(to: [2, 0, 1]) }),
    .init("broadcast", [3, 1], [2, 3, 4], { $0.broadcast(to: [2, 3, 4]) }),
    .init("sliced 0", [5, 3], [2, 3], { $0.sliced(1..<3) }),
    .init("sliced 1", [3, 5], [3, 2], { $0.sliced(2..<4, along: 1) }),
    .init("padded", [2, 3], [2, 6], { $0.padded(before: 1, after: 2, along: 1) }),
    .init("padded around", [2, 3], [3, 6], { $0.padded([(0, 1), (2, 1)]) }),
    .init("split", [2, 6], [2, 2], { $0.split(count: 3, along: 1)[1] }),
    .init("split into", [5, 2], [3, 2], { $0.split(into: [2, 3], along: 0)[1] }),
    .init("concatenated", [2, 3], [2, 9], { .concatenated([$0, $0 * $0, $0], along: 1) }),
    .init("stacked", [2, 3], [2, 2, 3], { .stacked([$0, exp($0)], along: 1) }),
    .init("gatheredRows", [4, 3], [5, 3], { $0.gatheredRows(at: [3, 0, 3, 1, 3]) }),
    .init("scatteredRows", [3, 2], [5, 2], { $0.scatteredRows(to: [4, 0, 4], count: 5) }),
    .init("converted", [3], [3], { $0.converted(to: .float64) }),
    .init("mapped", [3], [3]) { x in x.mapped({ $0 * $0 * $0 }) { _, dy in dy * 3 * x * x } },
    .init("bernoulliLogDensity", [2, 6], [2]) {
      bernoulliLogDensity(of: $0.sliced(0..<3, along: 1), logits: $0.sliced(3..<6, along: 1))
    },
    .init("standardNormalLogDensity", [2, 2, 3], [2, 2], { standardNormalLogDensity(of: $0) }),
  ] + arrayOperationRows

@Suite struct ReductionAndShapeTests {
  /// Rows around the sixteen elements computed at a time, compared with each element separately.
  @Test(arguments: [DType.float32, .float64])
  func aBernoulliLogDensityHasTheSameBitsInRowsOfAnyLength(_ dtype: DType) {
    let random = Random(seed: 5)
    let logits = random.normal([31], standardDeviation: 4, dtype: dtype)
    let x = random.uniform([31], dtype: dtype)
    func density(_ logits: Tensor, _ x: Tensor) -> (value: [Double], gradient: [Double]) {
      let (value, pullback) = valueWithPullback(at: [logits]) {
        bernoulliLogDensity(of: x, logits: $0[0])
      }
      return (value.doubles, pullback(.ones(value.shape, dtype: dtype))[0].doubles)
    }
    let alone = density(logits.expanded(at: 1), x.expanded(at: 1))
    for length in 1...31 {
      let row = density(logits.sliced(0..<length), x.sliced(0..<length))
      let sum = alone.value.prefix(length).reduce(0, +)
      #expect(row.value == [dtype == .float32 ? Double(Float(sum)) : sum])
      #expect(row.gradient == Array(alone.gradient.prefix(length)))
    }
  }

  @Test func sumOfSquaresOfManyAndOfLargeElements() {
    let x = Random(seed: 3).normal([70_001])
    let expected = x.doubles.reduce(0) { $0 + $1 * $1 }
    #expect(Swift.abs(x.sumOfSquares - expected) < 1e-9 * expected)
    #expect(Tensor([Float(1e30), -1e30]).sumOfSquares > 1.9e60)
    #expect(Tensor.zeros([0]).sumOfSquares == 0)
  }

  @Test(arguments: [DType.float32, .float64])
  func standardNormalLogDensityOfSomeVectors(_ dtype: DType) {
    let x = Tensor([[0, 0, 0], [1, -2, 3]], dtype: dtype)
    let found = standardNormalLogDensity(of: x).doubles
    for (value, expected) in zip(found, [-2.756815599614018, -9.756815599614018]) {
      #expect(Swift.abs(value - expected) < (dtype == .float32 ? 1e-6 : 1e-14))
    }
  }

  @Test func squaredDistanceOfManyElements() {
    let random = Random(seed: 31)
    let (x, y) = (random.normal([70_003]), random.normal([70_003]))
    let expected = zip(x.scalars, y.scalars).reduce(0) { sum, pair in
      sum + Double(pair.0 - pair.1) * Double(pair.0 - pair.1)
    }
    #expect(Swift.abs(squaredDistance(x, y).scalar - expected) < 1e-6 * expected)
  }

  @Test(arguments: rows)
  func gradientsAndShapes(_ row: ShapeRow) {
    let x = Random(seed: 5).normal(row.shape, dtype: .float64)
    #expect(row.function(x).shape == row.result)
    // Squaring first gives linear functions a nonzero second derivative.
    let check = checkGradient(of: { row.function($0[0] * $0[0] + $0[0]) }, at: [x])
    #expect(check.passes(), "\(row.name): \(check)")
  }

  /// Like NumPy with `axis=()`.
  @Test(arguments: [DType.float32, .float64])
  func alongNoAxesEachElementIsByItself(_ dtype: DType) {
    for shape in [[], [1], [5], [2, 3, 4], [0, 2]] {
      let x = Random(seed: 15).normal(shape, dtype: dtype)
      for (name, function) in reductions {
        for isKept in [false, true] {
          let expected = name == "variance" ? x * 0 : x
          #expect(abs(function(x, [], isKept)) == abs(expected), "\(name) of \(shape)")
          if name != "variance" { #expect(function(x, [], isKept) == x, "\(name) of \(shape)") }
          let dx = gradient(at: x) { function($0, [], isKept).sum() }
          #expect(dx == (name == "variance" ? x * 0 : x * 0 + 1), "\(name) of \(shape)")
        }
      }
    }
  }

  @Test func reductionsAgainstNaiveLoops() {
    let random = Random(seed: 6)
    for (outer, count, inner) in [
      (1, 70_001, 1), (3, 1037, 1), (1, 3001, 33), (2, 5000, 7), (40, 17, 5), (1, 1, 1),
    ] {
      let x = random.normal([outer, count, inner])
      let values = x.doubles
      for o in 0..<outer {
        for i in [0, inner - 1] {
          let line = (0..<count).map { values[(o * count + $0) * inner + i] }
          let place = o * inner + i
          let sum = line.reduce(0, +)
          #expect(Swift.abs(x.sum(along: 1).doubles[place] - sum) < 1e-5 * Double(count))
          #expect(x.max(along: 1).doubles[place] == line.max())
          #expect(x.min(along: 1).doubles[place] == line.min())
          #expect(line[x.argmax(along: 1)[place]] == line.max())
        }
      }
    }
  }

  @Test func sumsAreAccurate() {
    let x = Tensor(filledWith: 0.1, [1_000_003])
    #expect(Swift.abs(x.sum().scalar - 1_000_003 * Double(Float(0.1))) < 0.05)
  }

  @Test(arguments: [1, 8])
  func sumsOfLongColumnsAreAccurate(_ outer: Int) {
    let x = Tensor(filledWith: 0.1, [outer, 30_003, 2])
    for sum in x.sum(along: 1).doubles {
      #expect(Swift.abs(sum / (30_003 * Double(Float(0.1))) - 1) < 3e-5)
    }
  }

  /// In a separate process, because other tests measure the memory of this one.
  @Test func argmaxOfMoreElementsThanAFloatCounts() async {
    await #expect(processExitsWith: .success) {
      let count = (1 << 24) + 1
      let x = Tensor.concatenated([Tensor.zeros([count]), Tensor.ones([1])])
      #expect(x.argmax() == [count])
    }
  }

  @Test func logSumExpOfAllDoubles() {
    for value in [1e300, -1e300, Double.infinity, -Double.infinity] {
      #expect(Tensor([value, value], dtype: .float64).logSumExp(along: 0).scalar == value)
    }
  }

  @Test func valuesOfShapeOperations() {
    let x = Tensor([[1, 2, 3], [4, 5, 6]])
    #expect(x.transposed() == Tensor([[1, 4], [2, 5], [3, 6]]))
    #expect(x.sliced(1..<3, along: 1) == Tensor([[2, 3], [5, 6]]))
    #expect(
      x.padded(before: 1, after: 0, along: 0) == Tensor([[0, 0, 0], [1, 2, 3], [4, 5, 6]]))
    #expect(
      Tensor.concatenated([x, x], along: 1) == Tensor([[1, 2, 3, 1, 2, 3], [4, 5, 6, 4, 5, 6]]))
    #expect(Tensor.stacked([x, x]).shape == [2, 2, 3])
    #expect(x.gatheredRows(at: [1, 1, 0]) == Tensor([[4, 5, 6], [4, 5, 6], [1, 2, 3]]))
    #expect(x.scatteredRows(to: [1, 1], count: 3) == Tensor([[0, 0, 0], [5, 7, 9], [0, 0, 0]]))
    #expect(x.reshaped(to: [3, 2]) == Tensor([[1, 2], [3, 4], [5, 6]]))
    #expect(x.permuted(to: [1, 0]) == x.transposed())
    #expect(Tensor([1, 2]).broadcast(to: [2, 2]) == Tensor([[1, 2], [1, 2]]))
    #expect(x.split(into: [1, 2], along: 1)[1] == Tensor([[2, 3], [5, 6]]))
    #expect(Tensor([3, 1, 3]).argmax() == [0])
    #expect(x.variance(along: 1, correction: 1).scalars == [1, 1])
  }

  @Test func creation() {
    #expect(Tensor.identity(2) == Tensor([[1, 0], [0, 1]]))
    #expect(Tensor.range(2..<5) == Tensor([2, 3, 4]))
    #expect(Tensor.linearSpace(from: 0, through: 1, count: 3) == Tensor([0, 0.5, 1]))
    #expect(Tensor.zeros([2]) == Tensor([0, 0]) && Tensor.ones([2]) == Tensor([1, 1]))
    #expect(Tensor(filledWith: 3, [1, 2]) == Tensor([[3, 3]]))
    #expect(Tensor([0.1], dtype: .float64).doubles == [0.1])
    #expect(
      Tensor(bytes: [0, 51, 255, 102], rows: [1, 0], rowLength: 2).scalars == [1, 0.4, 0, 0.2])
    #expect(Tensor(4).shape == [] && Tensor(4).scalar == 4)
    #expect(Tensor([[[1], [2]]]).shape == [1, 2, 1])
  }

  @Test func description() {
    #expect(
      "\(Tensor([[1, 2, 3], [4, 5, 6]]))"
        == "Tensor [2, 3] float32\n[[1.0, 2.0, 3.0],\n [4.0, 5.0, 6.0]]")
    #expect(
      "\(Tensor.range(0..<9, dtype: .float64))"
        == "Tensor [9] float64\n[0.0, 1.0, 2.0, …, 6.0, 7.0, 8.0]")
    #expect("\(Tensor(0.5))" == "Tensor [] float32\n0.5")
  }

  @Test func valuesDoNotChangeWithTheirCopies() {
    let x = Tensor([1, 2, 3])
    var y = x
    y.withMutableMemory { $0.storeBytes(of: 9, as: Float.self) }
    #expect(x.scalars == [1, 2, 3] && y.scalars == [9, 2, 3])
  }
}
