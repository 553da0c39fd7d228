import Testing

@testable import Tensor

@Suite struct DecompositionTests {
  private func expectSame(_ a: Tensor, _ b: Tensor, within error: Double = 1e-12) {
    #expect(a.shape == b.shape)
    if a.count > 0 { #expect(abs(a - b).max().scalar < error) }
  }

  private static let shapes = [
    [1, 1], [4, 4], [7, 3], [3, 7], [1, 5], [5, 1], [60, 40], [3, 5, 4], [2, 2, 3, 6],
  ]

  @Test(arguments: shapes)
  func qr(_ shape: [Int]) throws {
    let a = Random(seed: 1).normal(shape, dtype: .float64)
    let factor = try QRFactor(of: a)
    let (q, r) = (factor.orthogonal, factor.upper)
    let k = min(shape[shape.count - 2], shape[shape.count - 1])
    expectSame(product(q, r), a)
    let ones = Tensor.identity(k, dtype: .float64).broadcast(to: Array(shape.dropLast(2)) + [k, k])
    expectSame(product(q, q, transposeLeft: true), ones)
    #expect(r == r.upperTriangle())
  }

  @Test(arguments: shapes)
  func svd(_ shape: [Int]) throws {
    let a = Random(seed: 2).normal(shape, dtype: .float64)
    let s = try SingularValueDecomposition(of: a)
    expectSame(product(s.left * s.values.expanded(at: -2), s.right, transposeRight: true), a)
    let k = min(shape[shape.count - 2], shape[shape.count - 1])
    let ones = Tensor.identity(k, dtype: .float64).broadcast(to: Array(shape.dropLast(2)) + [k, k])
    expectSame(product(s.left, s.left, transposeLeft: true), ones)
    expectSame(product(s.right, s.right, transposeLeft: true), ones)
    let values = s.values.reshaped(to: [-1, k]).sliced(0..<1).doubles
    #expect(values == values.sorted(by: >) && values.allSatisfy { $0 >= 0 })
  }

  @Test func eigenvectorsOfAStack() throws {
    let a = symmetricPart(Random(seed: 3).normal([2, 3, 5, 5], dtype: .float64))
    let e = try SymmetricEigendecomposition(of: a)
    expectSame(product(a, e.vectors), e.vectors * e.values.expanded(at: -2))
    let one = a.sliced(1..<2).sliced(2..<3, along: 1).reshaped(to: [5, 5])
    let values = try SymmetricEigendecomposition(of: one).values
    #expect(e.values.sliced(1..<2).sliced(2..<3, along: 1).doubles == values.doubles)
  }

  /// The four Penrose equations (1955).
  @Test(arguments: [[4, 4], [6, 3], [3, 6], [2, 5, 4]])
  func pseudoInverse(_ shape: [Int]) throws {
    let random = Random(seed: 4)
    let full = random.normal(shape, dtype: .float64)
    let low = product(
      random.normal(shape.dropLast() + [2], dtype: .float64),
      random.normal(Array(shape.dropLast(2)) + [2, shape[shape.count - 1]], dtype: .float64))
    for a in [full, low] {
      let p = try a.pseudoInverse(tolerance: 1e-10)
      expectSame(product(product(a, p), a), a)
      expectSame(product(product(p, a), p), p)
      expectSame(product(a, p), product(a, p).transposed())
      expectSame(product(p, a), product(p, a).transposed())
    }
    #expect(try Tensor.zeros([2, 3]).pseudoInverse() == .zeros([3, 2]))
    #expect(try Tensor.zeros([2, 0]).pseudoInverse().shape == [0, 2])
  }

  @Test func positiveSquareRoot() throws {
    let a = Tensor([[5, 4], [4, 5]], dtype: .float64)
    expectSame(try a.positiveSquareRoot(), Tensor([[2, 1], [1, 2]], dtype: .float64))
    // A matrix of rank 2.
    let factor = Random(seed: 5).normal([3, 6, 2], dtype: .float64)
    let low = product(factor, factor, transposeRight: true)
    let root = try low.positiveSquareRoot()
    expectSame(product(root, root), low)
    let error = #expect(throws: LinearAlgebraError.self) {
      try Tensor([[1, 0], [0, -1]], dtype: .float64).positiveSquareRoot()
    }
    #expect(
      error.map { "\($0)" } == "positiveSquareRoot: expected a positive semidefinite matrix, found"
        + " the eigenvalue -1.0")
    #expect(throws: LinearAlgebraError.self) {
      try Tensor([[-1e-9, 0], [0, -1e-9]], dtype: .float64).positiveSquareRoot()
    }
    #expect(try Tensor.zeros([2, 2]).positiveSquareRoot() == .zeros([2, 2]))
    // At the identity, the derivative of the square root is a half.
    let slope = try gradient(at: Tensor.identity(3, dtype: .float64)) {
      try $0.positiveSquareRoot().trace()
    }
    expectSame(slope, 0.5 * .identity(3, dtype: .float64))
  }

  @Test func whatIsNotFiniteOrNotSymmetricIsThrown() throws {
    let bad = Tensor.stacked([.identity(2), Tensor([[1, Double.nan], [0, 1]])])
    for (name, decompose) in [
      ("QRFactor", { _ = try QRFactor(of: bad) }),
      ("SingularValueDecomposition", { _ = try SingularValueDecomposition(of: bad) }),
      ("SymmetricEigendecomposition", { _ = try SymmetricEigendecomposition(of: bad) }),
      ("pseudoInverse", { _ = try bad.pseudoInverse() }),
      ("leastSquares", { _ = try bad.leastSquares(.zeros([2, 2])) }),
    ] as [(String, () throws -> Void)] {
      #expect(throws: LinearAlgebraError.notFinite(operation: name, index: [1])) { try decompose() }
    }
    let error = #expect(throws: LinearAlgebraError.self) {
      try SymmetricEigendecomposition(of: Tensor([[1, 2], [3, 4]]))
    }
    #expect(
      error.map { "\($0)" } == "SymmetricEigendecomposition: expected a symmetric matrix, found"
        + " elements that differ by 1.0 from those across the diagonal")
  }

  @Test func emptyMatrices() throws {
    #expect(try QRFactor(of: .zeros([3, 0])).orthogonal.shape == [3, 0])
    #expect(try QRFactor(of: .zeros([0, 3])).upper.shape == [0, 3])
    #expect(try SingularValueDecomposition(of: .zeros([2, 0, 3])).right.shape == [2, 3, 0])
    #expect(try SymmetricEigendecomposition(of: .zeros([0, 3, 3])).values.shape == [0, 3])
    #expect(try Tensor.zeros([0, 0]).positiveSquareRoot().shape == [0, 0])
  }

  @Test func sameBytesAtAnyNumberOfThreads() {
    let a = Random(seed: 9).normal([40, 12, 12], dtype: .float64)
    expectSameAtAnyNumberOfThreads {
      let (s, q) = (try? SingularValueDecomposition(of: a), try? QRFactor(of: a))
      let e = try? SymmetricEigendecomposition(of: symmetricPart(a))
      return [s?.left, s?.values, q?.orthogonal, e?.vectors, try? a.pseudoInverse()]
    }
  }
}

