import CKernels

/// NumPy-style broadcasting of two operands: shapes are aligned at the last dimension, and a size
/// of 1, or a missing dimension, is repeated.
package struct Broadcast {
  /// The result's shape.
  let shape: [Int]
  /// The same loop with as few dimensions as possible, at least one, and each operand's stride
  /// along each of them, which is 0 where it is repeated.
  private(set) var loopShape: [Int] = []
  private(set) var strides: (a: [Int], b: [Int]) = ([], [])

  init(_ a: [Int], _ b: [Int], operation: @autoclosure () -> String) {
    guard let shape = Self.shape(a, b) else {
      preconditionFailure("\(operation()): shapes \(a) and \(b) do not broadcast")
    }
    self.shape = shape
    let (aStrides, bStrides) = (Self.strides(of: a, in: shape), Self.strides(of: b, in: shape))
    for (size, (aStride, bStride)) in zip(shape, zip(aStrides, bStrides)) where size != 1 {
      if let last = loopShape.indices.last, strides.a[last] == aStride * size,
        strides.b[last] == bStride * size
      {
        loopShape[last] *= size
        strides.a[last] = aStride
        strides.b[last] = bStride
      } else {
        loopShape.append(size)
        strides.a.append(aStride)
        strides.b.append(bStride)
      }
    }
    if loopShape.isEmpty {
      loopShape = [1]
      strides = ([0], [0])
    }
    precondition(
      loopShape.count <= Int(CK_MAX_RANK),
      "\(operation()): expected at most \(CK_MAX_RANK) dimensions, found \(a) and \(b)")
  }

  /// The common shape, or `nil` if there is none.
  package static func shape(_ a: [Int], _ b: [Int]) -> [Int]? {
    if a == b { return a }
    let rank = max(a.count, b.count)
    var shape = a.count < rank ? b : a
    for d in 1...max(rank, 1) where d <= rank {
      let (x, y) = (d <= a.count ? a[a.count - d] : 1, d <= b.count ? b[b.count - d] : 1)
      guard x == y || x == 1 || y == 1 else { return nil }
      let size = x == 1 ? y : x
      if shape[rank - d] != size { shape[rank - d] = size }
    }
    return shape
  }

  /// The row-major strides of a tensor of shape `own`, repeated to `shape`.
  static func strides(of own: [Int], in shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = 1
    for d in own.indices.reversed() {
      if own[d] != 1 { strides[d + shape.count - own.count] = stride }
      stride *= own[d]
    }
    return strides
  }
}

extension Tensor {
  /// An element-wise operation of two tensors with broadcasting, and its pullback to each.
  ///
  /// The pullbacks may return the broadcast shape, which is summed down to the operand's here.
  static func zipped(
    _ operation: CKZip, _ a: Tensor, _ b: Tensor, parameter: Double = 0,
    name: String = #function, pullbacks: @autoclosure () -> (a: Pullback, b: Pullback)
  ) -> Tensor {
    let value = zipped(operation, a, b, parameter: parameter)
    guard a.isBeingRecorded || b.isBeingRecorded else { return value }
    let (pullbacks, shape) = (pullbacks(), value.shape)
    return value.tracked(
      from: a, TrackedInput(a, pullback: unbroadcast(pullbacks.a, from: shape, to: a.shape)),
      b, TrackedInput(b, pullback: unbroadcast(pullbacks.b, from: shape, to: b.shape)),
      operation: name)
  }

  /// A pullback whose gradient is summed down to the operand's shape.
  private static func unbroadcast(
    _ pullback: @escaping Pullback, from shape: [Int], to target: [Int]
  ) -> Pullback {
    shape == target ? pullback : { y, dy in pullback(y, dy).summed(to: target) }
  }

  /// An element-wise operation of two tensors with broadcasting; no gradient.
  static func zipped(
    _ operation: CKZip, _ a: Tensor, _ b: Tensor, parameter: Double = 0
  ) -> Tensor {
    precondition(
      a.dtype == b.dtype,
      "\(operation.name): expected one element type, found \(a.dtype)\(a.shape) and"
        + " \(b.dtype)\(b.shape)")
    if a.shape == b.shape { return zippedAlike(operation, a, b, parameter) }
    if b.count == 1 && b.rank <= a.rank {
      return zippedFlat(operation, a, b, parameter, a.shape, strides: (1, 0))
    }
    if a.count == 1 && a.rank <= b.rank {
      return zippedFlat(operation, a, b, parameter, b.shape, strides: (0, 1))
    }
    return zippedBroadcast(operation, a, b, parameter)
  }

  /// The value of the operation if one operand is a single element, with a stride of 0.
  private static func zippedFlat(
    _ operation: CKZip, _ a: Tensor, _ b: Tensor, _ parameter: Double, _ shape: [Int],
    strides: (a: Int, b: Int)
  ) -> Tensor {
    let (kernel, width) = (a.dtype.kernels.pointee.zip, a.dtype.byteCount)
    return uninitialized(shape, a.dtype, operation.name, reading: a.count + b.count) {
      result, count in
      parallel(over: count, grain: elementwiseGrain, of: a.dtype) { begin, end in
        var (length, aStride, bStride) = (end - begin, strides.a, strides.b)
        kernel(
          operation, parameter, a.pointer + begin * aStride * width,
          b.pointer + begin * bStride * width, result + begin * width, 1, &length, &aStride,
          &bStride, 0, 1)
      }
    }
  }

  /// The value of the operation for operands of one shape, the fast path for nearly all operations.
  private static func zippedAlike(
    _ operation: CKZip, _ a: Tensor, _ b: Tensor, _ parameter: Double
  ) -> Tensor {
    uninitialized(a.shape, a.dtype, operation.name, reading: 2 * a.count) { result, _ in
      zip(operation, a, b, parameter, into: result)
    }
  }

