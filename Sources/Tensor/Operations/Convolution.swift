import CKernels

/// The two-dimensional convolution of images with a kernel (cross-correlation: the kernel is not
/// flipped).
///
/// y[n, i, j, o] = Σ x[n, s·i + d·k − p, s·j + d·l − p, c] · w[k, l, c, o] over k, l and c, for the
/// stride s, the dilation d and the padding p by zeros. A side of the result is
/// ⌊(input + 2p − d(kernel − 1) − 1) / s⌋ + 1 (Dumoulin and Visin 2016, relationship 15).
///
/// Kernels of two or three times the stride, for enough images with enough channels, use Winograd's
/// minimal filtering in tiles of four or three results a side, which takes a quarter to a half of
/// the multiplications. Its rounding error is about three times that of the plain sums, and
/// relative to the largest element that the tile sees; a value that is not finite affects its whole
/// tile. The number of images affects the choice, so an image alone and in a batch may differ in
/// the last digits.
///
/// - Parameters:
///   - x: Images, `[batch, height, width, inputs]`.
///   - weight: The kernel, `[kernelHeight, kernelWidth, inputs / groups, outputs]`.
///   - bias: Added to each pixel of the result, `[outputs]`.
///   - stride: The step of the kernel.
///   - padding: The number of zeros added at each side of the image.
///   - dilation: The distance between the kernel's elements.
///   - groups: The number of groups into which the channels are divided; each group sees only
///     itself.
/// - Returns: `[batch, outputHeight, outputWidth, outputs]`.
public func conv2D(
  _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0,
  dilation: Int = 1, groups: Int = 1
) -> Tensor {
  conv2D(
    x, weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups,
    rectifier: .none)
}

/// The convolution and a rectifier, in one pass.
package func conv2D(
  _ x: Tensor, _ weight: Tensor, bias: Tensor?, stride: Int, padding: Int, dilation: Int,
  groups: Int = 1, rectifier: Rectifier
) -> Tensor {
  precondition(groups > 0, "conv2D: expected 1 group or more, found \(groups)")
  if groups > 1 {
    precondition(
      x.rank == 4 && weight.rank == 4 && x.shape[3] % groups == 0 && weight.shape[3] % groups == 0,
      "conv2D: expected channels of images and kernel that \(groups) groups divide, found shapes"
        + " \(x.shape) and \(weight.shape)")
    let parts = zip(x.split(count: groups, along: 3), weight.split(count: groups, along: 3)).map {
      conv2D($0, $1, stride: stride, padding: padding, dilation: dilation)
    }
    let y = Tensor.concatenated(parts, along: 3)
    return rectifier(bias.map { y + $0 } ?? y)
  }
  let sizes = ConvolutionSizes(
    imagesOf: x, kernelOf: weight, stride, padding, dilation, "conv2D")
  sizes.check(bias, sizes.outputs, x.dtype, "conv2D")
  if sizes.isProduct {
    let (matrix, kernel) = (
      x.reshaped(to: [sizes.batch, sizes.patchLength]),
      weight.reshaped(to: [sizes.patchLength, sizes.outputs])
    )
    let y =
      bias.map { affine(matrix, kernel, $0, rectifier: rectifier) }
      ?? rectifier(matrix.matmul(kernel))
    return y.reshaped(to: sizes.outputShape)
  }
  return x.convolved(with: weight, bias, sizes, rectifier: rectifier)
}

/// The transposed convolution: the adjoint of ``conv2D(_:_:bias:stride:padding:dilation:groups:)``.
///
/// With the same kernel, stride, padding and dilation, ⟨conv2D(x, w), y⟩ = ⟨x, convTranspose2D(y,
/// w)⟩, so the kernel is that of the convolution in the opposite direction: its last axis is this
/// operation's inputs. A side of the result is s(input − 1) − 2p + d(kernel − 1) + 1 +
/// outputPadding (Dumoulin and Visin 2016, relationship 14): several sizes convolve to the same
/// one, and `outputPadding` selects among them.
///
/// - Parameters:
///   - y: Images, `[batch, height, width, inputs]`.
///   - weight: The kernel, `[kernelHeight, kernelWidth, outputs, inputs]`.
///   - bias: Added to each pixel of the result, `[outputs]`.
///   - stride: The distance at which the pixels of `y` are spread.
///   - padding: The number of pixels cut off at each side.
///   - outputPadding: The number of pixels added at the bottom and the right, fewer than `stride`.
///   - dilation: The distance between the kernel's elements.
/// - Returns: `[batch, outputHeight, outputWidth, outputs]`.
public func convTranspose2D(
  _ y: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0,
  outputPadding: Int = 0, dilation: Int = 1
) -> Tensor {
  convTranspose2D(
    y, weight, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding,
    dilation: dilation, rectifier: .none)
}

/// The transposed convolution and a rectifier, in one pass.
package func convTranspose2D(
  _ y: Tensor, _ weight: Tensor, bias: Tensor?, stride: Int, padding: Int, outputPadding: Int,
  dilation: Int = 1, rectifier: Rectifier
) -> Tensor {
  let sizes = ConvolutionSizes(
    resultsOf: y, kernelOf: weight, stride, padding, outputPadding, dilation, "convTranspose2D")
  sizes.check(bias, sizes.inputs, y.dtype, "convTranspose2D")
  if sizes.isProduct {
    let x = y.reshaped(to: [sizes.batch, sizes.outputs]).matmul(
      weight.reshaped(to: [sizes.patchLength, sizes.outputs]), transposeRight: true
    ).reshaped(to: sizes.inputShape)
    return rectifier(bias.map { x + $0 } ?? x)
  }
  return y.convolvedBack(with: weight, bias, sizes, rectifier: rectifier)
}

