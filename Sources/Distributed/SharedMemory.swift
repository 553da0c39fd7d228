#if MPI
  import CMPI
  import Glibc

  /// Memory that the processes of one machine share, initially zeros.
  ///
  /// It belongs to a file without a name, which the system removes when the processes end, however
  /// they end.
  final class SharedMemory {
    let start: UnsafeMutableRawPointer
    let byteCount: Int

    /// Creates memory that all processes see; all must call it.
    ///
    /// - Returns: Nil in all processes if some cannot see it, as on another machine.
    init?(byteCount: Int, _ channel: Channel) {
      let capacity = byteCount + MemoryLayout<UInt64>.size
      var file: Int32 = -1
      var memory: UnsafeMutableRawPointer?
      // Distinguishes this memory from another process's.
      let sign = UInt64.random(in: 1...UInt64.max)
      if channel.rank == 0 {
        file = cmpi_create_memory(capacity)
        memory = cmpi_map_memory(file, capacity)
        memory?.storeBytes(of: sign, toByteOffset: byteCount, as: UInt64.self)
      }
      var message = [UInt64(getpid()), UInt64(bitPattern: Int64(file)), sign]
      message.withUnsafeMutableBytes { channel.broadcast($0, from: 0) }
      if channel.rank > 0 {
        file = cmpi_open_memory(Int64(message[0]), Int32(truncatingIfNeeded: message[1]))
        memory = cmpi_map_memory(file, capacity)
      }
      let found = memory?.load(fromByteOffset: byteCount, as: UInt64.self)
      let isSeen = channel.gather([found == message[2] ? 1 : 0]).allSatisfy { $0 == [1] }
      if file >= 0 { close(file) }
      guard isSeen, let memory else {
        if let memory { munmap(memory, capacity) }
        return nil
      }
      (start, self.byteCount) = (memory, byteCount)
    }

    deinit { munmap(start, byteCount + MemoryLayout<UInt64>.size) }
  }

  /// Each process's progress, as a count in memory that all processes of a machine share.
  ///
  /// A process that reads a count also sees everything that the other process wrote before it set
  /// the count.
  struct SharedCounts {
    /// The bytes of a process's count: a cache line and its neighbour, which are fetched together.
    static let stride = 128
    private let start: UnsafeMutableRawPointer
    private let channel: Channel

    /// Counts from 0 in memory of ``stride`` bytes for each process.
    init(at start: UnsafeMutableRawPointer, _ channel: Channel) {
      (self.start, self.channel) = (start, channel)
    }

    /// The count of a process.
    func count(of rank: Int) -> Int { Int(cmpi_load(start + rank * Self.stride)) }

    /// Sets this process's count.
    func set(_ count: Int) { cmpi_store(start + channel.rank * Self.stride, Int64(count)) }

    /// Whether all processes have come to a count.
    func haveAllReached(_ count: Int) -> Bool {
      (0..<channel.size).allSatisfy { self.count(of: $0) >= count }
    }

    /// Waits until a process has come to a count.
    func wait(for rank: Int, toReach count: Int) {
      channel.wait {
        if self.count(of: rank) >= count { return true }
        cmpi_pause()
        return false
      }
    }
  }

  /// Numbers that the processes of a machine give each other, a few microseconds faster than by
  /// messages.
  final class SharedBoard {
    /// The most numbers of a process.
    static let capacity = 4_096
    private let channel: Channel
    private let memory: SharedMemory
    private let counts: SharedCounts
    private var round = 0

    /// Creates a board; nil if the processes are on several machines.
    init?(_ channel: Channel) {
      let counts = channel.size * SharedCounts.stride
      let byteCount = counts + 2 * channel.size * 8 * Self.capacity
      guard let memory = SharedMemory(byteCount: byteCount, channel) else { return nil }
      (self.channel, self.memory) = (channel, memory)
      self.counts = SharedCounts(at: memory.start, channel)
    }

    /// The numbers of all processes, by rank.
    func gather(_ values: [Double]) -> [[Double]] {
      round += 1
      place(of: channel.rank).update(from: values, count: values.count)
      counts.set(round)
      return (0..<channel.size).map { rank in
        counts.wait(for: rank, toReach: round)
        return Array(UnsafeBufferPointer(start: place(of: rank), count: values.count))
      }
    }

    /// The place of a process's numbers.
    ///
    /// Two places alternate: a process that is a round ahead must not overwrite what others still
    /// read.
    private func place(of rank: Int) -> UnsafeMutablePointer<Double> {
      let number = (round & 1) * channel.size + rank
      let start = memory.start + channel.size * SharedCounts.stride
      return start.assumingMemoryBound(to: Double.self) + number * Self.capacity
    }
  }
#endif
