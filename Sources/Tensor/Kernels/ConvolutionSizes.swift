/// The sizes of a convolution from images `[batch, height, width, inputs]` to
/// `[batch, rows, columns, outputs]`.
struct ConvolutionSizes {
  let batch: Int
  let inputs: Int
  let outputs: Int
  let vertical: SlidingWindow
  let horizontal: SlidingWindow

  /// The sizes of a convolution of images `x`.
  init(
    imagesOf x: Tensor, kernelOf weight: Tensor, _ stride: Int, _ padding: Int, _ dilation: Int,
    _ name: String
  ) {
    Self.check(x, weight, stride, padding, dilation, name)
    precondition(
      x.shape[3] == weight.shape[2],
      "\(name): expected a kernel for images with \(x.shape[3]) channels, found shape"
        + " \(weight.shape)")
    self.init(
      shape: x.shape, weight, stride, padding, dilation)
    precondition(
      vertical.output > 0 && horizontal.output > 0,
      "\(name): expected images that the kernel fits into with padding, found \(x.shape[1]) ×"
        + " \(x.shape[2]) pixels with padding \(padding), and a kernel that reaches over"
        + " \(vertical.extent) × \(horizontal.extent)")
  }

  /// The sizes of the convolution whose adjoint is applied to `y`.
  init(
    resultsOf y: Tensor, kernelOf weight: Tensor, _ stride: Int, _ padding: Int,
    _ outputPadding: Int, _ dilation: Int, _ name: String
  ) {
    Self.check(y, weight, stride, padding, dilation, name)
    precondition(
      y.shape[3] == weight.shape[3],
      "\(name): expected a kernel whose last axis is the images' \(y.shape[3]) channels, found"
        + " shape \(weight.shape)")
    precondition(
      outputPadding >= 0 && outputPadding < stride,
      "\(name): expected an output padding in 0 ..< \(stride), the stride, found \(outputPadding)")
    let sides = (0..<2).map { axis in
      stride * (y.shape[axis + 1] - 1) - 2 * padding + dilation * (weight.shape[axis] - 1) + 1
        + outputPadding
    }
    precondition(
      y.shape[1] > 0 && y.shape[2] > 0 && sides.allSatisfy { $0 > 0 },
      "\(name): expected images of which padding \(padding) leaves something, found shape"
        + " \(y.shape) and kernel \(weight.shape), which give \(sides[0]) × \(sides[1]) pixels")
    self.init(
      shape: [y.shape[0], sides[0], sides[1], weight.shape[2]], weight, stride, padding, dilation)
  }

  private init(
    shape: [Int], _ weight: Tensor, _ stride: Int, _ padding: Int, _ dilation: Int
  ) {
    func window(_ axis: Int) -> SlidingWindow {
      SlidingWindow(
        input: shape[axis + 1], kernel: weight.shape[axis], stride: stride, padding: padding,
        dilation: dilation)
    }
    batch = shape[0]
    inputs = shape[3]
    outputs = weight.shape[3]
    vertical = window(0)
    horizontal = window(1)
  }

  private static func check(
    _ images: Tensor, _ weight: Tensor, _ stride: Int, _ padding: Int, _ dilation: Int,
    _ name: String
  ) {
    precondition(
      images.rank == 4 && weight.rank == 4 && images.dtype == weight.dtype,
      "\(name): expected images [batch, height, width, channels] and a kernel [height, width,"
        + " channels, channels] of one type, found \(images.dtype)\(images.shape) and"
        + " \(weight.dtype)\(weight.shape)")
    precondition(
      weight.shape[0] > 0 && weight.shape[1] > 0,
      "\(name): expected a kernel of at least 1 × 1, found shape \(weight.shape)")
    precondition(
      stride > 0 && dilation > 0 && padding >= 0,
      "\(name): expected a stride and a dilation of 1 or more and no negative padding, found"
        + " \(stride), \(dilation) and \(padding)")
  }

  /// Stops the program unless the bias has one number for each of the result's channels.
  func check(_ bias: Tensor?, _ channels: Int, _ dtype: DType, _ name: String) {
    guard let bias else { return }
    precondition(
      bias.shape == [channels] && bias.dtype == dtype,
      "\(name): expected a bias \(dtype)\([channels]), found \(bias.dtype)\(bias.shape)")
  }

  var inputShape: [Int] { [batch, vertical.input, horizontal.input, inputs] }
  var outputShape: [Int] { [batch, vertical.output, horizontal.output, outputs] }
  var kernelShape: [Int] { [vertical.kernel, horizontal.kernel, inputs, outputs] }

  /// The number of values of an image in a window.
  var patchLength: Int { vertical.kernel * horizontal.kernel * inputs }

  /// The number of multiplications and additions in the sums of the convolution and of each of its
  /// adjoints, including those with the zeros around the images; ``WinogradLoops`` need fewer,
  /// ``FoldingLoops`` a few more.
  var arithmetic: Int { 2 * batch * vertical.output * horizontal.output * patchLength * outputs }

  /// Whether the kernel covers the whole image at once, so that the convolution is one product.
  var isProduct: Bool {
    [vertical, horizontal].allSatisfy {
      $0.input == $0.kernel && $0.padding == 0 && $0.dilation == 1
    }
  }
}
