import Tensor
import Testing

@Suite struct EigenTests {
  /// A symmetric matrix of random numbers.
  private func symmetric(_ n: Int) -> Tensor {
    let a = Random(seed: UInt64(n)).normal([n, n], dtype: .float64)
    return a + a.transposed()
  }

  @Test func twoByTwoByHand() {
    let a = Tensor([[2, 1], [1, 2]], dtype: .float64)
    let (values, vectors) = a.symmetricEigendecomposition()
    #expect(abs(values - Tensor([1, 3], dtype: .float64)).max().scalar < 1e-15)
    // (1, −1) / √2 and (1, 1) / √2, each as a column and up to its sign.
    let expected = Tensor([[0.5, 0.5], [0.5, 0.5]], dtype: .float64).doubles
    #expect(zip(square(vectors).doubles, expected).allSatisfy { Swift.abs($0 - $1) < 1e-15 })
    let v = vectors.doubles
    #expect(v[0] * v[2] < 0 && v[1] * v[3] > 0)
  }

  /// Sizes below and above 25, from which the routine uses divide and conquer, and 256, from which
  /// threads share the vectors.
  @Test(arguments: [1, 2, 3, 7, 24, 25, 26, 60, 131, 257])
  func vectorsAreOrthonormalAndTheMatrixIsDiagonalInThem(_ n: Int) {
    let a = symmetric(n)
    let (values, vectors) = a.symmetricEigendecomposition()
    #expect(values.shape == [n] && vectors.shape == [n, n])
    let size = abs(a).max().scalar * Double(n)
    #expect(abs(a.matmul(vectors) - vectors * values).max().scalar < 1e-13 * size)
    let products = vectors.matmul(vectors, transposeLeft: true)
    #expect(abs(products - Tensor.identity(n, dtype: .float64)).max().scalar < 1e-12)
    #expect(values.doubles == values.doubles.sorted())
  }

  /// The squares of such elements would underflow or overflow.
  @Test(arguments: [1e-300, 1e-170, 1e170, 1e300]) func tinyAndHugeElements(_ size: Double) {
    let (values, vectors) = (size * symmetric(7)).symmetricEigendecomposition()
    let (expected, expectedVectors) = symmetric(7).symmetricEigendecomposition()
    #expect(abs(values / size - expected).max().scalar < 1e-13)
    #expect(abs(abs(vectors) - abs(expectedVectors)).max().scalar < 1e-12)
  }

  @Test func theMatrixItselfStaysAsItWas() {
    let a = symmetric(5)
    let copy = Tensor(a.doubles, shape: a.shape, dtype: .float64)
    _ = a.symmetricEigendecomposition()
    #expect(a == copy)
  }

  @Test func repeatedAndZeroEigenvalues() {
    let identity = Tensor.identity(4, dtype: .float64)
    #expect(identity.symmetricEigendecomposition().values.doubles == [1, 1, 1, 1])
    let ones = Tensor.ones([3, 3], dtype: .float64).symmetricEigendecomposition().values.doubles
    #expect(zip(ones, [0, 0, 3]).allSatisfy { Swift.abs($0 - $1) < 1e-15 })
    let empty = Tensor.zeros([0, 0], dtype: .float64).symmetricEigendecomposition()
    #expect(empty.values.shape == [0] && empty.vectors.shape == [0, 0])
  }
}
