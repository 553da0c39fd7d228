import CKernels
import Testing

@testable import Tensor

@Suite struct LUTests {
  /// Sizes around those of leaves and blocks.
  @Test(arguments: [1, 2, 4, 7, 8, 9, 33, 64, 100, 255, 256, 257, 400])
  func theFactorsAndWhatTheyGive(_ n: Int) throws {
    let random = Random(seed: UInt64(n))
    let a = random.normal([n, n], dtype: .float64)
    let factor = try LUFactor(of: a)
    let (lower, upper) = (factor.lower, factor.upper)
    #expect(lower.diagonal().doubles.allSatisfy { $0 == 1 })
    #expect(lower == lower.lowerTriangle() && upper == upper.upperTriangle())
    #expect(abs(lower).max().scalar <= 1)
    let exchanged = a.gatheredRows(at: factor.permutations[0])
    #expect(abs(lower.matmul(upper) - exchanged).max().scalar < 1e-13 * Double(n + 10))
    for columns in [1, 3, 300] {
      let b = random.normal([n, columns], dtype: .float64)
      #expect(abs(a.matmul(try factor.solve(b)) - b).max().scalar < 1e-8)
      let transposed = try factor.solve(b, transposed: true)
      #expect(abs(a.matmul(transposed, transposeLeft: true) - b).max().scalar < 1e-8)
    }
    let product = a.matmul(try factor.inverse())
    #expect(abs(product - .identity(n, dtype: .float64)).max().scalar < 1e-8)
  }

  @Test func determinantsByHand() throws {
    let a = Tensor([[0, 2], [1, 3]], dtype: .float64)
    #expect(try a.determinant().scalar == -2)
    #expect(try a.signAndLogDeterminant().sign.scalar == -1)
    // A product whose partial products overflow.
    let large = Tensor([1e200, 1e200, 1e-200, 3e-200], dtype: .float64).diagonalMatrix()
    #expect(abs(try large.determinant().scalar - 3) < 1e-15)
    let huge = (1e200 * Tensor.ones([4], dtype: .float64)).diagonalMatrix()
    #expect(try huge.determinant().scalar == .infinity)
    #expect(abs(try huge.signAndLogDeterminant().logDeterminant.scalar - 1842.0680743952366) < 1e-9)
    let singular = Tensor([[1, 2], [2, 4]], dtype: .float64)
    #expect(try singular.determinant().scalar == 0)
    let parts = try singular.signAndLogDeterminant()
    #expect(parts.sign.scalar == 0 && parts.logDeterminant.scalar == -.infinity)
    #expect(try Tensor.zeros([0, 0]).determinant().scalar == 1)
    #expect(try Tensor.zeros([2, 0, 0]).determinant().scalars == [1, 1])
    #expect(try Tensor([[3]]).determinant().scalar == 3)
  }

  /// There is no inverse, but cofactors exist.
  @Test func theGradientOfADeterminantThatIsZero() throws {
    let a = Tensor([[1, 2], [2, 4]], dtype: .float64)
    let slope = try gradient(at: a) { try $0.determinant() }
    #expect(slope.doubles == [4, -2, -2, 1])
    let zero = try gradient(at: Tensor([[0]], dtype: .float64)) { try $0.determinant().sum() }
    #expect(zero.doubles == [1])
    let none = Tensor.zeros([3, 3], dtype: .float64)
    #expect(try gradient(at: none) { try $0.determinant() } == none)
    let singular = Tensor([[1, 2, 3], [2, 4, 6], [1, 0, 1]], dtype: .float64)
    let check = checkGradient(
      of: { (try? $0[0].determinant()) ?? $0[0].sum() * .nan }, at: [singular])
    #expect(check.passes(), "\(check)")
  }

  @Test func aStackIsItsMatrices() throws {
    let a = Random(seed: 4).normal([3, 5, 7, 7], dtype: .float64)
    let b = Random(seed: 5).normal([3, 5, 7], dtype: .float64)
    let all = try a.solve(b)
    let one = try a.sliced(2..<3).sliced(1..<2, along: 1).reshaped(to: [7, 7])
      .solve(b.sliced(2..<3).sliced(1..<2, along: 1).reshaped(to: [7]))
    #expect(all.sliced(2..<3).sliced(1..<2, along: 1).doubles == one.doubles)
    #expect(try a.determinant().shape == [3, 5])
  }

  @Test func whatHasNoInverseIsThrown() throws {
    let singular = Tensor([[1, 2], [2, 4]], dtype: .float64)
    let error = #expect(throws: LinearAlgebraError.self) {
      try Tensor.stacked([.identity(2, dtype: .float64), singular])
        .solve(.zeros([2, 2, 1], dtype: .float64))
    }
    #expect(
      error.map { "\($0)" } == "solve: expected a matrix that has an inverse, found no pivot for"
        + " column 1, in the matrix at [1]")
    #expect(throws: LinearAlgebraError.singular(operation: "inverse", pivot: 1, index: [])) {
      try singular.inverse()
    }
    #expect(try LUFactor(of: singular).firstSingular == [])
    for bad in [Double.nan, .infinity] {
      let a = Tensor([[1, bad], [0, 1]], dtype: .float64)
      #expect(throws: LinearAlgebraError.notFinite(operation: "determinant", index: [])) {
        try a.determinant()
      }
      #expect(throws: LinearAlgebraError.notFinite(operation: "solve", index: [])) {
        try a.solve(.zeros([2], dtype: .float64))
      }
    }
    let triangle = Tensor([[1, 5], [0, 0]], dtype: .float64)
    let triangular = #expect(throws: LinearAlgebraError.self) {
      try triangle.solveTriangular(.zeros([2], dtype: .float64), .upper)
    }
    #expect(
      triangular.map { "\($0)" } == "solveTriangular: expected a matrix that has an inverse, found"
        + " no pivot for column 1")
  }

  @Test func sameBytesAtAnyNumberOfThreads() {
    let a = Random(seed: 7).normal([300, 300], dtype: .float64)
    let b = Random(seed: 8).normal([300, 130], dtype: .float64)
    expectSameAtAnyNumberOfThreads {
      let factor = try? LUFactor(of: a)
      return [factor?.lower, factor?.upper, try? factor?.solve(b), try? factor?.inverse()]
    }
  }

  @Test func emptyMatrices() throws {
    #expect(try Tensor.zeros([0, 0]).inverse().shape == [0, 0])
    #expect(try Tensor.zeros([0, 0]).solve(.zeros([0])).shape == [0])
    #expect(try Tensor.zeros([0, 2, 2]).solve(.zeros([0, 2, 3])).shape == [0, 2, 3])
  }
}
