import CKernels
import Testing

@testable import Tensor

@Suite struct MatrixProductTests {
  private static let flags: [(Bool, Bool)] = [
    (false, false), (true, false), (false, true), (true, true),
  ]

  @Test(arguments: flags)
  func gradients(_ flags: (left: Bool, right: Bool)) {
    let random = Random(seed: 7)
    for batch in [[], [2]] {
      let a = random.normal(batch + (flags.left ? [4, 3] : [3, 4]), dtype: .float64)
      let b = random.normal(batch + (flags.right ? [5, 4] : [4, 5]), dtype: .float64)
      let check = checkGradient(
        of: { $0[0].matmul($0[1], transposeLeft: flags.left, transposeRight: flags.right) },
        at: [a, b])
      #expect(check.passes(), "\(batch) \(flags): \(check)")
    }
  }

  @Test func affineGradients() {
    let random = Random(seed: 8)
    let check = checkGradient(
      of: { affine($0[0], $0[1], $0[2]) },
      at: [[3, 4], [4, 5], [5]].map { random.normal($0, dtype: .float64) })
    #expect(check.passes(), "\(check)")
  }

  @Test(arguments: flags)
  func againstNaiveLoops(_ flags: (left: Bool, right: Bool)) {
    let random = Random(seed: 9)
    for (m, n, k) in [
      (1, 1, 1), (6, 1, 19), (9, 4, 8), (3, 5, 7), (130, 67, 33), (67, 260, 129), (2, 300, 700),
    ] {
      let a = random.normal(flags.left ? [k, m] : [m, k])
      let b = random.normal(flags.right ? [n, k] : [k, n])
      let product = a.matmul(b, transposeLeft: flags.left, transposeRight: flags.right).doubles
      let (x, y) = (a.doubles, b.doubles)
      for (i, j) in [(0, 0), (m - 1, n - 1), (m / 2, n / 3)] {
        let expected = (0..<k).map { l in
          x[flags.left ? l * m + i : i * k + l] * y[flags.right ? j * k + l : l * n + j]
        }.reduce(0, +)
        #expect(Swift.abs(product[i * n + j] - expected) < 1e-3)
      }
    }
  }

