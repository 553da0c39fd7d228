import Tensor
import Testing

@testable import Evaluation

@Suite struct FeatureManifoldTests {
  /// Points 0, 1, 2, 3, 4 on a line: the third neighbours are at 3, 2, 2, 2, 3.
  private let line = Tensor([[0], [1], [2], [3], [4]])

  @Test func ballsReachToTheThirdNeighbour() {
    let manifold = FeatureManifold(of: line)
    #expect(manifold.share(of: Tensor([[-3], [7]])) == 1)
    #expect(manifold.share(of: Tensor([[-3.01], [7.01], [2.5]])) == 1.0 / 3)
  }

  @Test func onlySamplesOfAPartAreWithinButDoNotCover() throws {
    let random = Random(seed: 1)
    let whole = Tensor.concatenated([random.normal([300, 4]), random.normal([300, 4]) + 20])
    let part = random.normal([600, 4])
    let (precision, recall) = try #require(FeatureManifold.shares(of: part, and: whole))
    #expect(precision > 0.9 && precision <= 1)
    #expect(recall > 0.4 && recall < 0.55)
    let same = try #require(FeatureManifold.shares(of: whole, and: whole))
    #expect(same == (1, 1))
  }

  @Test func ofFewerThanFourThereIsNone() {
    #expect(FeatureManifold.shares(of: line.sliced(0..<3), and: line) == nil)
    #expect(FeatureManifold.shares(of: line, and: line.sliced(0..<4)) != nil)
  }
}
