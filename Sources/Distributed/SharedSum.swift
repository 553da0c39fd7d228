import Tensor

extension Communicator {
  /// The elements, of a tensor with this many, for which a process works if the processes of a
  /// machine share the elements; by default this process.
  ///
  /// All but the last part are multiples of 64 elements, as loops are cut.
  public func part(of count: Int, for rank: Int? = nil) -> Range<Int> {
    func bound(_ rank: Int) -> Int { rank == size ? count : count * rank / size / 64 * 64 }
    let rank = rank ?? self.rank
    return bound(rank)..<bound(rank + 1)
  }

  /// Whether there are several processes, all on one machine, that see common memory.
  public var sharesMemory: Bool { channel?.sharesMemory ?? false }
}

/// The sums over many processes of tensors of the same shapes, step after step, in memory that the
/// processes of one machine share.
///
/// Each process adds up its part of the elements (``Communicator/part(of:for:)``) where the others
/// have left them, in the order of the tree, as ``PendingSum`` does by messages. All processes must
/// create it, and use it, in the same order.
public final class SharedSum {
  private let communicator: Communicator
  private let groups: [[Layout]]
  private let pieces: [Range<Int>]
  private let pieceCount: Int
  /// The number of sums over branches of the tree that a process has, by rank.
  private let branchCounts: [Int]
  private let dtype: DType
  /// The branches of a step that have been added, by group; kept until they are added up.
  private var added: [[[Tensor]]] = []
  /// The number of groups that have been added up.
  private var summed = 0
  /// The number of steps before this one.
  private var round = 0
  #if MPI
    private let memory: SharedMemory
    private let given: SharedCounts
    private let finished: SharedCounts
  #endif

  /// The place of a tensor's elements.
  private struct Layout {
    let shape: [Int]
    let count: Int
    /// The offset in bytes.
    let offset: Int
  }

  /// Prepares sums of groups of tensors; all of a group are added up at once.
  ///
  /// - Parameters:
  ///   - communicator: The processes.
  ///   - groups: Tensors of the shapes that are added up, all of one element type.
  ///   - own: The pieces of this process. Every process has the same number of pieces, and rank
  ///     r's follow rank r − 1's.
  ///   - pieceCount: The number of all pieces.
  /// - Returns: Nil in all processes if they cannot share memory, or for several element types.
  public init?(
    _ communicator: Communicator, of groups: [[Tensor]], pieces own: Range<Int>,
    among pieceCount: Int
  ) {
    #if MPI
      let dtypes = Set(groups.joined().map(\.dtype))
      guard let channel = communicator.channel, channel.sharesMemory, dtypes.count == 1,
        let dtype = dtypes.first
      else { return nil }
      let size = communicator.size
      self.communicator = communicator
      (self.dtype, self.pieceCount) = (dtype, pieceCount)
      pieces = (0..<size).map { $0 * own.count..<($0 + 1) * own.count }
      branchCounts = pieces.map { TreeSum<Void>.branches(of: $0, among: pieceCount).count }
      var end = 0
      self.groups = groups.map { group in
        group.map { tensor in
          defer { end += (tensor.count * dtype.byteCount + 63) / 64 * 64 }
          return Layout(shape: tensor.shape, count: tensor.count, offset: end)
        }
      }
      (blockSize, countsSize) = (end, size * SharedCounts.stride)
      let blocks = 1 + branchCounts.reduce(0, +)
      guard let memory = SharedMemory(byteCount: 2 * countsSize + blocks * end, channel) else {
        return nil
      }
      self.memory = memory
      given = SharedCounts(at: memory.start, channel)
      finished = SharedCounts(at: memory.start + countsSize, channel)
    #else
      return nil
    #endif
  }

  private let blockSize: Int
  private let countsSize: Int

  /// Waits until the others have used what this process added in the step before.
  public func begin() {
    #if MPI
      for rank in 0..<communicator.size { finished.wait(for: rank, toReach: round * groups.count) }
    #endif
  }

  /// A tensor in the memory from which the others take this process's only branch: if a tensor is
  /// computed there, after ``begin()``, adding it copies nothing.
  public func place(of index: Int, inGroup group: Int) -> Tensor? {
    #if MPI
      guard branchCounts[communicator.rank] == 1 else { return nil }
      let layout = groups[group][index]
      return Tensor(
        borrowing: block(0, of: communicator.rank) + layout.offset, layout.shape, dtype)
    #else
      return nil
    #endif
  }

