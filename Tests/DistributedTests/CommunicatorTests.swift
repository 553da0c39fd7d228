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

/// Right at any number of processes, of which several share memory on one machine.
@Suite(.serialized) struct SharedMemoryTests {
  private let world = Communicator.world

  @Test func partsCoverTheElements() {
    for count in [0, 1, 63, 64, 1_000] {
      let parts = (0..<world.size).map { world.part(of: count, for: $0) }
      #expect(parts.first?.lowerBound == 0 && parts.last?.upperBound == count)
      for (part, next) in zip(parts, parts.dropFirst()) {
        #expect(part.upperBound == next.lowerBound && part.upperBound.isMultiple(of: 64))
      }
    }
  }

  @Test(arguments: [1, 3]) func sumsAreThoseOfTheTree(_ perProcess: Int) throws {
    let count = perProcess * world.size
    let own = world.rank * perProcess..<(world.rank + 1) * perProcess
    func piece(_ index: Int, _ step: Int) -> [Tensor] {
      let random = Random(seed: UInt64(100 * step + index))
      return [random.uniform([700]), random.uniform([3, 2])]
    }
    let like = piece(0, 0)
    guard let sum = SharedSum(world, of: [[like[0]], [like[1]]], pieces: own, among: count) else {
      return #expect(!world.sharesMemory)
    }
    for step in 0..<3 {
      var branches = TreeSum<[Tensor]>(of: count)
      var expected = TreeSum<[Tensor]>(of: count)
      func added(_ a: [Tensor], _ b: [Tensor]) -> [Tensor] { zip(a, b).map { $0 + $1 } }
      for index in 0..<count {
        expected.add(piece(index, step), at: index, by: added)
        if own.contains(index) { branches.add(piece(index, step), at: index, by: added) }
      }
      for group in 0..<2 {
        sum.add(branches.branches.map { [$0.sum[group]] })
        sum.proceed()
      }
      #expect(sum.wait() == expected.branches[0].sum)
    }
  }

  @Test func allPartsReachAllProcesses() {
    let tensors = [Tensor.zeros([1_000]), Tensor.zeros([5])]
    guard let parts = SharedParts(world, of: tensors) else {
      return #expect(!world.sharesMemory)
    }
    for step in 1...3 {
      parts.begin()
      for (index, tensor) in tensors.enumerated() {
        parts.give(Tensor(filledWith: Double(10 * step + world.rank), tensor.shape), at: index)
      }
      parts.end()
      for (index, tensor) in tensors.enumerated() {
        let found = parts.tensor(index).scalars
        for rank in 0..<world.size {
          let part = world.part(of: tensor.count, for: rank)
          #expect(found[part].allSatisfy { $0 == Float(10 * step + rank) })
        }
      }
    }
  }
}
