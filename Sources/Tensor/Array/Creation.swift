import CKernels

/// A value that a tensor can be created from: a number, or an array nested to any depth.
public protocol TensorConvertible {
  /// The shape of the tensor; a ragged array stops the program.
  var tensorShape: [Int] { get }
  /// Appends the numbers in row-major order.
  func appendScalars(to scalars: inout [Double])
}

extension TensorConvertible where Self: BinaryFloatingPoint {
  /// The shape of a scalar.
  public var tensorShape: [Int] { [] }
  /// Appends this number.
  public func appendScalars(to scalars: inout [Double]) { scalars.append(Double(self)) }
}

extension Float: TensorConvertible {}
extension Double: TensorConvertible {}
extension Int: TensorConvertible {
  /// The shape of a scalar.
  public var tensorShape: [Int] { [] }
  /// Appends this number.
  public func appendScalars(to scalars: inout [Double]) { scalars.append(Double(self)) }
}

extension Array: TensorConvertible where Element: TensorConvertible {
  /// The number of elements, then the elements' own shape.
  public var tensorShape: [Int] {
    if Element.self == Double.self { return [count] }
    let inner = first?.tensorShape ?? []
    for (index, element) in enumerated() {
      precondition(
        element.tensorShape == inner,
        "Tensor: expected elements of one shape, found \(inner) at 0 and \(element.tensorShape)"
          + " at \(index)")
    }
    return [count] + inner
  }
  /// Appends the elements' numbers in order.
  public func appendScalars(to scalars: inout [Double]) {
    if let numbers = self as? [Double] {
      scalars += numbers
    } else {
      for element in self { element.appendScalars(to: &scalars) }
    }
  }
}

extension Tensor {
  /// Creates a tensor from a number or nested arrays: `Tensor([[1, 2], [3, 4]])` has shape [2, 2].
  public init(_ values: some TensorConvertible, dtype: DType = .float32) {
    var scalars: [Double] = []
    let shape = values.tensorShape
    values.appendScalars(to: &scalars)
    self.init(scalars, shape: shape, dtype: dtype)
  }

  /// Creates a tensor of the given shape from its elements in row-major order.
  public init(_ scalars: [Double], shape: [Int], dtype: DType = .float32) {
    Self.checkCount(scalars.count, shape)
    let double = Tensor.uninitialized(shape, .float64, "array") { result, _ in
      scalars.withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(start: result, count: bytes.count).copyMemory(from: bytes)
      }
    }
    self = double.converted(to: dtype)
  }

  /// Creates a tensor of the given shape from its elements in row-major order.
  public init(_ scalars: [Float], shape: [Int], dtype: DType = .float32) {
    Self.checkCount(scalars.count, shape)
    let single = Tensor.uninitialized(shape, .float32, "array") { result, _ in
      scalars.withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(start: result, count: bytes.count).copyMemory(from: bytes)
      }
    }
    self = single.converted(to: dtype)
  }

  /// Creates a tensor of chosen rows of a table of bytes: element = byte / `maximum`.
  ///
  /// - Parameters:
  ///   - bytes: The table, row after row.
  ///   - rows: The indices of the rows, in the desired order.
  ///   - rowLength: The number of bytes in a row.
  ///   - maximum: The byte that becomes 1.
  ///   - dtype: The type of the elements.
  /// - Returns: A tensor of shape `[rows.count, rowLength]`.
  public init(
    bytes: [UInt8], rows: some Collection<Int>, rowLength: Int, maximum: Double = 255,
    dtype: DType = .float32
  ) {
    let rows = Array(rows)
    let available = rowLength > 0 ? bytes.count / rowLength : 0
    for row in rows {
      precondition(
        row >= 0 && row < available,
        "Tensor(bytes:): expected rows in 0 ..< \(available), found \(row)")
    }
    let load = dtype.kernels.pointee.from_bytes
    self = Tensor.uninitialized([rows.count, rowLength], dtype, "bytes") { result, _ in
      bytes.withUnsafeBufferPointer { bytes in
        guard let table = bytes.baseAddress else { return }
        let step = Swift.max(1, elementwiseGrain / Swift.max(1, rowLength))
        parallel(over: rows.count, step: step, of: dtype) {
          for index in $0..<$1 {
            let next = Swift.min(index + 1, rows.count - 1)
            load(
              table + rows[index] * rowLength, table + rows[next] * rowLength, maximum,
              result + index * rowLength * dtype.byteCount, rowLength)
          }
        }
      }
    }
  }

  /// Creates a tensor with `value` everywhere.
  public init(filledWith value: Double, _ shape: [Int], dtype: DType = .float32) {
    let fill = dtype.kernels.pointee.fill
    self = Tensor.uninitialized(shape, dtype, "filled") { result, count in
      parallel(over: count, grain: 2 * elementwiseGrain, of: dtype) { fill(value, result, $0, $1) }
    }
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor {
    Tensor(filledWith: 0, shape, dtype: dtype)
  }

  /// A tensor of ones.
  public static func ones(_ shape: [Int], dtype: DType = .float32) -> Tensor {
    Tensor(filledWith: 1, shape, dtype: dtype)
  }

  /// The identity matrix of shape `[size, size]`.
  public static func identity(_ size: Int, dtype: DType = .float32) -> Tensor {
    var scalars = [Double](repeating: 0, count: size * size)
    for i in 0..<size { scalars[i * (size + 1)] = 1 }
    return Tensor(scalars, shape: [size, size], dtype: dtype)
  }

  /// The integers of a range: `Tensor.range(2..<5)` is [2, 3, 4].
  public static func range(_ range: Range<Int>, dtype: DType = .float32) -> Tensor {
    ramp(from: Double(range.lowerBound), step: 1, count: range.count, dtype: dtype)
  }

  /// Evenly spaced numbers, both ends included: `linearSpace(from: 0, through: 1, count: 3)` is
  /// [0, ½, 1].
  public static func linearSpace(
    from start: Double, through end: Double, count: Int, dtype: DType = .float32
  ) -> Tensor {
    ramp(
      from: start, step: count > 1 ? (end - start) / Double(count - 1) : 0, count: count,
      dtype: dtype)
  }

  private static func ramp(from start: Double, step: Double, count: Int, dtype: DType) -> Tensor {
    let ramp = dtype.kernels.pointee.ramp
    return uninitialized([count], dtype) { result, count in ramp(start, step, result, 0, count) }
  }

  private static func checkCount(_ count: Int, _ shape: [Int]) {
    precondition(
      count == shape.elementCount(for: "Tensor"),
      "Tensor: expected \(shape.elementCount(for: "Tensor")) elements for shape \(shape), found"
        + " \(count)")
  }
}
