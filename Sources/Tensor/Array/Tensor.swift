import CKernels

/// An n-dimensional array of floating-point numbers, with its place on a tape if one is recording.
///
/// A tensor is a value: a copy never changes with the original. Its elements are stored
/// contiguously in row-major order.
///
/// ```swift
/// let x = Tensor([[1, 2], [3, 4]])   // shape [2, 2]
/// x.sum(along: 1).scalars            // [3, 7]
/// ```
///
/// A wrong shape is the programmer's error and stops the program with a message that names the
/// operation and the shapes.
public struct Tensor: Sendable {
  /// The size along each dimension; empty for a scalar.
  public let shape: [Int]

  /// The elements, shared until mutated.
  private(set) var storage: Storage

  /// The place of this value on a tape, if it is watched or computed from watched values.
  let place: Tape.Place?

  init(_ storage: Storage, shape: [Int], place: Tape.Place? = nil) {
    self.storage = storage
    self.shape = shape
    self.place = place
  }

  /// The type of the elements.
  public var dtype: DType { storage.dtype }

  /// The number of elements.
  public var count: Int { storage.count }

  /// The number of dimensions.
  public var rank: Int { shape.count }
}

// MARK: - Memory

extension Tensor {
  /// Creates a tensor whose elements an operation on another tensor writes.
  static func uninitialized(_ shape: [Int], _ dtype: DType) -> Tensor {
    Tensor(Storage(count: shape.elementCount(for: "Tensor"), dtype: dtype), shape: shape)
  }

  /// Creates a tensor whose elements `fill` writes; it receives the buffer and the number of
  /// elements.
  ///
  /// - Parameters:
  ///   - function: The name in a ``Profile``.
  ///   - reading: The number of elements read from operands.
  ///   - arithmetic: The number of additions and multiplications of a product.
  static func uninitialized(
    _ shape: [Int], _ dtype: DType, _ function: String = #function, reading: Int = 0,
    arithmetic: Int = 0, _ fill: (UnsafeMutableRawPointer, Int) -> Void
  ) -> Tensor {
    let storage = Storage(count: shape.elementCount(for: function), dtype: dtype)
    let bytes = (storage.count + reading) * dtype.byteCount
    Profile.noting(function, arithmetic: arithmetic, bytes: bytes) {
      fill(storage.pointer, storage.count)
    }
    return Tensor(storage, shape: shape)
  }

  /// Creates a tensor whose memory `fill` writes, with the elements in row-major order and native
  /// byte order.
  package init(
    _ shape: [Int], _ dtype: DType, bytes fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) rethrows {
    let storage = Storage(count: shape.elementCount(for: "Tensor"), dtype: dtype)
    try fill(
      UnsafeMutableRawBufferPointer(
        start: storage.pointer, count: storage.count * dtype.byteCount))
    self.init(storage, shape: shape)
  }

  /// Calls `body` with the elements' memory, in row-major order and native byte order.
  package func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try body(UnsafeRawBufferPointer(start: storage.pointer, count: count * dtype.byteCount))
  }

  /// The elements' memory, to be read while the tensor is alive.
  var pointer: UnsafeMutableRawPointer { storage.pointer }

  /// The memory of the element at `offset`.
  func pointer(at offset: Int) -> UnsafeMutableRawPointer {
    storage.pointer + offset * dtype.byteCount
  }

  /// Calls `body` with this tensor's own memory, which is copied first if another tensor shares it.
  ///
  /// The result is a new value without a place on a tape.
  public mutating func withMutableMemory<Result>(
    _ body: (UnsafeMutableRawPointer) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&storage) {
      let (copy, byteCount) = (Storage(count: count, dtype: dtype), count * dtype.byteCount)
      Profile.noting("copied", bytes: 2 * byteCount) {
        copy.pointer.copyMemory(from: storage.pointer, byteCount: byteCount)
      }
      storage = copy
    }
    if place != nil { self = Tensor(storage, shape: shape) }
    return try body(storage.pointer)
  }

  /// Creates a tensor that uses memory which it does not own.
  ///
  /// It is valid only while that memory exists, and always shows the memory's current contents.
  /// Changing it in place changes the memory.
  package init(borrowing memory: UnsafeMutableRawPointer, _ shape: [Int], _ dtype: DType) {
    let count = shape.elementCount(for: "Tensor")
    self.init(Storage(borrowing: memory, count: count, dtype: dtype), shape: shape)
  }

  /// A tensor of the elements in a range, `[range.count]`, in this tensor's memory, which must
  /// outlive it; it must not be changed in place.
  package func lentElements(_ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "lentElements: expected elements in 0 ..< \(count), found \(range)")
    return Tensor(borrowing: pointer(at: range.lowerBound), [range.count], dtype)
  }

  /// A tensor of the elements in a range, `[range.count]`, in this tensor's own memory, which must
  /// outlive it: changing one in place changes the other.
  package mutating func borrowedElements(_ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "borrowedElements: expected elements in 0 ..< \(count), found \(range)")
    let memory = withMutableMemory { $0 }
    return Tensor(borrowing: memory + range.lowerBound * dtype.byteCount, [range.count], dtype)
  }

  /// Gives the elements in a range the values of `borrowed`, which costs nothing if it still has
  /// this tensor's memory.
  package mutating func giveBack(_ borrowed: Tensor, to range: Range<Int>) {
    let first = withMutableMemory { $0 } + range.lowerBound * dtype.byteCount
    guard borrowed.pointer != first else { return }
    first.copyMemory(from: borrowed.pointer, byteCount: range.count * dtype.byteCount)
  }

  /// Changes the elements in place, in an operation that also reads this many other elements.
  mutating func change(
    _ function: String = #function, reading: Int, arithmetic: Int = 0,
    _ body: (UnsafeMutableRawPointer) -> Void
  ) {
    let bytes = (2 * count + reading) * dtype.byteCount
    withMutableMemory { memory in
      Profile.noting(function, arithmetic: arithmetic, bytes: bytes) { body(memory) }
    }
  }

  /// Adds `other`, of the same shape, in place if nothing else shares the memory.
  mutating func accumulate(_ other: Tensor) {
    if place == nil && other.place == nil && isKnownUniquelyReferenced(&storage) {
      let (count, dtype, add) = (count, dtype, dtype.kernels.pointee.accumulate)
      change(reading: count) { memory in
        parallel(over: count, grain: elementwiseGrain, of: dtype) {
          add(other.pointer, memory, $0, $1)
        }
      }
    } else {
      self = self + other
    }
  }

  /// Whether gradients flow to this value: it is watched, or computed from watched values.
  package var isOnTape: Bool { place != nil }

  /// The same value without a place on any tape.
  var untracked: Tensor { place == nil ? self : Tensor(storage, shape: shape) }
}

