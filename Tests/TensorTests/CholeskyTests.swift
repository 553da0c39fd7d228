import CKernels
import Testing

@testable import Tensor

@Suite struct CholeskyTests {
  /// Sizes around those of leaves, blocks and tiles.
  @Test(arguments: [1, 2, 4, 16, 31, 32, 33, 65, 130, 255, 256, 300, 521])
  func theFactorAndWhatItGives(_ n: Int) throws {
    let random = Random(seed: UInt64(n))
    let a = positiveDefinite(random.normal([n, n], dtype: .float64))
    let factor = try CholeskyFactor(of: a)
    let size = abs(a).max().scalar
    let lower = factor.lower
    #expect(lower == lower.lowerTriangle())
    #expect(abs(lower.matmul(lower, transposeRight: true) - a).max().scalar < 1e-14 * size * 4)
    let b = random.normal([n, 3], dtype: .float64)
    #expect(abs(a.matmul(factor.solve(b)) - b).max().scalar < 1e-10)
    #expect(abs(lower.matmul(factor.whitened(b)) - b).max().scalar < 1e-11)
    let inverse = factor.inverse()
    #expect(inverse == inverse.transposed())
    #expect(abs(a.matmul(inverse) - .identity(n, dtype: .float64)).max().scalar < 1e-10)
  }

  /// Each instruction set's loop, for a whole vector of matrices and for fewer, compared with the
  /// loop for one.
  @Test(
    arguments: ["baseline", "AVX2", "AVX-512"].filter { (name: String) in
      ck_factors_named(name) != nil
    })
  func smallMatricesAtEachInstructionSet(_ name: String) throws {
    let factors = try #require(ck_factors_named(name)).pointee
    for n in [1, 2, 3, 4, 5, 8, 13, 16, 32] {
      let a = positiveDefinite(Random(seed: UInt64(n)).normal([9, n, n], dtype: .float64))
      var numbers = a.doubles
      // Elements above the diagonal are not read, and the last pivot of the fifth matrix is
      // negative.
      for matrix in 0..<9 {
        for i in 0..<n {
          for j in i + 1..<n { numbers[(matrix * n + i) * n + j] = .nan }
        }
      }
      numbers[5 * n * n - 1] = -1
      var (lower, minors) = (numbers, [Int](repeating: -1, count: 9))
      factors.cholesky_of_small(numbers, &lower, n, &minors, 0, 9)
      #expect(minors == [0, 0, 0, 0, n, 0, 0, 0, 0])
      for matrix in 0..<9 where matrix != 4 {
        let l = Tensor(
          Array(lower[matrix * n * n..<(matrix + 1) * n * n]), shape: [n, n], dtype: .float64)
        let one = a.sliced(matrix..<matrix + 1).squeezed(at: 0)
        #expect(l == l.lowerTriangle())
        let error = l.matmul(l, transposeRight: true) - one
        #expect(abs(error).max().scalar < 1e-14 * abs(one).max().scalar * 4, "\(name) \(n)")
      }
    }
  }

  @Test func aStackIsItsMatrices() throws {
    for n in [1, 3, 4, 6, 7, 16, 31, 40] {
      let a = positiveDefinite(Random(seed: 3).normal([11, n, n], dtype: .float64))
      let all = try CholeskyFactor(of: a)
      for i in [0, 7, 8, 10] {
        let one = try CholeskyFactor(of: a.sliced(i..<i + 1).squeezed(at: 0))
        #expect(all.lower.sliced(i..<i + 1).doubles == one.lower.doubles)
        #expect(all.inverse().sliced(i..<i + 1).doubles == one.inverse().doubles)
        #expect(all.logDeterminant.doubles[i] == one.logDeterminant.scalar)
      }
    }
  }

