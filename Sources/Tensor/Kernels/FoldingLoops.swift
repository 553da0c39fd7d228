import CKernels

/// The adjoint of a convolution in images of few channels, for which ``ConvolutionLoops`` would
/// multiply windows by a matrix of few columns.
///
/// One product with the whole kernel gives the contribution of each pixel of `y` to each pixel of
/// its window; then the windows are folded, that is, added up where they overlap:
///
///     p[i, j, k, l, c] = Σ y[i, j, o] · w[k, l, c, o]     over o
///     x[a, b, c] = bias[c] + Σ p[i, j, k, l, c]           over s·i + k − p = a, s·j + l − p = b
struct FoldingLoops {
  private let sizes: ConvolutionSizes
  private let dtype: DType
  private let rectifier: CKRectifier
  /// The loops for this processor.
  var product: CKProduct
  var kernels: CKKernels

  /// Nil if the images have more than a few channels, if the product would have few columns or
  /// little to add up, and for windows with gaps.
  init?(_ sizes: ConvolutionSizes, _ dtype: DType, _ rectifier: CKRectifier) {
    guard sizes.inputs <= narrowest, sizes.patchLength > narrowest, sizes.outputs > narrowest,
      sizes.vertical.dilation == 1
    else { return nil }
    self.sizes = sizes
    self.dtype = dtype
    self.rectifier = rectifier
    product = dtype.product
    kernels = dtype.kernels.pointee
  }

  /// The adjoint in the images, plus bias.
  func convolveBack(
    _ y: UnsafeMutableRawPointer, _ weight: UnsafeMutableRawPointer,
    _ bias: UnsafeMutableRawPointer?, to x: UnsafeMutableRawPointer
  ) {
    let (vertical, horizontal) = (sizes.vertical, sizes.horizontal)
    let (width, outputs) = (dtype.byteCount, sizes.outputs)
    let parts = sizes.patchLength
    let kernel = Storage(count: product.packed_count(parts, outputs), dtype: dtype)
    for block in 0..<product.block_count(outputs) {
      product.pack(weight, 1, outputs, parts, outputs, block, kernel.pointer)
    }
    // A band is some rows of an image. Its windows should fit into a near cache; but
    // neighbouring bands both compute the windows across their border, so a band has at least twice
    // as many rows of windows as see a pixel.
    let overlapping = (vertical.kernel + vertical.stride - 1) / vertical.stride
    let windowRows = max(2 * overlapping, 32_768 / (parts * horizontal.output))
    let bandHeight = windowRows * vertical.stride
    let bands = (vertical.input + bandHeight - 1) / bandHeight
    parallel(count: sizes.batch * bands, of: dtype) { index in
      let (image, band) = (index / bands, index % bands)
      let pixels = band * bandHeight..<min(vertical.input, (band + 1) * bandHeight)
      let windows = rowsOfWindows(seeing: pixels)
      let (first, count) = (
        (image * vertical.output + windows.lowerBound) * horizontal.output,
        windows.count * horizontal.output
      )
      let held = Storage(count: count * parts, dtype: dtype)
      let row = Storage(
        count: (horizontal.stride * (horizontal.output - 1) + horizontal.kernel) * sizes.inputs,
        dtype: dtype)
      if count > 0 {
        product.multiply_rows(
          y + first * outputs * width, outputs, kernel.pointer, held.pointer, parts, count, parts,
          outputs)
      }
      var fold = CKFold(
        first_row: windows.lowerBound, last_row: windows.upperBound, columns: horizontal.output,
        height: vertical.kernel, width: horizontal.kernel, step: vertical.stride,
        padding: vertical.padding, channels: sizes.inputs, image_width: horizontal.input)
      let start = image * vertical.input * horizontal.input * sizes.inputs * width
      kernels.fold(
        held.pointer, &fold, bias, x + start, pixels.lowerBound, pixels.upperBound,
        rectifier.advanced(by: start), row.pointer)
    }
  }

  /// The rows of windows that reach some rows of pixels.
  private func rowsOfWindows(seeing pixels: Range<Int>) -> Range<Int> {
    let axis = sizes.vertical
    let first = pixels.lowerBound + axis.padding - (axis.kernel - 1)
    let begin = min(axis.output, max(0, (first + axis.stride - 1) / axis.stride))
    let end = min(axis.output, (pixels.upperBound - 1 + axis.padding) / axis.stride + 1)
    return begin..<max(begin, end)
  }
}
