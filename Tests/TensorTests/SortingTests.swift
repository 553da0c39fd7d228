import Foundation
import Testing

@testable import Tensor

/// The package's order: −0 and 0 are equal, and NaN is larger than every number.
private func isLess(_ a: Double, _ b: Double) -> Bool { a < b || (b.isNaN && !a.isNaN) }

/// The indices that sort numbers, with equal numbers in their original order.
private func naiveOrder(_ numbers: [Double], descending: Bool) -> [Int] {
  numbers.indices.sorted {
    let (a, b) = descending ? (numbers[$1], numbers[$0]) : (numbers[$0], numbers[$1])
    return isLess(a, b) || (!isLess(b, a) && $0 < $1)
  }
}

private func bits(_ numbers: [Double]) -> [UInt64] {
  numbers.map { $0.isNaN ? 0 : $0.bitPattern }
}

@Suite struct SortingTests {
  /// Numbers with many equal ones, both zeros, both infinities, NaN of both signs and denormal ones.
  private static func numbers(_ count: Int, _ dtype: DType, seed: UInt64) -> Tensor {
    let random = Random(seed: seed)
    let special: [Double] = [0, -0.0, .infinity, -.infinity, .nan, -.nan, 1e-40, -1e-40, 1, 1]
    let scalars = random.normal([count], dtype: dtype).doubles.enumerated().map { index, number in
      index % 5 == 3 ? special[Int(random.uniform(in: 0..<10))] : number
    }
    return Tensor(scalars, shape: [count], dtype: dtype)
  }

  @Test(arguments: [DType.float32, .float64], [false, true])
  func againstNaiveSorts(_ dtype: DType, _ isDescending: Bool) {
    for count in [0, 1, 2, 15, 16, 17, 100, 511, 512, 513, 3_000, 70_001] {
      let x = Self.numbers(count, dtype, seed: UInt64(count))
      let values = x.doubles
      let order = naiveOrder(values, descending: isDescending)
      let name = "\(count) of \(dtype)"
      #expect(x.argsorted(descending: isDescending) == order, "\(name)")
      #expect(
        bits(x.sorted(descending: isDescending).doubles) == bits(order.map { values[$0] }),
        "\(name)")
      for k in [0, 1, 7, count / 2, count] where k <= count && count > 0 {
        let (largest, places) = x.topK(k, largest: isDescending)
        #expect(places == Array(order.prefix(k)), "\(k) of \(name)")
        #expect(bits(largest.doubles) == bits(order.prefix(k).map { values[$0] }))
      }
    }
  }

  @Test(arguments: [DType.float32, .float64])
  func alongAnAxis(_ dtype: DType) {
    let x = Self.numbers(4 * 50 * 3, dtype, seed: 5).reshaped(to: [4, 50, 3])
    for axis in 0..<3 {
      let (places, sorted) = (x.argsorted(along: axis), x.sorted(along: axis))
      let gathered = x.gatheredElements(at: places, along: axis)
      #expect(bits(gathered.doubles) == bits(sorted.doubles))
      let first = sorted.sliced(0..<2, along: axis)
      #expect(
        bits(x.topK(2, along: axis, largest: false).values.doubles) == bits(first.doubles))
      let normal = select(abs(x) .> 1e-30, x, x * 0)
      #expect(normal.topK(1, along: axis).indices == normal.argmax(along: axis))
      for line in 0..<4 where axis == 1 {
        let row = x.sliced(line..<line + 1).sliced(1..<2, along: 2).doubles
        let order = (0..<50).map { places[(line * 50 + $0) * 3 + 1] }
        #expect(order == naiveOrder(row, descending: false))
      }
    }
  }

  @Test(arguments: [DType.float32, .float64])
  func sameAtAnyNumberOfThreads(_ dtype: DType) {
    for shape in [[200_000], [3, 70_001], [500, 300]] {
      let x = Random(seed: 6).normal(shape, dtype: dtype)
      expectSameAtAnyNumberOfThreads { x.sorted() }
      expectSameAtAnyNumberOfThreads { x.argsorted() }
      expectSameAtAnyNumberOfThreads { x.topK(20).indices }
    }
  }

  /// Long rows, which all threads share: sorted, constant, with two values, and with one different
  /// value.
  @Test(arguments: [DType.float32, .float64])
  func longRowsOfFewValues(_ dtype: DType) {
    let count = 70_001
    let rows: [(Int) -> Double] = [
      { Double($0) }, { -Double($0) }, { _ in 2 }, { $0 % 3 == 0 ? 0 : -0.0 },
      { $0 == 40_000 ? -1 : 1 }, { Double($0 * 7_919 % 11) },
    ]
    for (number, row) in rows.enumerated() {
      let values = (0..<count).map(row)
      let x = Tensor(values, shape: [count], dtype: dtype)
      let order = naiveOrder(values, descending: false)
      #expect(x.argsorted() == order, "row \(number)")
      #expect(bits(x.sorted().doubles) == bits(order.map { values[$0] }), "row \(number)")
    }
  }

  /// Numbers whose keys differ only in their last bits, which do not fit next to the places.
  @Test(arguments: [100, 5_000, 70_001], [false, true])
  func numbersThatDifferInTheirLastBits(_ count: Int, _ isDescending: Bool) {
    let random = Random(seed: 11)
    let values = (0..<count).map { _ in 1 + random.uniform(in: 0..<9_000).rounded() * 0x1p-52 }
    let x = Tensor(values, shape: [count], dtype: .float64)
    let order = naiveOrder(values, descending: isDescending)
    #expect(x.argsorted(descending: isDescending) == order)
    expectSameAtAnyNumberOfThreads { x.argsorted(descending: isDescending) }
  }

  /// The values are the same if a gradient is computed, including the signs of zeros.
  @Test func valuesOnATape() {
    let x = Self.numbers(200, .float32, seed: 7)
    var taped = x
    _ = gradient(at: x) { x in
      taped = stopGradient(x.sorted())
      return taped.sum()
    }
    #expect(bits(taped.doubles) == bits(x.sorted().doubles))
  }

  @Test func searching() {
    let row = Tensor([1, 3, 3, 5, .nan])
    let numbers = Tensor([[3, 0, 9], [.nan, 5, .infinity]])
    #expect(row.searchSorted(numbers) == [1, 0, 4, 4, 3, 4])
    #expect(row.searchSorted(numbers, side: .right) == [3, 0, 4, 5, 4, 4])
    #expect(Tensor.zeros([0]).searchSorted(numbers) == [Int](repeating: 0, count: 6))
    #expect(row.searchSorted(Tensor.zeros([0])) == [])
    let random = Random(seed: 10)
    for dtype in [DType.float32, .float64] {
      let row = (random.normal([999], dtype: dtype) * 20).mapped({ $0.rounded() }) { _, dy in dy }
        .sorted()
      let numbers = random.normal([5_000], dtype: dtype) * 25
      let (sorted, sought) = (row.doubles, numbers.doubles)
      expectSameAtAnyNumberOfThreads { row.searchSorted(numbers) }
      #expect(row.searchSorted(numbers) == sought.map { v in sorted.count { $0 < v } })
      #expect(row.searchSorted(row, side: .right) == sorted.map { v in sorted.count { $0 <= v } })
    }
  }
}