  @Test func whatIsNotPositiveDefiniteIsThrown() throws {
    func error(_ a: Tensor) -> LinearAlgebraError? {
      #expect(throws: LinearAlgebraError.self) { try CholeskyFactor(of: a) }
    }
    let indefinite = Tensor([[1, 2, 0], [2, 1, 0], [0, 0, 1]], dtype: .float64)
    let good = Tensor.identity(3, dtype: .float64)
    let found = error(indefinite)
    #expect(found == .notPositiveDefinite(operation: "CholeskyFactor", minor: 2, index: []))
    #expect(
      found.map { "\($0)" }
        == "CholeskyFactor: expected a positive definite matrix, found a leading"
        + " minor of order 2 that is not positive")
    let stack = Tensor.stacked([good, good, good, indefinite, indefinite, good])
      .reshaped(to: [2, 3, 3, 3])
    #expect(
      error(stack).map { "\($0)" } == "CholeskyFactor: expected a positive definite matrix, found a"
        + " leading minor of order 2 that is not positive, in the matrix at [1, 0]")
    for bad in [Double.nan, .infinity, -.infinity] {
      var numbers = good.doubles
      numbers[3] = bad
      let single = Tensor(numbers, shape: [3, 3], dtype: .float64)
      #expect(error(single) == .notFinite(operation: "CholeskyFactor", index: []))
      #expect(
        error(Tensor.stacked([good, single])).map { "\($0)" }
          == "CholeskyFactor: expected finite elements, found infinite ones or NaN, in the matrix at"
          + " [1]")
    }
    // Each order of the leading minor, for each way of computing.
    for (n, order) in [(4, 3), (40, 37), (300, 1), (300, 140), (300, 300)] {
      var numbers = Tensor.identity(n, dtype: .float64).doubles
      numbers[(order - 1) * (n + 1)] = -1
      let a = Tensor(numbers, shape: [n, n], dtype: .float64)
      #expect(
        error(a) == .notPositiveDefinite(operation: "CholeskyFactor", minor: order, index: []))
    }
  }

  @Test func jitterIsRaisedUntilItSufficesAndTold() throws {
    let singular = Tensor.ones([3, 3], dtype: .float64) - 1e-7 * .identity(3, dtype: .float64)
    let factor = try CholeskyFactor(of: singular, jitter: 1e-9...1e-3)
    #expect(abs(factor.jitter - 1e-6) < 1e-18)
    let rebuilt = factor.lower.matmul(factor.lower, transposeRight: true)
    let expected = singular + factor.jitter * .identity(3, dtype: .float64)
    #expect(abs(rebuilt - expected).max().scalar < 1e-15)
    #expect(throws: LinearAlgebraError.self) {
      try CholeskyFactor(of: singular, jitter: 1e-12...1e-8)
    }
    #expect(try CholeskyFactor(of: .identity(2), jitter: 1e-9...1e-3).jitter == 0)
  }

  @Test func float32GoesInAndOut() throws {
    let a = positiveDefinite(Random(seed: 5).normal([6, 6]))
    let factor = try CholeskyFactor(of: a)
    #expect(factor.lower.dtype == .float32 && factor.logDeterminant.dtype == .float32)
    let exact = try CholeskyFactor(of: a.converted(to: .float64)).solve(.ones([6], dtype: .float64))
    #expect(factor.solve(.ones([6])) == exact.converted(to: .float32))
  }

  @Test func emptyMatrices() throws {
    let factor = try CholeskyFactor(of: Tensor.zeros([0, 0], dtype: .float64))
    #expect(factor.lower.shape == [0, 0] && factor.logDeterminant.scalar == 0)
    #expect(factor.inverse().shape == [0, 0])
    #expect(factor.solve(.zeros([0, 2], dtype: .float64)).shape == [0, 2])
    #expect(try CholeskyFactor(of: Tensor.zeros([0, 3, 3])).logDeterminant.shape == [0])
    #expect(try CholeskyFactor(of: Tensor.identity(3)).solve(.zeros([3, 0])).shape == [3, 0])
  }

  @Test func shapesOfRightHandSides() throws {
    let random = Random(seed: 6)
    let a = positiveDefinite(random.normal([3, 3], dtype: .float64))
    let factor = try CholeskyFactor(of: a)
    let b = random.normal([2, 4, 3, 2], dtype: .float64)
    let x = factor.solve(b)
    let one = factor.solve(b.sliced(1..<2).sliced(2..<3, along: 1).reshaped(to: [3, 2]))
    #expect(x.shape == b.shape)
    let same = x.sliced(1..<2).sliced(2..<3, along: 1).reshaped(to: [3, 2])
    #expect(abs(same - one).max().scalar < 1e-15)
    let stack = try CholeskyFactor(of: positiveDefinite(random.normal([4, 3, 3], dtype: .float64)))
    #expect(stack.solve(random.normal([4, 3], dtype: .float64)).shape == [4, 3])
    #expect(stack.solve(random.normal([1, 3, 2], dtype: .float64)).shape == [4, 3, 2])
  }

  /// Cholesky factors, inverses, solves and products: a single different byte is an error.
  @Test(arguments: [40, 300, 700])
  func sameBytesAtAnyNumberOfThreads(_ n: Int) {
    let a = positiveDefinite(Random(seed: 7).normal([n, n], dtype: .float64))
    let b = Random(seed: 8).normal([n, 130], dtype: .float64)
    expectSameAtAnyNumberOfThreads {
      let factor = try? CholeskyFactor(of: a)
      return [factor?.lower, factor?.inverse(), factor?.solve(b), a.matmul(b)]
    }
  }

  @Test(arguments: ["AVX-512", "AVX2", "baseline"])
  func eachInstructionSet(_ name: String) throws {
    guard let factors = ck_factors_named(name)?.pointee else { return }
    for n in [1, 3, 8, 17, 32, 33, 64, 100, 193] {
      let a = positiveDefinite(Random(seed: UInt64(n)).normal([n, n], dtype: .float64))
      var scratch = [Double](repeating: .nan, count: factors.scratch_count(n, n))
      var l = a.doubles
      #expect(factors.cholesky(&l, n, n, &scratch) == 0)
      let lower = Tensor(l, shape: [n, n], dtype: .float64).lowerTriangle()
      let expected = try CholeskyFactor(of: a).lower
      #expect(abs(lower - expected).max().scalar < 1e-12, "\(name) \(n)")
      if n <= CK_SMALL_MATRIX {
        let three = Tensor.stacked([a, a, a])
        var (results, minors) = ([Double](repeating: .nan, count: three.count), [9, 9, 9])
        factors.cholesky_of_small(three.doubles, &results, n, &minors, 0, 3)
        #expect(minors == [0, 0, 0])
        #expect(zip(results[(2 * n * n)...], expected.doubles).allSatisfy { abs($0 - $1) < 1e-12 })
      }
      for columns in [1, 5, 67] {
        let b = Random(seed: 2).normal([n, columns], dtype: .float64)
        for (isLower, isTransposed) in [(true, false), (true, true), (false, false), (false, true)]
        {
          let t = isLower ? expected : expected.transposed()
          var x = b.doubles
          factors.solve(
            t.doubles, isTransposed ? 1 : n, isTransposed ? n : 1, isLower != isTransposed, false,
            &x, columns, n, columns, &scratch)
          let solution = Tensor(x, shape: [n, columns], dtype: .float64)
          let back = t.matmul(solution, transposeLeft: isTransposed)
          #expect(abs(back - b).max().scalar < 1e-11, "\(name) \((n, columns))")
        }
      }
    }
  }
}
