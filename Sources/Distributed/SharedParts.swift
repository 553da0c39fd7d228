import Tensor

/// Tensors in memory that the processes of a machine share.
///
/// Each process changes its own part of every tensor (``Communicator/part(of:for:)``).
///
/// ```swift
/// parts.begin()                              // nobody reads the tensors any more
/// for index in tensors.indices { … }         // changes this process's part of parts.tensor(index)
/// parts.end()                                // all parts are there
/// ```
///
/// All processes must create it, and use it, in the same order.
public final class SharedParts {
  private let communicator: Communicator
  private let shapes: [[Int]]
  private let offsets: [Int]
  private let dtype: DType
  private var round = 0
  #if MPI
    private let memory: SharedMemory
    private let begun: SharedCounts
    private let ended: SharedCounts
    private let start: UnsafeMutableRawPointer
  #endif

  /// Prepares memory for tensors of these shapes, all of one element type.
  ///
  /// - Returns: Nil in all processes if they cannot share memory, or for several element types.
  public init?(_ communicator: Communicator, of tensors: [Tensor]) {
    #if MPI
      let dtypes = Set(tensors.map(\.dtype))
      guard let channel = communicator.channel, channel.sharesMemory, dtypes.count == 1,
        let dtype = dtypes.first
      else { return nil }
      self.communicator = communicator
      (shapes, self.dtype) = (tensors.map(\.shape), dtype)
      let counts = communicator.size * SharedCounts.stride
      let sizes = tensors.map { ($0.count * dtype.byteCount + 63) / 64 * 64 }
      offsets = Distributed.offsets(of: sizes)
      guard let memory = SharedMemory(byteCount: 2 * counts + sizes.reduce(0, +), channel)
      else { return nil }
      self.memory = memory
      begun = SharedCounts(at: memory.start, channel)
      ended = SharedCounts(at: memory.start + counts, channel)
      start = memory.start + 2 * counts
    #else
      return nil
    #endif
  }

  /// The tensor of this index in the shared memory; it changes when any process changes it.
  public func tensor(_ index: Int) -> Tensor {
    #if MPI
      Tensor(borrowing: start + offsets[index], shapes[index], dtype)
    #else
      preconditionFailure("SharedParts: expected shared memory")
    #endif
  }

  /// Whether a tensor is the one of this index in the shared memory.
  public func has(_ tensor: Tensor, at index: Int) -> Bool {
    #if MPI
      tensor.withUnsafeBytes { $0.baseAddress == UnsafeRawPointer(start + offsets[index]) }
    #else
      false
    #endif
  }

  /// Copies this process's part of a tensor to the one of this index.
  public func give(_ tensor: Tensor, at index: Int) {
    let part = communicator.part(of: tensor.count)
    var shared = self.tensor(index)
    if !part.isEmpty { shared.giveBack(tensor.lentElements(part), to: part) }
  }

  /// Waits until all processes have called it; after that, no process reads the tensors' old values.
  public func begin() {
    #if MPI
      begun.set(round + 1)
      for rank in 0..<communicator.size { begun.wait(for: rank, toReach: round + 1) }
    #endif
  }

  /// Waits until all processes have called it; after that, each process can read all new values.
  public func end() {
    #if MPI
      round += 1
      ended.set(round)
      for rank in 0..<communicator.size { ended.wait(for: rank, toReach: round) }
    #endif
  }
}
