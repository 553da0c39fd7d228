import CKernels
import Foundation
import Testing

@testable import Tensor

/// A function of one number and its values in NumPy at ±0, ±∞, NaN and ordinary numbers.
private struct SpecialRow: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// The loop on its own, if there is one.
  let loop: (operation: CKMap, p: Double, q: Double)?
  let function: @Sendable (Tensor) -> Tensor
  let expected: @Sendable (Double) -> Double

  init(
    _ name: String, _ operation: CKMap?, p: Double = 0, q: Double = 0,
    _ function: @escaping @Sendable (Tensor) -> Tensor,
    _ expected: @escaping @Sendable (Double) -> Double
  ) {
    testDescription = name
    loop = operation.map { ($0, p, q) }
    (self.function, self.expected) = (function, expected)
  }
}

private let rows: [SpecialRow] = {
  var rows: [SpecialRow] = []
  func add(
    _ name: String, _ operation: CKMap?, p: Double = 0, q: Double = 0,
    _ function: @escaping @Sendable (Tensor) -> Tensor,
    _ expected: @escaping @Sendable (Double) -> Double
  ) {
    rows.append(SpecialRow(name, operation, p: p, q: q, function, expected))
  }
  add("negate", .negate, { -$0 }) { -$0 }
  add("abs", .abs, { abs($0) }) { $0.magnitude }
  add("sign", .sign, { sign($0) }) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 == 0 ? 0 : $0 }
  add("square", .square, { square($0) }) { $0 * $0 }
  add("sqrt", .sqrt, { sqrt($0) }) { $0.squareRoot() }
  add("exp", .exp, { exp($0) }) { Foundation.exp($0) }
  add("expm1", .expm1, { expm1($0) }) { Foundation.expm1($0) }
  add("log", .log, { log($0) }) { Foundation.log($0) }
  add("log1p", .log1p, { log1p($0) }) { Foundation.log1p($0) }
  add("sin", .sin, { sin($0) }) { Foundation.sin($0) }
  add("cos", .cos, { cos($0) }) { Foundation.cos($0) }
  add("tanh", .tanh, { tanh($0) }) { Foundation.tanh($0) }
  add("erf", .erf, { erf($0) }) { Foundation.erf($0) }
  add("sigmoid", .sigmoid, { sigmoid($0) }) { 1 / (1 + Foundation.exp(-$0)) }
  add("softplus", .softplus, { softplus($0) }) {
    $0 == .infinity ? $0 : Foundation.log1p(Foundation.exp($0))
  }
  add("silu", .silu, { silu($0) }) { $0 == -.infinity ? 0 : $0 / (1 + Foundation.exp(-$0)) }
  add("relu", .relu, { relu($0) }) { $0 < 0 ? 0 : $0 }
  add("leakyReLU", .leakyRelu, p: 0.25, { leakyReLU($0, slope: 0.25) }) { $0 < 0 ? 0.25 * $0 : $0 }
  add("leakyReLU of slope 0", nil, { leakyReLU($0, slope: 0) }) { $0 < 0 ? 0 : $0 }
  add("elu", .elu, p: 1, { elu($0) }) { $0 > 0 ? $0 : Foundation.expm1($0) }
  add("clamp", .clamp, p: -0.5, q: 1.5, { clamp($0, to: -0.5...1.5) }) {
    $0 < -0.5 ? -0.5 : $0 > 1.5 ? 1.5 : $0
  }
  add("clamp from 0", .clamp, p: 0, q: 1, { clamp($0, to: 0...1) }) { $0 < 0 ? 0 : $0 > 1 ? 1 : $0 }
  add("x + 0", nil, { $0 + 0 }) { $0 + 0 }
  add("0 + x", nil, { 0 + $0 }) { 0 + $0 }
  add("x + −0", nil, { $0 + -0.0 }) { $0 + -0.0 }
  add("x − 0", nil, { $0 - 0 }) { $0 - 0 }
  add("0 − x", .affine, p: -1, q: 0, { 0 - $0 }) { 0 - $0 }
  add("x + 1", .affine, p: 1, q: 1, { $0 + 1 }) { $0 + 1 }
  add("x · 2", .scale, p: 2, { $0 * 2 }) { $0 * 2 }
  add("−2 · x", .scale, p: -2, { -2 * $0 }) { -2 * $0 }
  add("x · 1", nil, { $0 * 1 }) { $0 }
  add("x · 0", .scale, p: 0, { $0 * 0 }) { $0 * 0 }
  add("x / 2", .divideBy, p: 2, { $0 / 2 }) { $0 / 2 }
  add("x / 0", .divideBy, p: 0, { $0 / 0 }) { $0 / 0 }
  add("3 / x", .divideInto, p: 3, { 3 / $0 }) { 3 / $0 }
  add("x⁰", .power, p: 0, { pow($0, 0) }) { Foundation.pow($0, 0) }
  add("x³", .power, p: 3, { pow($0, 3) }) { Foundation.pow($0, 3) }
  add("x⁻¹", .power, p: -1, { pow($0, -1) }) { Foundation.pow($0, -1) }
  add("√x as a power", .power, p: 0.5, { pow($0, 0.5) }) { Foundation.pow($0, 0.5) }
  add("upsample2D", nil, { upsample2D($0.reshaped(to: [1, 1, -1, 1]), factor: 1).flattened() }) {
    $0
  }
  add("sum along no axes", nil, { $0.sum(along: []) }) { $0 }
  return rows
}()