  /// Writes the result of the operation for operands of one shape to memory.
  private static func zip(
    _ operation: CKZip, _ a: Tensor, _ b: Tensor, _ parameter: Double,
    into result: UnsafeMutableRawPointer
  ) {
    let (kernel, width) = (a.dtype.kernels.pointee.zip, a.dtype.byteCount)
    parallel(over: a.count, grain: elementwiseGrain, of: a.dtype) { begin, end in
      var (length, stride) = (end - begin, 1)
      let offset = begin * width
      kernel(
        operation, parameter, a.pointer + offset, b.pointer + offset, result + offset, 1, &length,
        &stride, &stride, 0, 1)
    }
  }

  /// Sets the elements to a + b, both of this tensor's shape, in place if nothing else shares its
  /// memory; no gradient.
  package mutating func setToSum(_ a: Tensor, _ b: Tensor) {
    precondition(
      [a, b].allSatisfy { $0.shape == shape && $0.dtype == dtype },
      "setToSum: expected \(dtype)\(shape), found \(a.dtype)\(a.shape) and \(b.dtype)\(b.shape)")
    change(reading: count) { Self.zip(.add, a, b, 0, into: $0) }
  }

  private static func zippedBroadcast(
    _ operation: CKZip, _ a: Tensor, _ b: Tensor, _ parameter: Double
  ) -> Tensor {
    let (kernel, width) = (a.dtype.kernels.pointee.zip, a.dtype.byteCount)
    let plan = Broadcast(a.shape, b.shape, operation: operation.name)
    let (shape, strides, rank) = (plan.loopShape, plan.strides, plan.loopShape.count)
    return uninitialized(plan.shape, a.dtype, operation.name, reading: a.count + b.count) {
      result, _ in
      if rank == 1 {
        parallel(over: shape[0], grain: elementwiseGrain, of: a.dtype) { begin, end in
          var (length, aStride, bStride) = (end - begin, strides.a[0], strides.b[0])
          kernel(
            operation, parameter, a.pointer + begin * aStride * width,
            b.pointer + begin * bStride * width, result + begin * width, 1, &length, &aStride,
            &bStride, 0, 1)
        }
        return
      }
      if shape.contains(0) { return }  // There may be 2⁴⁷ empty rows.
      let rows = shape.dropLast().reduce(1, *)
      let step = Swift.max(1, elementwiseGrain / Swift.max(1, shape[rank - 1]))
      parallel(over: rows, step: step, of: a.dtype) { begin, end in
        kernel(
          operation, parameter, a.pointer, b.pointer, result, rank, shape, strides.a, strides.b,
          begin, end)
      }
    }
  }

  /// The sum over the dimensions that broadcasting to this shape would have repeated: the adjoint
  /// of broadcasting.
  func summed(to target: [Int]) -> Tensor {
    if shape == target { return self }
    let added = rank - target.count
    let axes = shape.indices.filter { $0 < added || target[$0 - added] == 1 && shape[$0] != 1 }
    return sum(along: axes).reshaped(to: target)
  }

  /// A tensor of this shape filled with the only element.
  private func repeated(to target: [Int]) -> Tensor {
    let gather = dtype.kernels.pointee.gather
    return Tensor.uninitialized(target, dtype, "rearranged", reading: 1) { result, count in
      var (length, stride) = (count, 0)
      if count > 0 { gather(pointer, result, 1, &length, &stride, 0, 1) }
    }
  }

  /// Repeats the tensor to a larger shape, as broadcasting does.
  public func broadcast(to target: [Int]) -> Tensor {
    if shape == target { return self }
    precondition(
      count == 1 && rank <= target.count || Broadcast.shape(shape, target) == target,
      "broadcast: shape \(shape) does not broadcast to \(target)")
    if target.elementCount == count { return reshaped(to: target) }
    let own = shape
    if count == 1 {
      return repeated(to: target).tracked(from: self) { _, dy in dy.summed(to: own) }
    }
    let value = rearranged(to: target, strides: Broadcast.strides(of: shape, in: target), offset: 0)
    return value.tracked(from: self) { _, dy in dy.summed(to: own) }
  }
}

extension CKZip {
  /// The operation's name, in messages and in profiles.
  fileprivate var name: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .power: "pow"
    case .minimum: "minimum"
    case .maximum: "maximum"
    case .less: ".<"
    case .lessOrEqual: ".<="
    case .greater: ".>"
    case .greaterOrEqual: ".>="
    case .equal: ".=="
    case .notEqual: ".!="
    case .maskedByPositive: "masked"
    case .scaledByLeak: "scaledByLeak"
    case .scaledByTanhSlope: "scaledByTanhSlope"
    case .scaledBySigmoidSlope: "scaledBySigmoidSlope"
    case .scaledBySiluSlope: "scaledBySiluSlope"
    case .scaledBySiluCurvature: "scaledBySiluCurvature"
    case .scaledDifference: "scaledDifference"
    case .weighted: "weighted"
    case .sigmoidDifference: "sigmoidDifference"
    case .logisticCrossEntropy: "logisticCrossEntropy"
    case .logisticResidual: "logisticResidual"
    case .bernoulliDivergence: "bernoulliDivergence"
    case .exponentialRemainder: "exponentialRemainder"
    case .xLogY: "xlogy"
    case .logBeta: "logBeta"
    case .gammaLower: "regularizedGammaP"
    case .gammaUpper: "regularizedGammaQ"
    case .gammaMoment: "gammaMoment"
    case .gammaDensity: "gammaDensity"
    case .gammaLowerInverse: "regularizedGammaPInverse"
    case .gammaUpperInverse: "regularizedGammaQInverse"
    }
  }
}
