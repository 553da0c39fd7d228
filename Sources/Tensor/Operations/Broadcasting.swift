import CKernels

/// How two operands of different shapes meet, as NumPy has it: shapes are aligned at the last
/// dimension, and a size of 1, or a missing dimension, is repeated.
package struct Broadcast {
  /// The result's shape.
  let shape: [Int]
  /// The same loop with as few dimensions as possible, at least one, and each operand's stride
  /// along each of them; 0 where it is repeated.
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

  /// The common shape, or `nil` where there is none.
  package static func shape(_ a: [Int], _ b: [Int]) -> [Int]? {
    if a == b { return a }
    let rank = max(a.count, b.count)
    var shape = [Int](repeating: 1, count: rank)
    for d in 1...max(rank, 1) where d <= rank {
      let (x, y) = (d <= a.count ? a[a.count - d] : 1, d <= b.count ? b[b.count - d] : 1)
      guard x == y || x == 1 || y == 1 else { return nil }
      shape[rank - d] = x == 1 ? y : x
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
  /// The pullbacks may return the broadcast shape; it is summed down to the operand's here.
  static func zipped(
    _ operation: CKZip, _ a: Tensor, _ b: Tensor, parameter: Double = 0,
    name: String = #function, pullbacks: (a: Pullback, b: Pullback)?
  ) -> Tensor {
    precondition(
      a.dtype == b.dtype,
      "\(operation.name): expected one element type, found \(a.dtype)\(a.shape) and"
        + " \(b.dtype)\(b.shape)")
    let value =
      a.shape == b.shape
      ? zippedAlike(operation, a, b, parameter)
      : zippedBroadcast(operation, a, b, parameter)
    guard let pullbacks, a.place != nil || b.place != nil else { return value }
    let (aShape, bShape) = (a.shape, b.shape)
    return value.tracked(
      from: (a, { y, dy in pullbacks.a(y, dy).summed(to: aShape) }),
      (b, { y, dy in pullbacks.b(y, dy).summed(to: bShape) }), operation: name)
  }

  /// The operation's value for operands of one shape: nearly all there are, so the short way.
  private static func zippedAlike(
    _ operation: CKZip, _ a: Tensor, _ b: Tensor, _ parameter: Double
  ) -> Tensor {
    let (kernel, width) = (a.dtype.kernels.pointee.zip, a.dtype.byteCount)
    return uninitialized(a.shape, a.dtype, operation.name, reading: 2 * a.count) { result, count in
      parallel(over: count, grain: elementwiseGrain, of: a.dtype) { begin, end in
        var (length, stride) = (end - begin, 1)
        let offset = begin * width
        kernel(
          operation, parameter, a.pointer + offset, b.pointer + offset, result + offset, 1, &length,
          &stride, &stride, 0, 1)
      }
    }
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
      if shape.contains(0) { return }  // There may be 2⁴⁷ rows of nothing.
      let rows = shape.dropLast().reduce(1, *)
      let step = Swift.max(1, elementwiseGrain / Swift.max(1, shape[rank - 1]))
      parallel(over: rows, step: step, of: a.dtype) { begin, end in
        kernel(
          operation, parameter, a.pointer, b.pointer, result, rank, shape, strides.a, strides.b,
          begin, end)
      }
    }
  }

  /// The sum over what broadcasting to this shape would have repeated: un-broadcasting.
  func summed(to target: [Int]) -> Tensor {
    if shape == target { return self }
    let added = rank - target.count
    let axes = shape.indices.filter { $0 < added || target[$0 - added] == 1 && shape[$0] != 1 }
    return sum(along: axes).reshaped(to: target)
  }

  /// Repeats the tensor to a larger shape, as broadcasting does.
  public func broadcast(to target: [Int]) -> Tensor {
    if shape == target { return self }
    precondition(
      Broadcast.shape(shape, target) == target,
      "broadcast: shape \(shape) does not broadcast to \(target)")
    let own = shape
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