private let points: [Double] = [-0.0, 0, .infinity, -.infinity, .nan, 1, -1, 0.5, -3, 20, -20]

/// Whether both are NaN, or the same number up to rounding, with the same sign, even for 0.
private func agree(_ found: Double, _ expected: Double, _ dtype: DType) -> Bool {
  if expected.isNaN { return found.isNaN }
  if found == expected { return found.sign == expected.sign }
  let tolerance = dtype == .float32 ? 4 * Double(Float(expected).ulp) : 4 * expected.ulp
  return Swift.abs(found - expected) <= tolerance
}

/// A function of two numbers, and its values in NumPy.
private struct SpecialPairRow: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let operation: CKZip
  let function: @Sendable (Tensor, Tensor) -> Tensor
  let expected: @Sendable (Double, Double) -> Double

  init(
    _ name: String, _ operation: CKZip,
    _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ expected: @escaping @Sendable (Double, Double) -> Double
  ) {
    (testDescription, self.operation) = (name, operation)
    (self.function, self.expected) = (function, expected)
  }
}

private let pairRows: [SpecialPairRow] = {
  var rows: [SpecialPairRow] = []
  func add(
    _ name: String, _ operation: CKZip,
    _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ expected: @escaping @Sendable (Double, Double) -> Double
  ) {
    rows.append(SpecialPairRow(name, operation, function, expected))
  }
  add("+", .add, { $0 + $1 }) { $0 + $1 }
  add("-", .subtract, { $0 - $1 }) { $0 - $1 }
  add("*", .multiply, { $0 * $1 }) { $0 * $1 }
  add("/", .divide, { $0 / $1 }) { $0 / $1 }
  add("pow", .power, { pow($0, $1) }) { Foundation.pow($0, $1) }
  add("minimum", .minimum, { minimum($0, $1) }) { $0.isNaN || $0 < $1 ? $0 : $1 }
  add("maximum", .maximum, { maximum($0, $1) }) { $0.isNaN || $0 > $1 ? $0 : $1 }
  add("<", .less, { $0 .< $1 }) { $0 < $1 ? 1 : 0 }
  add("<=", .lessOrEqual, { $0 .<= $1 }) { $0 <= $1 ? 1 : 0 }
  add(">", .greater, { $0 .> $1 }) { $0 > $1 ? 1 : 0 }
  add(">=", .greaterOrEqual, { $0 .>= $1 }) { $0 >= $1 ? 1 : 0 }
  add("==", .equal, { $0 .== $1 }) { $0 == $1 ? 1 : 0 }
  add("!=", .notEqual, { $0 .!= $1 }) { $0 != $1 ? 1 : 0 }
  return rows
}()