  /// Adds the next group of this step: the sums over the branches formed by this process's pieces.
  public func add(_ branches: [[Tensor]]) {
    #if MPI
      let group = added.count
      begin()
      for (index, branch) in branches.enumerated() {
        let block = self.block(index, of: communicator.rank)
        for (layout, tensor) in zip(groups[group], branch) {
          precondition(
            tensor.shape == layout.shape && tensor.dtype == dtype,
            "SharedSum: expected \(dtype)\(layout.shape), found \(tensor.dtype)\(tensor.shape)")
          give(tensor, to: block + layout.offset)
        }
      }
      added.append(branches)
      given.set(round * groups.count + added.count)
    #endif
  }

  /// Adds up the groups that all processes have added, without waiting for others.
  public func proceed() {
    #if MPI
      while summed < added.count, given.haveAllReached(round * groups.count + summed + 1) {
        sumGroup()
      }
    #endif
  }

  /// Waits for the sums of this step and returns them, group after group.
  ///
  /// They are in the shared memory and stay valid until the sums of the next step are waited for.
  public func wait() -> [Tensor] {
    #if MPI
      precondition(
        added.count == groups.count,
        "SharedSum: expected \(groups.count) groups, found \(added.count)")
      while summed < groups.count {
        for rank in 0..<communicator.size {
          given.wait(for: rank, toReach: round * groups.count + summed + 1)
        }
        sumGroup()
      }
      for rank in 0..<communicator.size {
        finished.wait(for: rank, toReach: (round + 1) * groups.count)
      }
      (added, summed, round) = ([], 0, round + 1)
      return groups.joined().map {
        Tensor(borrowing: totals + $0.offset, $0.shape, dtype)
      }
    #else
      return []
    #endif
  }

  #if MPI
    private var totals: UnsafeMutableRawPointer { memory.start + 2 * countsSize }

    /// The memory of a process's branch.
    private func block(_ branch: Int, of rank: Int) -> UnsafeMutableRawPointer {
      totals + (1 + branchCounts[..<rank].reduce(0, +) + branch) * blockSize
    }

    /// Copies the parts of the other processes.
    private func give(_ tensor: Tensor, to memory: UnsafeMutableRawPointer) {
      let (own, width) = (communicator.part(of: tensor.count), dtype.byteCount)
      tensor.withUnsafeBytes { bytes in
        if bytes.baseAddress == UnsafeRawPointer(memory) { return }
        for part in [0..<own.lowerBound, own.upperBound..<tensor.count] where !part.isEmpty {
          let range = part.lowerBound * width..<part.upperBound * width
          UnsafeMutableRawBufferPointer(start: memory + range.lowerBound, count: range.count)
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
      }
    }

    /// Adds up this process's part of the next group.
    private func sumGroup() {
      for (index, layout) in groups[summed].enumerated() {
        let part = communicator.part(of: layout.count)
        guard !part.isEmpty else { continue }
        let offset = layout.offset + part.lowerBound * dtype.byteCount
        var total = Tensor(borrowing: totals + offset, [part.count], dtype)
        total.setToSum(of: branches(index, part, at: offset), among: pieceCount)
      }
      added[summed] = []
      summed += 1
      finished.set(round * groups.count + summed)
    }

    /// All branches of a tensor's part, with their pieces.
    private func branches(
      _ index: Int, _ part: Range<Int>, at offset: Int
    ) -> [(pieces: Range<Int>, sum: Tensor)] {
      pieces.indices.flatMap { rank in
        TreeSum<Void>.branches(of: pieces[rank], among: pieceCount).enumerated().map {
          number, range in
          let elements =
            rank == communicator.rank
            ? added[summed][number][index].lentElements(part)
            : Tensor(borrowing: block(number, of: rank) + offset, [part.count], dtype)
          return (range, elements)
        }
      }
    }
  #endif
}

#if MPI
  extension Tensor {
    /// Sets the elements, in place, to the sum of branches in the order of their tree.
    fileprivate mutating func setToSum(
      of branches: [(pieces: Range<Int>, sum: Tensor)], among pieceCount: Int
    ) {
      if branches.count == 2 { return setToSum(branches[0].sum, branches[1].sum) }
      var sum = TreeSum<Tensor>(of: pieceCount)
      for (range, branch) in branches { sum.add(branch, over: range, by: +) }
      giveBack(sum.branches[0].sum, to: 0..<count)
    }
  }
#endif