// MARK: - Three bilinear operations, each the adjoint of the others

// y = x ∗ w is linear in the images x and in the kernel w. With dy the gradient of y, the
// gradient of x is the adjoint in x, applied to dy and w, and that of w is the adjoint in w,
// applied to x and dy. The adjoints are again bilinear and their adjoints are the same three
// operations, so derivatives of every order are available.

extension Tensor {
  /// x ∗ w + bias, of images.
  fileprivate func convolved(
    with weight: Tensor, _ bias: Tensor?, _ sizes: ConvolutionSizes, rectifier: Rectifier = .none
  ) -> Tensor {
    let x = self
    let value = convolution(with: weight, bias, sizes, rectifier.forward)
    return value.tracked(
      from: [
        TrackedInput(
          x,
          direct: { dy, destination in
            destination.receive { dy.adjointConvolution(with: weight, nil, sizes, $0) }
          },
          pullback: { _, dy in dy.convolvedBack(with: weight, nil, sizes) }),
        TrackedInput(weight) { _, dy in x.kernelGradient(dy, sizes) },
      ] + biasEdges(bias), rectifiedBy: rectifier)
  }

  /// The adjoint of the convolution in its images, applied to a tensor of its result's shape, plus
  /// `bias`.
  fileprivate func convolvedBack(
    with weight: Tensor, _ bias: Tensor?, _ sizes: ConvolutionSizes, rectifier: Rectifier = .none
  ) -> Tensor {
    let y = self
    let value = adjointConvolution(with: weight, bias, sizes, rectifier.forward)
    return value.tracked(
      from: [
        TrackedInput(
          y,
          direct: { dx, destination in
            destination.receive { dx.convolution(with: weight, nil, sizes, $0) }
          },
          pullback: { _, dx in dx.convolved(with: weight, nil, sizes) }),
        TrackedInput(weight) { _, dx in dx.kernelGradient(y, sizes) },
      ] + biasEdges(bias), rectifiedBy: rectifier)
  }

  /// The adjoint of the convolution in its kernel, of images and a tensor of its result's shape.
  fileprivate func kernelGradient(_ y: Tensor, _ sizes: ConvolutionSizes) -> Tensor {
    let x = self
    let value =
      sizes.batch == 0
      ? Tensor.zeros(sizes.kernelShape, dtype: dtype)
      : Tensor.uninitialized(
        sizes.kernelShape, dtype, reading: count + y.count, arithmetic: sizes.arithmetic
      ) { result, _ in
        if let winograd = WinogradLoops(sizes, dtype) {
          winograd.kernelGradient(of: pointer, y.pointer, to: result)
        } else {
          ConvolutionLoops(sizes, dtype).kernelGradient(of: pointer, y.pointer, to: result)
        }
      }
    return value.tracked(
      from: (x, { _, dw in y.convolvedBack(with: dw, nil, sizes) }),
      (y, { _, dw in x.convolved(with: dw, nil, sizes) }))
  }

  private func biasEdges(_ bias: Tensor?) -> [TrackedInput] {
    bias.map { [TrackedInput($0) { _, dy in dy.sum(along: [0, 1, 2]) }] } ?? []
  }

  // MARK: The values, without a tape

  private func convolution(
    with weight: Tensor, _ bias: Tensor?, _ sizes: ConvolutionSizes, _ rectifier: CKRectifier
  ) -> Tensor {
    Tensor.uninitialized(
      sizes.outputShape, dtype, "convolved", reading: count + weight.count,
      arithmetic: sizes.arithmetic
    ) { result, _ in
      if let winograd = WinogradLoops(sizes, dtype, rectifier) {
        winograd.convolve(pointer, weight.pointer, bias?.pointer, to: result)
      } else {
        ConvolutionLoops(sizes, dtype, rectifier)
          .convolve(pointer, weight.pointer, bias?.pointer, to: result)
      }
    }
  }

  private func adjointConvolution(
    with weight: Tensor, _ bias: Tensor?, _ sizes: ConvolutionSizes, _ rectifier: CKRectifier
  ) -> Tensor {
    let winograd = WinogradLoops(sizes, dtype, rectifier)
    let folding = FoldingLoops(sizes, dtype, rectifier)
    let isPlain = winograd == nil && folding == nil
    let turned = isPlain ? stopGradient(weight).permuted(to: [0, 1, 3, 2]) : weight
    return Tensor.uninitialized(
      sizes.inputShape, dtype, "convolvedBack", reading: count + weight.count,
      arithmetic: sizes.arithmetic
    ) { result, _ in
      if let winograd {
        winograd.convolveBack(pointer, weight.pointer, bias?.pointer, to: result)
      } else if let folding {
        folding.convolveBack(pointer, weight.pointer, bias?.pointer, to: result)
      } else {
        ConvolutionLoops(sizes, dtype, rectifier).convolveBack(
          pointer, turned: turned.pointer, bias?.pointer, to: result)
      }
    }
  }
}
