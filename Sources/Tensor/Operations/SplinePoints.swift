import CKernels

/// Numbers through rational-quadratic splines, one spline for each, in one pass: y and log dy/dx.
///
/// The values and first derivatives are those of `composition`, the same function of the parameters
/// and the numbers written with other operations, which gives the derivatives of higher order.
///
/// - Parameters:
///   - x: The numbers, `[…]`.
///   - parameters: `[…, 3 · bins − 1]`: raw widths, heights and inner slopes of each spline.
///   - bound: The half-width of the splines; beyond ±`bound` they are the identity.
///   - least: The least share of a bin in the width and in the height, and the least slope.
///   - slopeShift: What is added to a raw slope before softplus.
///   - composition: From the parameters and the numbers to y and log dy/dx, stacked.
/// - Returns: `[2, …]`.
package func splinePoints(
  at x: Tensor, parameters: Tensor, bound: Double, least: Double, slopeShift: Double,
  composition: @escaping (_ parameters: Tensor, _ x: Tensor) -> Tensor
) -> Tensor {
  let columns = parameters.shape.last ?? 0
  precondition(
    columns % 3 == 2 && parameters.shape.dropLast() == x.shape[...] && parameters.dtype == x.dtype,
    "splinePoints: expected 3 · bins − 1 parameters for each of \(x.dtype)\(x.shape), found"
      + " \(parameters.dtype)\(parameters.shape)")
  let loop = SplineLoop(
    splines: CKSplines(
      bins: (columns + 1) / 3, bound: bound, least: least, slope_shift: slopeShift),
    columns: columns, dtype: x.dtype)
  let value = Tensor.uninitialized([2] + x.shape, x.dtype, reading: parameters.count + x.count) {
    result, _ in
    let logSlopes = result + x.count * x.dtype.byteCount
    loop.run(over: x.count) { splines, scratch, begin, end in
      x.dtype.kernels.pointee.spline(
        splines, parameters.pointer, x.pointer, result, logSlopes, scratch, begin, end)
    }
  }
  // Both derivatives come from one pass, which the first of the two pullbacks makes.
  let gradients = PassedOn<[Tensor]>()
  func gradient(of input: Int, _ dy: Tensor) -> Tensor {
    if parameters.isBeingRecorded || x.isBeingRecorded || dy.isBeingRecorded {
      let inputs = [parameters, x]
      return valueWithGradient(at: inputs) { (composition($0[0], $0[1]) * dy).sum() }
        .gradients[input]
    }
    if let both = gradients.take(for: dy) { return both[input] }
    return gradients.leave(loop.gradients(at: x, parameters, along: dy), for: dy)[input]
  }
  return value.tracked(
    from: parameters, TrackedInput(parameters) { _, dy in gradient(of: 0, dy) },
    x, TrackedInput(x) { _, dy in gradient(of: 1, dy) })
}

/// The loops over splines, with their scratch memory.
private struct SplineLoop {
  let splines: CKSplines
  let columns: Int
  let dtype: DType

  func run(
    over count: Int,
    _ body: (UnsafePointer<CKSplines>, UnsafeMutableRawPointer, _ begin: Int, _ end: Int) -> Void
  ) {
    // Multiples of 64, so that a range begins with a full vector.
    parallel(over: count, grain: elementwiseGrain / 2 / columns, of: dtype) { begin, end in
      let scratch = Storage(count: columns * 64 / dtype.byteCount, dtype: dtype)
      withUnsafePointer(to: splines) { body($0, scratch.pointer, begin, end) }
    }
  }

  func gradients(at x: Tensor, _ parameters: Tensor, along dy: Tensor) -> [Tensor] {
    let dx = Tensor.uninitialized(x.shape, dtype)
    let dparameters = Tensor.uninitialized(
      parameters.shape, dtype, "splinePoints", reading: parameters.count + 4 * x.count
    ) { result, _ in
      run(over: x.count) { splines, scratch, begin, end in
        dtype.kernels.pointee.spline_back(
          splines, parameters.pointer, x.pointer, dy.pointer, dy.pointer(at: x.count), result,
          dx.pointer, scratch, begin, end)
      }
    }
    return [dparameters, dx]
  }
}
