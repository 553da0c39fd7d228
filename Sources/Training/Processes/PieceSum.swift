import Distributed
import NN
import Tensor

/// The sum, over all pieces of a batch, of the gradients of a module's parameters and of other
/// tensors that each piece has.
///
/// Parameters are in groups of about a megabyte. A group is added up over the processes as soon as
/// the gradients of this process's last piece are available, while those of earlier layers are
/// still being computed (Li and others 2020, "PyTorch distributed", section 3.2.3). The last
/// parameters come first, as their gradients do.
final class PieceSum {
  private let processes: Processes
  /// The indices of tensors that are sent together, in the order of sending.
  private let groups: [Range<Int>]
  private let parameterCount: Int
  /// The sum over this process's pieces: the gradients, then the other tensors.
  private var sum: TreeSum<[Tensor]>
  /// The gradients of the last piece that are available.
  private var last: [Tensor?] = []
  /// The number of groups whose sums have been started.
  private var startedCount = 0
  /// The sums of groups that have been started, by messages.
  private var pending: [PendingSum] = []
  /// The sums by shared memory, if the processes have any.
  private let shared: SharedSum?

  init(
    _ processes: Processes, for module: any Module, of parameters: [Tensor], and others: [Tensor]
  ) {
    self.processes = processes
    let count = parameters.count
    parameterCount = count
    groups =
      Self.groups(of: parameters).reversed()
      + Self.groups(of: others).map { $0.lowerBound + count..<$0.upperBound + count }
    sum = TreeSum(of: processes.pieceCount)
    let tensors = parameters + others
    shared = processes.sharedSum(for: module, groups.map { Array(tensors[$0]) })
    zeros = parameters.map { tensor in { Tensor.zeros(tensor.shape, dtype: tensor.dtype) } }
  }

  private let zeros: [() -> Tensor]

  /// Computes a piece's gradients; those of the last piece are sent as they become available.
  func observing<Result>(_ module: AnyObject, at piece: Int, _ body: () -> Result) -> Result {
    // Pieces that exchange numbers end together.
    guard processes.communicator.size > 1, !processes.hasPiecesThatMeet,
      piece == processes.own.upperBound - 1
    else { return body() }
    last = [Tensor?](repeating: nil, count: parameterCount)
    let shared = processes.own.count == 1 ? self.shared : nil
    shared?.begin()
    func place(of parameter: Int) -> Tensor? {
      guard let shared else { return nil }
      for (number, group) in groups.enumerated() where group.contains(parameter) {
        return shared.place(of: parameter - group.lowerBound, inGroup: number)
      }
      return nil
    }
    let observer = GradientObserver(of: module, places: place(of:)) { parameter, gradient in
      self.last[parameter] = gradient ?? self.zeros[parameter]()
      self.beginSums(at: piece)
      if let shared = self.shared { shared.proceed() } else { self.pending.last?.proceed() }
    }
    return GradientObserver.$requested.withValue(observer, operation: body)
  }

  /// Adds the tensors of a piece.
  func add(_ gradients: [Tensor], _ others: [Tensor], at piece: Int) {
    let lists = gradients + others
    let isLast = piece == processes.own.upperBound - 1
    guard processes.communicator.size > 1, isLast else {
      sum.add(lists, at: piece, by: added)
      return
    }
    last = lists
    beginSums(at: piece)
  }

  /// The sums over all pieces; the gradients are valid until the next ones of the module.
  func totals() -> (gradients: ArraySlice<Tensor>, others: ArraySlice<Tensor>) {
    var all = processes.communicator.size == 1 ? sum.branches[0].sum : last.compactMap(\.self)
    for (group, sum) in zip(groups, pending) { all.replaceSubrange(group, with: sum.wait()) }
    if let shared {
      var rest = shared.wait()[...]
      for group in groups {
        all.replaceSubrange(group, with: rest.prefix(group.count))
        rest = rest.dropFirst(group.count)
      }
      for index in all.indices.dropFirst(parameterCount) { all[index] = all[index].copied }
    }
    return (all[..<parameterCount], all[parameterCount...])
  }

  /// Starts the sums of the groups that are complete, in the same order in all processes.
  private func beginSums(at piece: Int) {
    while startedCount < groups.count {
      let group = groups[startedCount]
      guard group.upperBound <= last.count else { return }
      let tensors = last[group].compactMap(\.self)
      guard tensors.count == group.count else { return }
      var whole = TreeSum<[Tensor]>(of: processes.pieceCount)
      for (pieces, list) in sum.branches {
        whole.add(Array(list[group]), over: pieces, by: added)
      }
      whole.add(tensors, at: piece, by: added)
      startedCount += 1
      let branches = whole.branches.map(\.sum)
      if let shared {
        shared.add(branches)
        continue
      }
      pending.append(
        processes.communicator.beginSum(
          of: branches, pieces: processes.own, among: processes.pieceCount))
    }
  }

  /// Groups the indices of tensors that are sent together: of one type, about a megabyte each.
  private static func groups(of tensors: [Tensor]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var (start, size) = (0, 0)
    for (index, tensor) in tensors.enumerated() {
      if index > start, size + tensor.count > 1 << 18 || tensor.dtype != tensors[start].dtype {
        ranges.append(start..<index)
        (start, size) = (index, 0)
      }
      size += tensor.count
    }
    return ranges + (start < tensors.count ? [start..<tensors.count] : [])
  }
}

private func added(_ a: [Tensor], _ b: [Tensor]) -> [Tensor] { zip(a, b).map { $0 + $1 } }

extension Tensor {
  /// The same elements in memory of its own.
  var copied: Tensor {
    var copy = self
    copy.withMutableMemory { _ in }
    return copy
  }
}
