import Tensor

/// A sum of tensors over many processes that is in progress.
///
/// Each process sums one part of the elements: it receives that part of the branches of all others,
/// adds them in the order of the tree, and sends the result to all (Thakur, Rabenseifner and Gropp
/// 2005, section 4.4: a reduce-scatter, then an all-gather). So if each of n processes has one
/// branch, 2 (n − 1)/n of the bytes leave each process, and the additions are shared evenly.
public final class PendingSum {
  private let shapes: [[Int]]
  private let dtype: DType
  private let communicator: Communicator
  /// The beginning of each process's part, and the end.
  private let bounds: [Int]
  private let pieces: [Range<Int>]
  private let pieceCount: Int
  /// The branches of this process, each with its tensors concatenated; kept while they are sent.
  private var branches: [Tensor]
  /// This process's part of all branches, by rank.
  private var parts: [[Tensor]] = []
  private var total: Tensor
  private var messages: [Message] = []
  private var collection: Message?
  /// The previously started sum, whose second half goes first.
  private var earlier: PendingSum?

  init(
    _ communicator: Communicator, _ lists: [[Tensor]], _ own: Range<Int>, _ pieceCount: Int
  ) {
    let size = communicator.size
    precondition(
      own.count * size == pieceCount && own.lowerBound == communicator.rank * own.count,
      "Communicator.sum: expected \(pieceCount) pieces cut among \(size) processes, found \(own)")
    pieces = (0..<size).map { $0 * own.count..<($0 + 1) * own.count }
    self.pieceCount = pieceCount
    self.communicator = communicator
    shapes = lists[0].map(\.shape)
    dtype = lists[0].first?.dtype ?? .float32
    branches = lists.map(joined)
    total = branches[0]
    let (count, dtype) = (total.count, dtype)
    bounds = (0...size).map { $0 * count / size }
    guard let channel = communicator.channel else { return }
    earlier = channel.lastSum
    channel.lastSum = self
    exchange(by: channel, dtype.byteCount)
  }

  /// Sends each process its part of this one's branches, and receives this process's part of
  /// theirs.
  private func exchange(by channel: Channel, _ width: Int) {
    let rank = communicator.rank
    let own = bounds[rank]..<bounds[rank + 1]
    for other in 0..<communicator.size {
      guard other != rank else {
        parts.append(branches.map { $0.sliced(own) })
        continue
      }
      let count = TreeSum<Void>.branches(of: pieces[other], among: pieceCount).count
      parts.append(
        (0..<count).map { _ in
          Tensor([own.count], dtype) { memory in
            messages.append(channel.receive(memory, from: other))
          }
        })
      let range = bounds[other] * width..<bounds[other + 1] * width
      for branch in branches {
        branch.withUnsafeBytes { bytes in
          messages.append(
            channel.send(UnsafeRawBufferPointer(rebasing: bytes[range]), to: other))
        }
      }
    }
  }

  /// Advances the messages without waiting for them.
  public func proceed() {
    guard let channel = communicator.channel, collection == nil else {
      _ = collection?.isComplete
      return
    }
    earlier?.proceed()
    if let earlier, earlier.collection == nil { return }
    // Which messages are complete depends on timing; the order of collecting must not.
    earlier = nil
    while let last = messages.last, last.isComplete { messages.removeLast() }
    guard messages.isEmpty else { return }
    collect(by: channel)
  }

  /// Sums this process's part and sends it to all.
  private func collect(by channel: Channel) {
    let (rank, width) = (communicator.rank, dtype.byteCount)
    var sum = TreeSum<Tensor>(of: pieceCount)
    for (pieces, parts) in zip(pieces, parts) {
      let ranges = TreeSum<Void>.branches(of: pieces, among: pieceCount)
      for (range, part) in zip(ranges, parts) { sum.add(part, over: range, by: +) }
    }
    (parts, branches) = ([], [])
    let own = sum.branches[0].sum
    let lengths = zip(bounds.dropFirst(), bounds).map { ($0 - $1) * width }
    let start = bounds[rank] * width
    total = Tensor([bounds[communicator.size]], dtype) { memory in
      own.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + lengths[rank]])
          .copyMemory(from: $0)
      }
      collection = channel.collect(memory.baseAddress, lengths, .sums)
    }
    if channel.lastSum === self { channel.lastSum = nil }
  }

  /// Waits for the sums and returns them, in the shapes of the tensors.
  public func wait() -> [Tensor] {
    if let channel = communicator.channel {
      channel.wait {
        self.proceed()
        return self.collection?.isComplete ?? false
      }
    } else {
      var sum = TreeSum<Tensor>(of: pieceCount)
      let ranges = TreeSum<Void>.branches(of: pieces[0], among: pieceCount)
      for (range, branch) in zip(ranges, branches) { sum.add(branch, over: range, by: +) }
      total = sum.branches[0].sum
    }
    let starts = offsets(of: shapes.map { $0.reduce(1, *) })
    return zip(shapes, starts).map { shape, start in
      total.sliced(start..<start + shape.reduce(1, *)).reshaped(to: shape)
    }
  }
}

/// The concatenated elements of tensors of one type.
private func joined(_ tensors: [Tensor]) -> Tensor {
  if tensors.count == 1 { return stopGradient(tensors[0]).reshaped(to: [tensors[0].count]) }
  let dtype = tensors.first?.dtype ?? .float32
  return Tensor([tensors.reduce(0) { $0 + $1.count }], dtype) { memory in
    var start = 0
    for tensor in tensors {
      precondition(tensor.dtype == dtype, "Communicator.sum: expected tensors of one type")
      tensor.withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + bytes.count])
          .copyMemory(from: bytes)
        start += bytes.count
      }
    }
  }
}