@Suite struct SpecialValueTests {
  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_kernels_named(name, false) != nil }

  /// Repeated so often that vectors are full, with a remainder that fills none.
  private let repeated = Array([[Double]](repeating: points, count: 7).joined())

  @Test(arguments: rows, [DType.float32, .float64])
  fileprivate func functions(_ row: SpecialRow, _ dtype: DType) throws {
    let x = Tensor(repeated, dtype: dtype)
    for (number, found) in zip(repeated, row.function(x).doubles) {
      let expected = row.expected(number)
      #expect(agree(found, expected, dtype), "at \(number): \(found), not \(expected)")
    }
    guard let loop = row.loop else { return }
    for name in Self.instructionSets {
      let map = try #require(ck_kernels_named(name, dtype == .float64)).pointee.map
      var y = x * 0
      y.withMutableMemory { map(loop.operation, loop.p, loop.q, x.pointer, $0, 0, x.count) }
      for (number, found) in zip(repeated, y.doubles) {
        let expected = row.expected(number)
        #expect(agree(found, expected, dtype), "\(name) at \(number): \(found), not \(expected)")
      }
    }
  }

  @Test(arguments: pairRows, [DType.float32, .float64])
  fileprivate func functionsOfTwo(_ row: SpecialPairRow, _ dtype: DType) throws {
    let (a, b) = (Tensor(points, dtype: dtype).expanded(at: 1), Tensor(points, dtype: dtype))
    let expected = points.flatMap { u in points.map { row.expected(u, $0) } }
    for (found, expected) in zip(row.function(a, b).doubles, expected) {
      #expect(agree(found, expected, dtype), "\(found), not \(expected)")
    }
    let shape = [points.count, points.count]
    let (left, right) = (a.broadcast(to: shape), b.broadcast(to: shape))
    for name in Self.instructionSets {
      let zipping = try #require(ck_kernels_named(name, dtype == .float64)).pointee.zip
      var y = left * 0
      var (length, stride) = (y.count, 1)
      y.withMutableMemory {
        zipping(
          row.operation, 0, left.pointer, right.pointer, $0, 1, &length, &stride, &stride, 0, 1)
      }
      for (found, expected) in zip(y.doubles, expected) {
        #expect(agree(found, expected, dtype), "\(name): \(found), not \(expected)")
      }
    }
  }

  /// Functions that take the largest or smallest of several elements, or clamp them, propagate NaN.
  @Test(arguments: [DType.float32, .float64])
  func notANumberIsTheLargestAndTheSmallest(_ dtype: DType) throws {
    let rows = Tensor(
      [
        [1, .nan, 3, .nan], [.nan, 5, 6, 7], [1, 2, 3, .nan], [4, .infinity, 2, 1], [3, 9, 9, 0],
      ],
      dtype: dtype)
    #expect(rows.argmax() == [1, 0, 3, 1, 1])
    #expect(rows.transposed().argmax(along: 0) == [1, 0, 3, 1, 1])
    #expect(rows.argmin() == [1, 0, 3, 3, 3])
    #expect(rows.transposed().argmin(along: 0) == [1, 0, 3, 3, 3])
    #expect(rows.max(along: 1).doubles.map(\.isNaN) == [true, true, true, false, false])
    #expect(rows.min(along: 1).doubles.map(\.isNaN) == [true, true, true, false, false])
    #expect(rows.max().scalar.isNaN && rows.min().scalar.isNaN)
    let x = rows.sliced(0..<1)
    for y in [
      relu(x), leakyReLU(x), elu(x), clamp(x, to: 0...1), maximum(x, x * 0), minimum(x, x * 0),
    ] {
      #expect(y.doubles.map(\.isNaN) == [false, true, false, true])
    }
    let pooled = maxPool2D(rows.reshaped(to: [5, 2, 2, 1]), size: 2).doubles
    #expect(pooled.map(\.isNaN) == [true, true, true, false, false])
    #expect(pooled.suffix(2) == [.infinity, 9])
    for name in Self.instructionSets {
      let reduce = try #require(ck_kernels_named(name, dtype == .float64)).pointee.reduce
      var y = Tensor.zeros([5], dtype: dtype)
      y.withMutableMemory { reduce(.argmax, rows.pointer, $0, 4, 1, 0, 5, 0, 1) }
      #expect(y.doubles == [1, 0, 3, 1, 1], "\(name)")
    }
  }

  /// NaN propagates alone, among numbers and among masked classes.
  @Test(arguments: [DType.float32, .float64])
  func notANumberHasNoProbability(_ dtype: DType) {
    let rows: [[Double]] = [
      [.nan], [.nan, 1], [1, .nan], [-.infinity, .nan], [.nan, .infinity],
    ]
    for elements in rows {
      let x = Tensor(elements, shape: [1, elements.count], dtype: dtype)
      for y in [softmax(x), logSoftmax(x), x.logSumExp(along: 1)] {
        #expect(y.doubles.contains { $0.isNaN }, "\(elements)")
      }
      let place = elements.firstIndex { $0.isNaN } ?? 0
      #expect(softmax(x).doubles[place].isNaN && logSoftmax(x).doubles[place].isNaN, "\(elements)")
    }
  }

  /// A gradient of 0 remains 0, whatever the incoming gradient.
  @Test func clampsGradientOutsideIsZero() {
    let x = Tensor([-1, 0.5, 2, .nan], dtype: .float64)
    let dx = gradient(at: x) {
      (clamp($0, to: 0...1) * Tensor(Double.infinity, dtype: .float64)).sum()
    }
    #expect(dx.doubles == [0, .infinity, 0, 0])
  }

  @Test(arguments: [DType.float32, .float64])
  func alongAnAxisWithoutElements(_ dtype: DType) {
    let x = Tensor.zeros([3, 0], dtype: dtype)
    #expect(softmax(x) == x && logSoftmax(x) == x && softmax(x, along: 0) == x)
    let nothing = Tensor(filledWith: -.infinity, [3], dtype: dtype)
    #expect(x.logSumExp(along: 1) == nothing)
    #expect(x.logSumExp(along: -1, keepingDimensions: true) == nothing.expanded(at: 1))
    #expect(x.logSumExp(along: 0).shape == [0])
    #expect(x.sum(along: 1) == Tensor.zeros([3], dtype: dtype))
    for function: (Tensor) -> Tensor in [
      { softmax($0).sum() }, { logSoftmax($0).sum() }, { $0.logSumExp(along: 1).sum() },
    ] {
      #expect(gradient(at: x) { function($0) } == x)
    }
  }
}
