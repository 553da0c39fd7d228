import NN
import Tensor
import Testing

@Suite struct EmbeddingTests {
  @Test func rowsOfTheTable() {
    let table = Embedding(4, 2, using: Random(seed: 0))
    table.weight = Tensor([[1, 2], [3, 4], [5, 6], [7, 8]])
    #expect(table([2, 0, 2]) == Tensor([[5, 6], [1, 2], [5, 6]]))
    #expect(table([]).shape == [0, 2])
    #expect("\(table)" == "Embedding(4, 2)  // 8 parameters")
  }

  @Test func aRowTakenTwiceHasTheSumOfBothGradients() {
    let table = Embedding(3, 2, using: Random(seed: 0))
    let weights = Tensor([[1, 2], [10, 20], [100, 200]])
    let (_, gradients) = valueWithGradient(of: table) { (table([2, 0, 2]) * weights).sum() }
    #expect(gradients["weight"] == Tensor([[10, 20], [0, 0], [101, 202]]))
  }

  @Test func gradients() {
    let table = Embedding(5, 3, using: Random(seed: 0))
    let check = checkGradient(of: table) { _ in square(table([4, 1, 1, 0])) }
    #expect(check.passes(), "\(check)")
  }

  @Test func beginsWithStandardNormalNumbers() {
    #expect(Embedding(9, 4, using: Random(seed: 2)).weight == Random(seed: 2).normal([9, 4]))
    let small = Embedding(
      9, 4, initializer: .normal(standardDeviation: 0.02), using: Random(seed: 2))
    #expect(small.weight == Random(seed: 2).normal([9, 4], standardDeviation: 0.02))
  }
}
