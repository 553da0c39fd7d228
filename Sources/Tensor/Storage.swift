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
final class BufferPool: Sendable {
  static let shared = BufferPool()

  private static let alignment = 64

  private struct State {
    var free: [[UnsafeMutableRawPointer]] = []
    var allocatedBytes = 0
  }

  /// Pointers are not Sendable; the lock is what makes sharing them safe.
  private struct Unchecked: @unchecked Sendable {
    var state = State()
  }

  private let unchecked = Mutex(Unchecked())

  /// How many bytes have been allocated from the system so far.
  var allocatedBytes: Int { unchecked.withLock { $0.state.allocatedBytes } }

  func take(byteCount: Int) -> UnsafeMutableRawPointer {
    let (index, capacity) = Self.sizeClass(of: byteCount)
    let reused: UInt? = unchecked.withLock { unchecked in
      if index < unchecked.state.free.count, let pointer = unchecked.state.free[index].popLast() {
        return UInt(bitPattern: pointer)
      }
      unchecked.state.allocatedBytes += capacity
      return nil
    }
    if let reused, let pointer = UnsafeMutableRawPointer(bitPattern: reused) { return pointer }
    return .allocate(byteCount: capacity, alignment: Self.alignment)
  }

  func giveBack(_ pointer: UnsafeMutableRawPointer, byteCount: Int) {
    let (index, _) = Self.sizeClass(of: byteCount)
    let address = UInt(bitPattern: pointer)
    unchecked.withLock { unchecked in
      while unchecked.state.free.count <= index { unchecked.state.free.append([]) }
      if let pointer = UnsafeMutableRawPointer(bitPattern: address) {
        unchecked.state.free[index].append(pointer)
      }
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
