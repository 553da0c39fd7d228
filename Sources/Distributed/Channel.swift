#if MPI
  import CMPI
  import Glibc

  /// The messages between the processes of a program, using MPI.
  ///
  /// Nothing blocks inside MPI: a waiting process polls for its message, and meanwhile notices if
  /// another process has failed (``Ending``).
  final class Channel {
    /// The groups of messages: messages of one group are never confused with those of another,
    /// regardless of when they are sent.
    enum Group {
      case work, sums
    }

    let rank: Int
    let size: Int
    /// The most recently started sum, if its second half has not begun.
    weak var lastSum: PendingSum?
    private let work: MPI_Comm
    private let sums: MPI_Comm
    let notices: MPI_Comm
    /// The numbers that the processes of one machine share; nil for several machines.
    private var board: SharedBoard?

    private init(
      _ rank: Int32, _ size: Int32, _ work: MPI_Comm, _ sums: MPI_Comm, _ notices: MPI_Comm
    ) {
      (self.rank, self.size) = (Int(rank), Int(size))
      (self.work, self.sums, self.notices) = (work, sums, notices)
    }

    /// Starts MPI if a launcher has started this process, and prepares its end.
    ///
    /// - Returns: Nil for a single process.
    static func start() -> Channel? {
      guard Launch.announced != nil else { return nil }
      var (rank, size): (Int32, Int32) = (0, 1)
      var (work, sums, notices): (MPI_Comm?, MPI_Comm?, MPI_Comm?)
      guard cmpi_start(&rank, &size, &work, &sums, &notices) == MPI_SUCCESS, let work, let sums,
        let notices
      else { preconditionFailure("MPI could not be started") }
      let channel = size > 1 ? Channel(rank, size, work, sums, notices) : nil
      Ending.prepare(channel)
      if let channel, channel.gather([Launch.sharesMemory ? 1 : 0]).allSatisfy({ $0 == [1] }) {
        channel.board = SharedBoard(channel)
      }
      return channel
    }

    /// Polls until a condition holds.
    func wait(until isThere: () -> Bool) {
      var rounds = 0
      while !isThere() {
        rounds += 1
        if rounds % 64 == 0 { Ending.listen(to: self) }
        // Others may need this processor: after waiting for long, sleep.
        if rounds > 100_000 { usleep(200) } else if rounds > 2_000 { sched_yield() }
      }
    }

    /// Whether all processes see the same memory.
    var sharesMemory: Bool { board != nil }

    /// The numbers of all processes, the same number from each, by rank.
    func gather(_ values: [Double]) -> [[Double]] {
      let count = values.count
      if let board, count <= SharedBoard.capacity { return board.gather(values) }
      var all = [Double](repeating: 0, count: count * size)
      all.replaceSubrange(rank * count..<(rank + 1) * count, with: values)
      let lengths = [Int](repeating: count * 8, count: size)
      all.withUnsafeMutableBytes { collect($0.baseAddress, lengths, .work).wait() }
      return (0..<size).map { Array(all[$0 * count..<($0 + 1) * count]) }
    }

    // MARK: Messages

    /// Starts sending bytes, which must stay unchanged until then, to another process.
    func send(_ bytes: UnsafeRawBufferPointer, to other: Int, _ comm: MPI_Comm? = nil) -> Message {
      begun { cmpi_send(bytes.baseAddress, count(bytes.count), Int32(other), comm ?? sums, $0) }
    }

    /// Starts receiving bytes from another process.
    func receive(
      _ bytes: UnsafeMutableRawBufferPointer, from other: Int, _ comm: MPI_Comm? = nil
    ) -> Message {
      begun { cmpi_receive(bytes.baseAddress, count(bytes.count), Int32(other), comm ?? sums, $0) }
    }

    /// Broadcasts bytes of one process to all.
    func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) {
      // MPI counts in 32 bits.
      for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
        let block = UnsafeMutableRawBufferPointer(rebasing: bytes[start...].prefix(1 << 30))
        begun { cmpi_broadcast(block.baseAddress, count(block.count), Int32(root), work, $0) }
          .wait()
      }
    }

    /// Starts collecting blocks of these lengths, one from each process, which has its own in
    /// place.
    func collect(_ bytes: UnsafeMutableRawPointer?, _ lengths: [Int], _ group: Group) -> Message {
      // MPI owns the lists until the message is complete.
      let lists = lengths.map(count) + offsets(of: lengths).map(count)
      let memory = UnsafeMutablePointer<Int32>.allocate(capacity: lists.count)
      memory.initialize(from: lists, count: lists.count)
      let comm = group == .work ? work : sums
      let message = begun { cmpi_collect(bytes, memory, memory + size, comm, $0) }
      message.lists = memory
      return message
    }

    private func begun(_ start: (UnsafeMutablePointer<MPI_Request?>) -> Int32) -> Message {
      let message = Message(self)
      let code = start(message.request)
      precondition(code == MPI_SUCCESS, "MPI's error \(code)")
      return message
    }

    private func count(_ count: Int) -> Int32 {
      guard let count = Int32(exactly: count) else {
        preconditionFailure("Communicator: expected fewer than 2³¹ bytes, found \(count)")
      }
      return count
    }
  }

  /// A message in progress.
  final class Message {
    let request = UnsafeMutablePointer<MPI_Request?>.allocate(capacity: 1)
    var lists: UnsafeMutablePointer<Int32>?
    private let channel: Channel
    private var isKnownToBeComplete = false

    init(_ channel: Channel) {
      self.channel = channel
      request.initialize(to: nil)
    }

    deinit {
      // MPI still uses an incomplete message, which exists only when the process ends.
      guard isKnownToBeComplete else { return }
      request.deallocate()
      lists?.deallocate()
    }

    /// Whether it is complete.
    var isComplete: Bool {
      if isKnownToBeComplete { return true }
      cmpi_test(request, &isKnownToBeComplete)
      return isKnownToBeComplete
    }

    /// Waits until it is complete.
    func wait() { channel.wait { self.isComplete } }
  }
#else
  /// The messages between processes: there are none without MPI.
  struct Channel {
    private let none: Never

    enum Group {
      case work, sums
    }

    var rank: Int { switch none {} }
    var size: Int { switch none {} }
    var lastSum: PendingSum? {
      get { switch none {} }
      nonmutating set { switch none {} }
    }

    static func start() -> Channel? { nil }
    var sharesMemory: Bool { switch none {} }
    func gather(_ values: [Double]) -> [[Double]] { switch none {} }
    func wait(until isThere: () -> Bool) { switch none {} }
    func send(_ bytes: UnsafeRawBufferPointer, to other: Int) -> Message { switch none {} }
    func receive(_ bytes: UnsafeMutableRawBufferPointer, from other: Int) -> Message {
      switch none {}
    }
    func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) { switch none {} }
    func collect(_ bytes: UnsafeMutableRawPointer?, _ lengths: [Int], _ group: Group) -> Message {
      switch none {}
    }
  }

  /// A message: there are none without MPI.
  struct Message {
    private let none: Never
    var isComplete: Bool { switch none {} }
    func wait() { switch none {} }
  }
#endif
