import CKernels
import Glibc
import Synchronization

/// The buffer of a tensor: contiguous, 64-byte aligned, taken from a pool and returned to it.
///
/// Tensors share a buffer until one of them is mutated.
final class Storage: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let count: Int
  let dtype: DType
  private let isPooled: Bool

  /// Creates a buffer whose contents are undefined.
  init(count: Int, dtype: DType) {
    self.count = count
    self.dtype = dtype
    pointer = BufferPool.shared.take(byteCount: count * dtype.byteCount)
    isPooled = true
  }

  /// Uses memory that belongs to others and outlives the buffer.
  init(borrowing memory: UnsafeMutableRawPointer, count: Int, dtype: DType) {
    (pointer, self.count, self.dtype, isPooled) = (memory, count, dtype, false)
  }

  deinit {
    if isPooled { BufferPool.shared.giveBack(pointer, byteCount: count * dtype.byteCount) }
  }
}

/// Unused buffers, kept by size.
///
/// A fresh large buffer costs a page fault for every 4 KiB, more than most operations on it; so no
/// buffer is returned to the system, and a training step in its steady state allocates none. Sizes
/// are rounded up to a quarter of a power of two, so at most a fifth of a buffer is unused.
///
/// Workers prefer their own buffers: what a worker has written is in the caches of its processor,
/// and another one would have to fetch it line by line.
final class BufferPool: Sendable {
  static let shared = BufferPool()

  /// Pointers are not Sendable; the lock makes sharing them safe.
  private struct State: @unchecked Sendable {
    /// The free buffers by worker, with all other threads in the first place, and by size class.
    var free: [[[UnsafeMutableRawPointer]]] = []
    var slab = Slab()

    /// Takes one of the worker's own buffers, or another thread's if it has none.
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

  /// The number of bytes allocated from the system so far.
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

  /// The number of the size class that holds `byteCount` bytes, and its capacity: at least 64
  /// bytes, then four steps per doubling.
  static func sizeClass(of byteCount: Int) -> (index: Int, capacity: Int) {
    let units = max(4, (byteCount + 15) / 16)
    let exponent = Int.bitWidth - (units - 1).leadingZeroBitCount - 1  // of the power below
    let quarter = 1 << max(0, exponent - 2)
    let steps = (units + quarter - 1) / quarter
    return (exponent * 4 + steps, steps * quarter * 16)
  }
}

/// A pointer that is passed into or out of a lock.
private struct Address: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  init(_ pointer: UnsafeMutableRawPointer) { self.pointer = pointer }
}

/// Large blocks of memory from which buffers are cut permanently.
///
/// They use large pages, because a step touches tens of megabytes.
private struct Slab {
  private static let pageSize = 2 << 20
  private static let size = 4 * pageSize
  private static let alignment = 64

  private var next = UnsafeMutableRawPointer(bitPattern: alignment)
  private var left = 0
  private(set) var allocatedBytes = 0

  /// Cuts off a 64-byte aligned buffer.
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

/// Asks the system to back memory that is not filled yet with pages of 2 MiB, as far as available.
///
/// Looking up the physical address of each 4 KiB takes time, more so on a virtual machine. Large
/// pages pay off for tables of many megabytes from which `Tensor(bytes:rows:rowLength:)` draws.
/// This is only a hint: results do not depend on it, only the time does.
public func adviseLargePages(for memory: UnsafeMutableRawBufferPointer) {
  guard let start = memory.baseAddress else { return }
  let pageSize = 4_096
  let aligned = start.alignedUp(toMultipleOf: pageSize)
  let byteCount = memory.count - (aligned - start)
  if byteCount >= pageSize { madvise(aligned, byteCount, MADV_HUGEPAGE) }
}
