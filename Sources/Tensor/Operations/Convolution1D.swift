/// The one-dimensional convolution of series with a kernel (cross-correlation: the kernel is not flipped).
///
/// y[n, i, o] = Σ x[n, s·i + d·k − p, c] · w[k, c, o] over k and c, for the stride s, the dilation
/// d and the padding p by zeros. The result's length is ⌊(length + 2p − d(kernel − 1) − 1) / s⌋ +
/// 1. It is computed as ``conv2D(_:_:bias:stride:padding:dilation:groups:)`` of images of height 1,
/// to which the zeros are added first.
///
/// - Parameters:
///   - x: Series, `[batch, length, inputs]`.
///   - weight: The kernel, `[kernel, inputs / groups, outputs]`.
///   - bias: Added to each element of the result, `[outputs]`.
///   - stride: The step of the kernel.
///   - padding: The number of zeros added at each end.
///   - isCausal: Adds d(kernel − 1) zeros before the series and none after it, in place of
///     `padding`: so y[n, i] depends on nothing after x[n, s·i], and with a stride of 1 the result
///     has the series' length.
///   - dilation: The distance between the kernel's elements.
///   - groups: The number of groups into which the channels are divided; each group sees only
///     itself.
/// - Returns: `[batch, outputLength, outputs]`.
public func conv1D(
  _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0,
  causal isCausal: Bool = false, dilation: Int = 1, groups: Int = 1
) -> Tensor {
  conv1D(
    x, weight, bias: bias, stride: stride, padding: padding, causal: isCausal, dilation: dilation,
    groups: groups, rectifier: .none)
}

/// The convolution and a rectifier, in one pass.
package func conv1D(
  _ x: Tensor, _ weight: Tensor, bias: Tensor?, stride: Int, padding: Int, causal isCausal: Bool,
  dilation: Int, groups: Int = 1, rectifier: Rectifier
) -> Tensor {
  precondition(
    x.rank == 3 && weight.rank == 3 && x.dtype == weight.dtype,
    "conv1D: expected series [batch, length, channels] and a kernel [length, channels, channels] of"
      + " one type, found \(x.dtype)\(x.shape) and \(weight.dtype)\(weight.shape)")
  precondition(
    groups > 0 && x.shape[2] % groups == 0 && weight.shape[2] % groups == 0
      && x.shape[2] == groups * weight.shape[1],
    "conv1D: expected a kernel for series with \(x.shape[2]) channels in groups that divide them,"
      + " found shape \(weight.shape) and \(groups) groups")
  precondition(
    stride > 0 && dilation > 0 && padding >= 0 && !(isCausal && padding > 0),
    "conv1D: expected a stride and a dilation of 1 or more and no negative padding, or none for a"
      + " causal one, found \(stride), \(dilation) and \(padding)")
  let reach = dilation * (weight.shape[0] - 1) + 1
  let before = isCausal ? reach - 1 : padding
  precondition(
    weight.shape[0] > 0 && x.shape[1] + before + padding >= reach && x.shape[1] > 0,
    "conv1D: expected series that a kernel fits into with padding, found a length of \(x.shape[1])"
      + " with padding \(padding), and a kernel that reaches over \(reach)")
  let padded = x.padded(before: before, after: padding, along: 1)
  return conv2D(
    padded.expanded(at: 1), weight.expanded(at: 0), bias: bias, stride: stride, padding: 0,
    dilation: dilation, groups: groups, rectifier: rectifier
  ).squeezed(at: 1)
}