@Suite struct LeastSquaresTests {
  /// Longley's data (1967): a column of ones, the price deflator, national product, unemployed, armed
  /// forces, population and year; and the employed.
  private static let data: [[Double]] = [
    [60323, 83, 234_289, 2356, 1590, 107_608, 1947],
    [61122, 88.5, 259_426, 2325, 1456, 108_632, 1948],
    [60171, 88.2, 258_054, 3682, 1616, 109_773, 1949],
    [61187, 89.5, 284_599, 3351, 1650, 110_929, 1950],
    [63221, 96.2, 328_975, 2099, 3099, 112_075, 1951],
    [63639, 98.1, 346_999, 1932, 3594, 113_270, 1952],
    [64989, 99, 365_385, 1870, 3547, 115_094, 1953],
    [63761, 100, 363_112, 3578, 3350, 116_219, 1954],
    [66019, 101.2, 397_469, 2904, 3048, 117_388, 1955],
    [67857, 104.6, 419_180, 2822, 2857, 118_734, 1956],
    [68169, 108.4, 442_769, 2936, 2798, 120_445, 1957],
    [66513, 110.8, 444_546, 4681, 2637, 121_950, 1958],
    [68655, 112.6, 482_704, 3813, 2552, 123_366, 1959],
    [69564, 114.2, 502_601, 3931, 2514, 125_368, 1960],
    [69331, 115.7, 518_173, 4806, 2572, 127_852, 1961],
    [70551, 116.9, 554_894, 4007, 2827, 130_081, 1962],
  ]

  /// NIST's certified coefficients; the condition number is 5 · 10⁹, with which normal equations
  /// lose ten digits.
  @Test func longley() throws {
    let rows = Tensor(Self.data, dtype: .float64)
    let x = Tensor.concatenated(
      [.ones([16, 1], dtype: .float64), rows.sliced(1..<7, along: 1)], along: 1)
    let beta = try x.leastSquares(rows.sliced(0..<1, along: 1).squeezed(at: 1)).doubles
    let certified = [
      -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683,
      -1.03322686717359, -0.0511041056535807, 1829.15146461355,
    ]
    for (found, expected) in zip(beta, certified) {
      #expect(abs(found - expected) < 1e-7 * abs(expected))
    }
  }

  @Test func moreUnknownsThanEquations() throws {
    let random = Random(seed: 1)
    let (a, b) = (random.normal([3, 5], dtype: .float64), random.normal([3, 2], dtype: .float64))
    let x = try a.leastSquares(b)
    #expect(abs(a.matmul(x) - b).max().scalar < 1e-13)
    #expect(abs(x - (try a.pseudoInverse()).matmul(b)).max().scalar < 1e-13)
  }

  @Test func dependentColumnsAreThrown() throws {
    let a = Tensor([[1, 2], [2, 4], [3, 6]], dtype: .float64)
    let error = #expect(throws: LinearAlgebraError.self) {
      try Tensor.stacked([a, a]).leastSquares(.ones([2, 3], dtype: .float64))
    }
    #expect(
      error.map { "\($0)" }
        == "leastSquares: expected a matrix of rank 2, found 1, in the matrix at"
        + " [0]")
  }
}