// MARK: - Elements

extension Tensor {
  /// The elements in row-major order, as `Float`.
  public var scalars: [Float] {
    let single = converted(to: .float32)
    return Array(
      UnsafeBufferPointer(start: single.pointer.assumingMemoryBound(to: Float.self), count: count))
  }

  /// The elements in row-major order, as `Double`: exact for both element types.
  public var doubles: [Double] {
    let double = converted(to: .float64)
    return Array(
      UnsafeBufferPointer(start: double.pointer.assumingMemoryBound(to: Double.self), count: count))
  }

  /// The only element of a tensor with a single element.
  public var scalar: Double {
    precondition(count == 1, "scalar: expected a tensor of one element, found shape \(shape)")
    switch dtype {
    case .float32: return Double(pointer.load(as: Float.self))
    case .float64: return pointer.load(as: Double.self)
    }
  }

  /// Whether every element is a finite number: neither infinite nor NaN.
  public var isFinite: Bool {
    Profile.noting(#function, bytes: count * dtype.byteCount) {
      dtype.kernels.pointee.all_finite(pointer, 0, count)
    }
  }

  /// The sum of the squares of all elements, added up in double precision, for reporting; no
  /// gradient flows through it.
  public var sumOfSquares: Double {
    let kernel = dtype.kernels.pointee.sum_of_squares
    return addedUp(reading: count, #function) { kernel(pointer, $0, $1) }
  }

  /// The sum over blocks of elements of the results of `body`.
  ///
  /// - Parameters:
  ///   - reading: The number of elements read.
  ///   - function: The name in a ``Profile``.
  func addedUp(reading: Int, _ function: String, _ body: (Int, Int) -> Double) -> Double {
    let length = 4 * elementwiseGrain
    let blocks = (count + length - 1) / length
    let partial = Tensor.uninitialized(
      [blocks], .float64, function, reading: reading * dtype.byteCount / 8
    ) { result, _ in
      let sums = result.assumingMemoryBound(to: Double.self)
      parallel(over: count, step: length, of: dtype) { begin, end in
        sums[begin / length] = body(begin, end)
      }
    }
    return partial.doubles.reduce(0, +)
  }

  /// The elements converted to another type; the gradient is converted back.
  public func converted(to target: DType) -> Tensor {
    if target == dtype { return self }
    let (source, count) = (dtype, count)
    let value = Tensor.uninitialized(shape, target, reading: count) { result, _ in
      switch target {
      case .float32:
        ck_convert_to_float(
          pointer.assumingMemoryBound(to: Double.self),
          result.assumingMemoryBound(to: Float.self), 0, count)
      case .float64:
        ck_convert_to_double(
          pointer.assumingMemoryBound(to: Float.self),
          result.assumingMemoryBound(to: Double.self), 0, count)
      }
    }
    return value.tracked(from: self) { _, dy in dy.converted(to: source) }
  }
}

extension Tensor: Equatable {
  /// Whether shape, element type and elements are equal (a NaN equals nothing).
  public static func == (a: Tensor, b: Tensor) -> Bool {
    guard a.shape == b.shape, a.dtype == b.dtype else { return false }
    return a.dtype == .float32 ? a.scalars == b.scalars : a.doubles == b.doubles
  }
}
