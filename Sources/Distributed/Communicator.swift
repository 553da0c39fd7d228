import Tensor

/// The processes of a program that work together, and their messages.
///
/// There is one process where nothing else is said: then every operation returns what it was given, and
/// nothing is started. Many are started by MPI, where the package was built with the trait `MPI`:
/// `mpirun -n 4 pushforward train vae`.
///
/// ```swift
/// let processes = Communicator.world
/// let total = processes.sum([loss])[0]
/// if processes.isFirst { print(total) }
/// ```
///
/// All processes call the same operations in the same order, from one thread. Sums are in the order of
/// the ranks, or of the pieces, and so the same from run to run.
public final class Communicator {
  /// The number of this process, from 0.
  public let rank: Int
  /// The number of processes.
  public let size: Int
  let channel: Channel?

  /// Whether this is the process that writes and prints for all.
  public var isFirst: Bool { rank == 0 }

  /// A process by itself.
  public nonisolated(unsafe) static let alone = Communicator(nil)

  /// All processes that were started together; a process by itself if it was started alone.
  public nonisolated(unsafe) static let world = Communicator(Channel.start())

  private init(_ channel: Channel?) {
    self.channel = channel
    (rank, size) = (channel?.rank ?? 0, channel?.size ?? 1)
  }

  // MARK: Numbers

  /// The numbers of all processes, as many of each, by rank.
  public func gather(_ values: [Double]) -> [[Double]] {
    guard let channel else { return [values] }
    let (rank, count) = (self.rank, values.count)
    let lengths = [Int](repeating: count * 8, count: size)
    var all = [Double](repeating: 0, count: count * size)
    all.replaceSubrange(rank * count..<(rank + 1) * count, with: values)
    all.withUnsafeMutableBytes { channel.collect($0.baseAddress, lengths, .work).wait() }
    return (0..<size).map { Array(all[$0 * count..<($0 + 1) * count]) }
  }

  /// The sums of the numbers of all processes, in the order of their ranks.
  public func sum(_ values: [Double]) -> [Double] {
    let all = gather(values)
    return all.dropFirst().reduce(all[0]) { zip($0, $1).map { $0 + $1 } }
  }

  /// Waits until all processes have come here.
  public func barrier() { _ = gather([0.0]) }

  // MARK: Bytes and texts

  /// What the process `root` has, in all processes; the others' own does not matter, not even its length.
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

  /// The tensor of the process `root`, in all processes, all of which have one of its shape and type.
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

  /// Begins to add up lists of tensors over the pieces of which each process has some.
  ///
  /// The messages go on while this process computes, whenever ``PendingSum/proceed()`` is called.
  /// Sums that are begun are in the same order in all processes.
  ///
  /// - Parameters:
  ///   - branches: The sums over the branches of the tree (``TreeSum``) that this process's pieces come to,
  ///     each a list of tensors of one element type; the lists have the same shapes.
  ///   - pieces: The pieces of this process: those of rank r are behind those of rank r − 1, and as many.
  ///   - pieceCount: The number of all pieces.
  public func beginSum(
    of branches: [[Tensor]], pieces: Range<Int>, among pieceCount: Int
  ) -> PendingSum {
    PendingSum(self, branches, pieces, pieceCount)
  }
}

/// Where blocks of these lengths begin, one behind the other.
func offsets(of lengths: [Int]) -> [Int] {
  lengths.indices.map { lengths[..<$0].reduce(0, +) }
}
