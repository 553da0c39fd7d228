import CKernels
import Glibc
import Synchronization

/// The buffer behind a tensor: contiguous, 64-byte aligned, from a pool and back to it.
///
/// Tensors share a buffer until one of them is mutated.
final class Storage: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let count: Int
  let dtype: DType

  /// Creates a buffer whose contents are undefined.
  init(count: Int, dtype: DType) {
    self.count = count
    self.dtype = dtype
    pointer = BufferPool.shared.take(byteCount: count * dtype.byteCount)
  }

  deinit {
    BufferPool.shared.giveBack(pointer, byteCount: count * dtype.byteCount)
  }
}

/// Buffers that wait for their next use, by size.
///
/// A fresh large buffer costs a page fault for every 4 KiB, more than most operations on it; so no
/// buffer goes back to the system, and a training step in its steady state allocates none. Sizes
/// are rounded up to a quarter of a power of two, so at most a fifth of a buffer is unused.
///
/// A worker's buffers wait for that worker first: what it has written is in the caches of its
/// processor, from where another one would fetch it line by line.
final class BufferPool: Sendable {
  static let shared = BufferPool()

  /// Pointers are not Sendable; the lock is what makes sharing them safe.
  private struct State: @unchecked Sendable {
    /// By worker, the first place for all other threads, and size class.
    var free: [[[UnsafeMutableRawPointer]]] = []
    var slab = Slab()

    /// The worker's own, or another thread's if it has none.
    mutating func takeFree(_ worker: Int, _ sizeClass: Int) -> UnsafeMutableRawPointer? {
      if let own = takeFrom(worker, sizeClass) { return own }
      for other in free.indices {
        if let buffer = takeFrom(other, sizeClass) { return buffer }
      }
      return nil
    }

    private mutating func takeFrom(_ worker: Int, _ sizeClass: Int) -> UnsafeMutableRawPointer? {
      guard worker < free.count, sizeClass < free[worker].count else { return nil }
      return free[worker][sizeClass].popLast()
    }
  }

  private let state = Mutex(State())

  /// How many bytes have been allocated from the system so far.
  var allocatedBytes: Int { state.withLock { $0.slab.allocatedBytes } }

  func take(byteCount: Int) -> UnsafeMutableRawPointer {
    let (index, capacity) = Self.sizeClass(of: byteCount)
    let worker = ck_worker_index()
    let address = state.withLock { state in
      Address(state.takeFree(worker, index) ?? state.slab.carve(capacity))
    }
    return address.pointer
  }

  func giveBack(_ pointer: UnsafeMutableRawPointer, byteCount: Int) {
    let (index, _) = Self.sizeClass(of: byteCount)
    let address = Address(pointer)
    let worker = ck_worker_index()
    state.withLock { state in
      while state.free.count <= worker { state.free.append([]) }
      while state.free[worker].count <= index { state.free[worker].append([]) }
      state.free[worker][index].append(address.pointer)
    }
  }

  /// The number of the size class that holds `byteCount` bytes, and its capacity: 64 bytes at the
  /// least, then four steps to each doubling.
  static func sizeClass(of byteCount: Int) -> (index: Int, capacity: Int) {
    let units = max(4, (byteCount + 15) / 16)
    let exponent = Int.bitWidth - (units - 1).leadingZeroBitCount - 1  // of the power below
    let quarter = 1 << max(0, exponent - 2)
    let steps = (units + quarter - 1) / quarter
    return (exponent * 4 + steps, steps * quarter * 16)
  }
}

/// A pointer on its way into or out of a lock.
private struct Address: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  init(_ pointer: UnsafeMutableRawPointer) { self.pointer = pointer }
}

/// Memory in large pieces from which buffers are cut, for good.
///
/// In large pages: a step goes through tens of megabytes.
private struct Slab {
  private static let pageSize = 2 << 20
  private static let size = 4 * pageSize
  private static let alignment = 64

  private var next = UnsafeMutableRawPointer(bitPattern: alignment)
  private var left = 0
  private(set) var allocatedBytes = 0

  /// Cuts off a buffer, 64-byte aligned.
  mutating func carve(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let byteCount = (byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
    if byteCount > Self.size / 2 { return allocate(byteCount) }
    guard let start = next, byteCount <= left else {
      let slab = allocate(Self.size)
      next = slab + byteCount
      left = Self.size - byteCount
      return slab
    }
    next = start + byteCount
    left -= byteCount
    return start
  }

  private mutating func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, Self.pageSize, byteCount) == 0, let pointer = memory else {
      preconditionFailure("Tensor: expected memory for \(byteCount) bytes, found less")
    }
    allocatedBytes += byteCount
    adviseLargePages(for: UnsafeMutableRawBufferPointer(start: pointer, count: byteCount))
    return pointer
  }
}

/// Asks the system to keep memory that is not filled yet in pages of 2 MiB, as far as it has them.
///
/// Looking up the physical place of each 4 KiB takes time, more of it on a virtual machine. It is worth
/// it for tables of many megabytes from which `Tensor(bytes:rows:rowLength:)` draws. It is a wish:
/// without it all is as before, but for the time.
public func adviseLargePages(for memory: UnsafeMutableRawBufferPointer) {
  guard let start = memory.baseAddress else { return }
  let pageSize = 4_096
  let aligned = start.alignedUp(toMultipleOf: pageSize)
  let byteCount = memory.count - (aligned - start)
  if byteCount >= pageSize { madvise(aligned, byteCount, MADV_HUGEPAGE) }
}
