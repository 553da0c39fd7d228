import Tensor

/// The cooperating processes of a program, and their messages.
///
/// By default there is one process: then every operation returns its argument, and nothing is
/// started. Several processes are started by MPI, if the package was built with the trait `MPI`:
/// `mpirun -n 4 pushforward train vae`.
///
/// ```swift
/// let processes = Communicator.world
/// let total = processes.sum([loss])[0]
/// if processes.isFirst { print(total) }
/// ```
///
/// All processes must call the same operations in the same order, from one thread. Sums are
/// computed in the order of the ranks, or of the pieces, and so are the same from run to run.
public final class Communicator {
  /// The number of this process, from 0.
  public let rank: Int
  /// The number of processes.
  public let size: Int
  let channel: Channel?

  /// Whether this is the process that writes and prints for all.
  public var isFirst: Bool { rank == 0 }

  /// A single process.
  public nonisolated(unsafe) static let alone = Communicator(nil)

  /// All processes that were started together; a single process if it was started alone.
  public nonisolated(unsafe) static let world = Communicator(Channel.start())

  private init(_ channel: Channel?) {
    self.channel = channel
    (rank, size) = (channel?.rank ?? 0, channel?.size ?? 1)
  }

  // MARK: Numbers

  /// The numbers of all processes, the same number from each, by rank.
  public func gather(_ values: [Double]) -> [[Double]] {
    channel?.gather(values) ?? [values]
  }

  /// The sums of the numbers of all processes, in the order of their ranks.
  public func sum(_ values: [Double]) -> [Double] {
    let all = gather(values)
    return all.dropFirst().reduce(all[0]) { zip($0, $1).map { $0 + $1 } }
  }

  /// Waits until all processes have reached this point.
  public func barrier() { _ = gather([0.0]) }

  // MARK: Bytes and texts

  /// The bytes of the process `root`, in all processes; the arguments of the others are ignored,
  /// including their length.
  public func broadcast(_ bytes: [UInt8], from root: Int = 0) -> [UInt8] {
    guard let channel else { return bytes }
    let count = Int(gather([Double(bytes.count)])[root][0])
    var result = rank == root ? bytes : [UInt8](repeating: 0, count: count)
    result.withUnsafeMutableBytes { channel.broadcast($0, from: root) }
    return result
  }

  /// The bytes of each process, of any length, by rank.
  public func gather(_ bytes: [UInt8]) -> [[UInt8]] {
    guard let channel else { return [bytes] }
    let lengths = gather([Double(bytes.count)]).map { Int($0[0]) }
    let starts = offsets(of: lengths)
    var all = [UInt8](repeating: 0, count: lengths.reduce(0, +))
    all.replaceSubrange(starts[rank]..<starts[rank] + bytes.count, with: bytes)
    all.withUnsafeMutableBytes { channel.collect($0.baseAddress, lengths, .work).wait() }
    return zip(starts, lengths).map { Array(all[$0..<$0 + $1]) }
  }

  // MARK: Tensors

  /// The tensor of the process `root`, in all processes, whose own tensors must have its shape and
  /// type.
  public func broadcast(_ tensor: Tensor, from root: Int = 0) -> Tensor {
    guard let channel else { return tensor }
    var result = tensor
    let count = tensor.count * tensor.dtype.byteCount
    result.withMutableMemory {
      channel.broadcast(UnsafeMutableRawBufferPointer(start: $0, count: count), from: root)
    }
    return result
  }

  /// The sum of the tensors of all processes, of one shape and type, in the order of a fixed tree.
  public func sum(_ tensor: Tensor) -> Tensor {
    beginSum(of: [[tensor]], pieces: rank..<rank + 1, among: size).wait()[0]
  }

  /// Starts summing lists of tensors over pieces, of which each process has some.
  ///
  /// The messages proceed while this process computes, whenever ``PendingSum/proceed()`` is called.
  /// All processes must start their sums in the same order.
  ///
  /// - branches: The sums over the branches of the tree (``TreeSum``) formed by this process's
  ///     pieces, each a list of tensors of one element type; the lists have the same shapes.
  ///   - pieces: The pieces of this process: those of rank r follow those of rank r − 1, the same
  ///     number each.
  ///   - pieceCount: The number of all pieces.
  public func beginSum(
    of branches: [[Tensor]], pieces: Range<Int>, among pieceCount: Int
  ) -> PendingSum {
    PendingSum(self, branches, pieces, pieceCount)
  }
}

/// The offsets of adjacent blocks of these lengths.
func offsets(of lengths: [Int]) -> [Int] {
  lengths.indices.map { lengths[..<$0].reduce(0, +) }
}
