import Distributed
import Tensor
import Testing

/// These tests hold for any number of processes: `scripts/check-mpi` runs them with one, two and
/// four.
@Suite(.serialized) struct CommunicatorTests {
  private let world = Communicator.world

  @Test func numbersAndTextsReachAllProcesses() {
    let (rank, size) = (world.rank, world.size)
    #expect(world.gather([Double(rank), 1]) == (0..<size).map { [Double($0), 1] })
    #expect(world.sum([Double(rank), 1]) == [Double(size * (size - 1) / 2), Double(size)])
    let texts = world.gather([UInt8](repeating: 7, count: rank))
    #expect(texts.map(\.count) == Array(0..<size))
    #expect(world.broadcast(world.isFirst ? [1, 2, 3] : []) == [1, 2, 3])
    #expect(world.broadcast(Tensor([Double(rank), 5])).scalars == [0, 5])
    world.barrier()
  }

  @Test(arguments: [DType.float32, .float64]) func tensorsAreAddedInOneOrder(_ dtype: DType) {
    let size = world.size
    // Tenths, whose sums depend on the order.
    let values = (0..<size).map { rank in
      Random(seed: UInt64(rank)).uniform([7, 3], dtype: dtype)
    }
    var expected = TreeSum<Tensor>(of: size)
    for (rank, value) in values.enumerated() { expected.add(value, at: rank, by: +) }
    #expect(world.sum(values[world.rank]).doubles == expected.branches[0].sum.doubles)
  }

  /// Six pieces are not a power of two, so a process has more than one branch of the tree.
  @Test(arguments: [1, 2, 3]) func sumsThatOverlapComeToTheSameAtAnyNumber(_ perProcess: Int) {
    let count = perProcess * world.size
    let own = world.rank * perProcess..<(world.rank + 1) * perProcess
    func pieces(_ sum: Int) -> [Tensor] {
      (0..<count).map { Random(seed: UInt64(100 * sum + $0)).uniform([5 + sum]) }
    }
    let sums = (0..<4).map { sum in
      var branches = TreeSum<Tensor>(of: count)
      for piece in own { branches.add(pieces(sum)[piece], at: piece, by: +) }
      let pending = world.beginSum(
        of: branches.branches.map { [$0.sum, -$0.sum] }, pieces: own, among: count)
      pending.proceed()
      return pending
    }
    for (index, sum) in sums.enumerated().reversed() {
      var expected = TreeSum<Tensor>(of: count)
      for (piece, value) in pieces(index).enumerated() {
        expected.add(value, at: piece, by: +)
      }
      let found = sum.wait()
      #expect(found[0].scalars == expected.branches[0].sum.scalars)
      #expect(found[1].scalars == (-expected.branches[0].sum).scalars)
    }
  }
}