  /// The single-precision loop, compared with OpenBLAS in double precision, at sizes around its
  /// blocks.
  @Test(arguments: flags)
  func singleAgainstDoublePrecision(_ flags: (left: Bool, right: Bool)) {
    let random = Random(seed: 14)
    for (m, n, k) in [
      (1, 1, 300), (5, 15, 255), (6, 16, 256), (7, 17, 257), (121, 33, 513), (13, 250, 9),
      (250, 12, 31), (300, 300, 64),
    ] {
      let a = random.normal(flags.left ? [k, m] : [m, k])
      let b = random.normal(flags.right ? [n, k] : [k, n])
      let single = a.matmul(b, transposeLeft: flags.left, transposeRight: flags.right)
      let double = a.converted(to: .float64).matmul(
        b.converted(to: .float64), transposeLeft: flags.left, transposeRight: flags.right)
      let error = abs(single.converted(to: .float64) - double).max().scalar
      #expect(error < 2e-6 * Double(k).squareRoot() * 10, "\(m) \(n) \(k): \(error)")
    }
  }

  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_product_named(name, false) != nil }

  /// A wide product of doubles, whose left factor is packed, equals the products of its strips to
  /// the last bit.
  @Test(arguments: instructionSets, flags)
  func wideProductsOfDoubles(_ name: String, _ flags: (left: Bool, right: Bool)) throws {
    let product = try #require(ck_product_named(name, true)).pointee
    let random = Random(seed: 16)
    for (m, n, k) in [(14, 256, 9), (29, 261, 257), (171, 300, 40)] {
      let a = random.normal([m * k], dtype: .float64).doubles
      let b = random.normal([k * n], dtype: .float64).doubles
      let (aRow, aColumn) = flags.left ? (1, m) : (k, 1)
      let (bRow, bColumn) = flags.right ? (1, k) : (n, 1)
      var scratch = [Double](repeating: .nan, count: product.scratch_count(n))
      let before = random.normal([m * n], dtype: .float64).doubles
      var (whole, strips) = (before, before)
      func subtract(_ c: inout [Double], _ columns: Range<Int>) {
        let first = columns.lowerBound
        b.withUnsafeBufferPointer { b in
          c.withUnsafeMutableBufferPointer { c in
            guard let b = b.baseAddress, let c = c.baseAddress else { return }
            product.subtract(
              a, aRow, aColumn, b + first * bColumn, bRow, bColumn, c + first, n, m, columns.count,
              k, &scratch)
          }
        }
      }
      subtract(&whole, 0..<n)
      for first in stride(from: 0, to: n, by: 48) { subtract(&strips, first..<min(n, first + 48)) }
      #expect(whole == strips, "\(name) \((m, n, k))")
      let (i, j) = (m - 1, n - 1)
      let sum = (0..<k).reduce(0.0) {
        $0 + a[i * aRow + $1 * aColumn] * b[$1 * bRow + j * bColumn]
      }
      #expect(Swift.abs(before[i * n + j] - sum - whole[i * n + j]) < 1e-12 * Double(k))
    }
  }

  @Test(arguments: [(2000, 2000), (1, 5), (337, 511), (336, 5130), (4097, 17)])
  func tilesCoverTheResultOnce(_ m: Int, _ n: Int) {
    let blocks = ProductTiles(m: m, n: n, rowUnit: 4, columnUnit: 16).blocks
    #expect(blocks.reduce(0) { $0 + $1.rows.count * $1.columns.count } == m * n)
    var corners: Set<[Int]> = []
    for (rows, columns) in blocks {
      #expect(rows.upperBound <= m && columns.upperBound <= n)
      #expect(rows.lowerBound % 4 == 0 && columns.lowerBound % 16 == 0)
      #expect(columns.count <= ProductTiles.mostColumns + 16)
      #expect((rows.count - 8) * (columns.count - 32) <= ProductTiles.mostElements)
      corners.insert([rows.lowerBound, columns.lowerBound])
    }
    #expect(corners.count == blocks.count)
  }

  /// Each instruction set's loop, compared with plain sums: alone, with a bias, and accumulating.
  @Test(arguments: instructionSets, flags)
  func ownProducts(_ name: String, _ flags: (left: Bool, right: Bool)) throws {
    let product = try #require(ck_product_named(name, false)).pointee
    let random = Random(seed: 15)
    for (m, n, k) in [(1, 1, 1), (14, 32, 8), (15, 33, 257), (29, 17, 321), (170, 47, 9)] {
      let a = random.normal([m * k]).scalars
      let b = random.normal([k * n]).scalars
      let bias = random.normal([n]).scalars
      let (aRow, aColumn) = flags.left ? (1, m) : (k, 1)
      let (bRow, bColumn) = flags.right ? (1, k) : (n, 1)
      var scratch = [Float](repeating: .nan, count: product.scratch_count(n))
      // A rectifier's results, for the backward pass through it, laid out like C.
      let results = random.normal([m * (n + 1)])
      let signs = results.scalars
      defer { withExtendedLifetime(results) {} }
      let columnSums = UnsafeMutablePointer<Float>.allocate(capacity: n)
      defer { columnSums.deallocate() }
      for (isBiased, accumulates, slope, isBack) in [
        (false, false, 1.0, false), (true, false, 1, false), (false, true, 1, false),
        (true, false, 0, false), (false, true, 0.25, false), (false, false, 0, true),
        (true, false, 0.25, true),
      ] {
        let rectifier = CKRectifier(slope: slope, results: isBack ? results.pointer : nil)
        // One column more than the product has, which must remain unchanged.
        var c = [Float](repeating: 2, count: m * (n + 1))
        product.multiply(
          a, aRow, aColumn, b, bRow, bColumn, isBiased ? bias : nil, &c, n + 1, m, n, k,
          accumulates, rectifier, CKColumnSums(sums: columnSums, block: 3), &scratch)
        for j in 0..<n {
          let expected = (0..<k).reduce(0) { $0 + Double(b[$1 * bRow + j * bColumn]) }
          #expect(Swift.abs(Double(columnSums[j]) - expected) < 1e-4, "\(name) \((m, n, k))")
        }
        var packed = [Float](repeating: .nan, count: product.packed_count(n, k))
        for block in 0..<product.block_count(k) {
          product.pack(b, bRow, bColumn, n, k, block, &packed)
        }
        var packedBias = [Float](repeating: .nan, count: product.packed_count(n, 1))
        product.pack(bias, n, 1, n, 1, 0, &packedBias)
        var again = [Float](repeating: 2, count: m * (n + 1))
        product.multiply_packed(
          a, (0..<m).map { $0 * aRow }, (0..<k).map { $0 * aColumn }, packed,
          isBiased ? packedBias : nil, &again, (0..<m).map { $0 * (n + 1) }, m, n, k, accumulates,
          rectifier)
        #expect(again == c)
        for i in 0..<m {
          for j in 0..<n {
            var expected = isBiased ? Double(bias[j]) : accumulates ? 2 : 0
            for l in 0..<k {
              expected += Double(a[i * aRow + l * aColumn]) * Double(b[l * bRow + j * bColumn])
            }
            let sign = isBack ? Double(signs[i * (n + 1) + j]) : expected
            if sign <= 0 { expected *= slope }
            let error = Swift.abs(Double(c[i * (n + 1) + j]) - expected)
            #expect(error < 2e-5 * Double(k).squareRoot(), "\(name) \((m, n, k)) at \((i, j))")
          }
          #expect(c[i * (n + 1) + n] == 2)
        }
      }
    }
  }

  @Test func affineIsTheProductPlusTheBias() {
    let random = Random(seed: 10)
    let (x, w, b) = (random.normal([37, 53]), random.normal([53, 41]), random.normal([41]))
    let difference = affine(x, w, b) - (x.matmul(w) + b)
    #expect(abs(difference).max().scalar < 1e-4)
  }

  @Test func sameBitsAtAnyNumberOfThreads() {
    let random = Random(seed: 11)
    // 33 units of columns: with two or more pieces, one is left over.
    let (a, b) = (random.normal([200, 300]), random.normal([300, 520]))
    expectSameAtAnyNumberOfThreads { [a.matmul(b), b.sum()] }
  }

  /// Where a part of the columns is shared by cutting its rows.
  @Test(arguments: [1, 2, 67])
  func affineOfLeftOverColumns(_ rows: Int) {
    let random = Random(seed: 19)
    let (x, weight) = (random.normal([rows, 700]), random.normal([700, 336]))
    let bias = random.normal([336])
    let expected =
      (x.converted(to: .float64).matmul(weight.converted(to: .float64))
        + bias.converted(to: .float64))
    let found = affine(x, weight, bias, rectifier: .leaky(0.25)).converted(to: .float64)
    let error = abs(found - leakyReLU(expected, slope: 0.25)).max().scalar
    #expect(error < 1e-3)
    #expect(found.shape == [rows, 336])
  }

  @Test func emptyProducts() {
    #expect(Tensor.zeros([2, 0]).matmul(Tensor.zeros([0, 3])) == Tensor.zeros([2, 3]))
    #expect(Tensor.zeros([0, 2]).matmul(Tensor.zeros([2, 3])).shape == [0, 3])
  }
}
