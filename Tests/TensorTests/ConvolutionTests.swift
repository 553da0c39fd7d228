import Testing

@testable import Tensor

/// A convolution to be tested: the sizes of images, kernel and window.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var batch = 2
  var height: Int
  var width: Int
  var inputs = 3
  var outputs = 2
  var kernelHeight: Int
  var kernelWidth: Int
  var stride = 1
  var padding = 0
  var dilation = 1

  var testDescription: String {
    "\(height)×\(width)×\(inputs), \(kernelHeight)×\(kernelWidth)×\(outputs), stride \(stride),"
      + " padding \(padding), dilation \(dilation)"
  }

  func images(_ random: Random, _ dtype: DType = .float64) -> Tensor {
    random.normal([batch, height, width, inputs], dtype: dtype)
  }

  func kernel(_ random: Random, _ dtype: DType = .float64) -> Tensor {
    random.normal([kernelHeight, kernelWidth, inputs, outputs], dtype: dtype)
  }

  func convolve(_ x: Tensor, _ w: Tensor, bias: Tensor? = nil) -> Tensor {
    conv2D(x, w, bias: bias, stride: stride, padding: padding, dilation: dilation)
  }

  /// The index of these images among the sizes with the same convolved size.
  var outputPadding: Int {
    (height + 2 * padding - dilation * (kernelHeight - 1) - 1) % stride
  }

  /// Whether one output padding serves both sides.
  var isSquareEnough: Bool {
    (width + 2 * padding - dilation * (kernelWidth - 1) - 1) % stride == outputPadding
  }

  static let all = [
    ConvolutionCase(height: 5, width: 6, kernelHeight: 3, kernelWidth: 2),
    ConvolutionCase(height: 4, width: 4, kernelHeight: 3, kernelWidth: 3, padding: 1),
    ConvolutionCase(height: 6, width: 6, kernelHeight: 4, kernelWidth: 4, stride: 2, padding: 1),
    ConvolutionCase(height: 7, width: 7, kernelHeight: 3, kernelWidth: 3, stride: 2, padding: 1),
    ConvolutionCase(height: 6, width: 6, kernelHeight: 3, kernelWidth: 3, stride: 2, padding: 1),
    ConvolutionCase(height: 7, width: 5, kernelHeight: 3, kernelWidth: 2, padding: 2, dilation: 2),
    ConvolutionCase(height: 8, width: 8, kernelHeight: 2, kernelWidth: 2, stride: 3, dilation: 3),
    ConvolutionCase(height: 5, width: 5, kernelHeight: 1, kernelWidth: 1, stride: 2),
    ConvolutionCase(height: 3, width: 3, kernelHeight: 3, kernelWidth: 3),
    ConvolutionCase(height: 2, width: 2, kernelHeight: 4, kernelWidth: 4, padding: 3),
    ConvolutionCase(
      height: 5, width: 5, inputs: 1, outputs: 1, kernelHeight: 3, kernelWidth: 3, padding: 1),
    // More channels than are computed by dot products.
    ConvolutionCase(
      height: 6, width: 6, inputs: 5, outputs: 7, kernelHeight: 4, kernelWidth: 4, stride: 2,
      padding: 1),
    ConvolutionCase(
      height: 5, width: 5, inputs: 6, outputs: 5, kernelHeight: 1, kernelWidth: 1, stride: 2),
    ConvolutionCase(
      height: 7, width: 9, inputs: 5, outputs: 5, kernelHeight: 3, kernelWidth: 3, stride: 2,
      padding: 2, dilation: 2),
    // Several strips of images, and of rows of an image.
    ConvolutionCase(
      batch: 30, height: 9, width: 7, inputs: 2, outputs: 6, kernelHeight: 3, kernelWidth: 3,
      stride: 2, padding: 1),
    ConvolutionCase(
      batch: 1, height: 33, width: 29, inputs: 5, outputs: 5, kernelHeight: 3, kernelWidth: 3,
      padding: 1),
    ConvolutionCase(
      batch: 3, height: 24, width: 25, inputs: 1, outputs: 5, kernelHeight: 5, kernelWidth: 4),
  ]
}

@Suite struct ConvolutionTests {
  private let random = Random(seed: 21)

  /// The formula of the doc comment, element by element.
  private func naive(_ c: ConvolutionCase, _ x: Tensor, _ w: Tensor, rows: Int, columns: Int)
    -> [Double]
  {
    let (x, w) = (x.doubles, w.doubles)
    var y: [Double] = []
    for n in 0..<c.batch {
      for i in 0..<rows {
        for j in 0..<columns {
          for o in 0..<c.outputs {
            var sum = 0.0
            for k in 0..<c.kernelHeight {
              for l in 0..<c.kernelWidth {
                let row = c.stride * i + c.dilation * k - c.padding
                let column = c.stride * j + c.dilation * l - c.padding
                guard (0..<c.height).contains(row), (0..<c.width).contains(column) else { continue }
                for channel in 0..<c.inputs {
                  sum +=
                    x[((n * c.height + row) * c.width + column) * c.inputs + channel]
                    * w[((k * c.kernelWidth + l) * c.inputs + channel) * c.outputs + o]
                }
              }
            }
            y.append(sum)
          }
        }
      }
    }
    return y
  }

  @Test(arguments: ConvolutionCase.all)
  func againstTheFormula(_ c: ConvolutionCase) {
    let (x, w) = (c.images(random), c.kernel(random))
    let y = c.convolve(x, w)
    let expected = naive(c, x, w, rows: y.shape[1], columns: y.shape[2])
    #expect(y.shape == [c.batch, y.shape[1], y.shape[2], c.outputs])
    #expect(zip(y.doubles, expected).allSatisfy { Swift.abs($0 - $1) < 1e-12 })
    let single = c.convolve(x.converted(to: .float32), w.converted(to: .float32))
    #expect(zip(single.doubles, expected).allSatisfy { Swift.abs($0 - $1) < 1e-4 })
  }

  /// The number of positions at which the kernel is inside the padded image.
  @Test func outputSizeRule() {
    for input in 1...9 {
      for kernel in 1...4 {
        for stride in 1...3 {
          for padding in 0...2 {
            for dilation in 1...2 {
              let extent = dilation * (kernel - 1) + 1
              let places = (0...30).filter { stride * $0 + extent <= input + 2 * padding }.count
              guard places > 0 else { continue }
              let y = conv2D(
                Tensor.ones([1, input, input, 1]), Tensor.ones([kernel, kernel, 1, 1]),
                stride: stride, padding: padding, dilation: dilation)
              #expect(y.shape == [1, places, places, 1])
              let rule = (input + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1
              #expect(places == rule)
            }
          }
        }
      }
    }
  }

  /// ⟨conv2D(x, w), y⟩ = ⟨x, convTranspose2D(y, w)⟩.
  @Test(arguments: ConvolutionCase.all.filter(\.isSquareEnough))
  func adjoint(_ c: ConvolutionCase) {
    let (x, w) = (c.images(random), c.kernel(random))
    let forward = c.convolve(x, w)
    let y = random.normal(forward.shape, dtype: .float64)
    let back = convTranspose2D(
      y, w, stride: c.stride, padding: c.padding, outputPadding: c.outputPadding,
      dilation: c.dilation)
    #expect(back.shape == x.shape)
    let difference = ((forward * y).sum() - (x * back).sum()).scalar
    #expect(Swift.abs(difference) < 1e-10)
  }

  @Test(arguments: ConvolutionCase.all)
  func gradients(_ c: ConvolutionCase) {
    let bias = random.normal([c.outputs], dtype: .float64)
    let check = checkGradient(
      of: { c.convolve($0[0], $0[1], bias: $0[2]) },
      at: [c.images(random), c.kernel(random), bias])
    #expect(check.passes(), "\(check)")
  }

  @Test(arguments: ConvolutionCase.all)
  func gradientsOfTheTransposed(_ c: ConvolutionCase) {
    let kernel = c.kernel(random)
    let images = random.normal([2, 3, 2, c.outputs], dtype: .float64)
    guard c.padding < c.kernelHeight else { return }
    let check = checkGradient(
      of: {
        convTranspose2D(
          $0[0], $0[1], bias: $0[2], stride: c.stride, padding: min(c.padding, 1),
          outputPadding: c.stride - 1, dilation: c.dilation)
      }, at: [images, kernel, random.normal([c.inputs], dtype: .float64)])
    #expect(check.passes(), "\(check)")
  }

  @Test func transposedFromOnePixel() {
    let w = random.normal([4, 4, 3, 5], dtype: .float64)
    let y = random.normal([2, 1, 1, 5], dtype: .float64)
    let x = convTranspose2D(y, w, bias: Tensor([1, 2, 3], dtype: .float64))
    #expect(x.shape == [2, 4, 4, 3])
    let back = conv2D(x, w)
    #expect(back.shape == y.shape)
    let check = checkGradient(of: { convTranspose2D($0[0], $0[1]) }, at: [y, w])
    #expect(check.passes(), "\(check)")
  }

  @Test func groupsDoNotSeeEachOther() {
    let x = random.normal([2, 5, 5, 4], dtype: .float64)
    let w = random.normal([3, 3, 2, 6], dtype: .float64)
    let bias = random.normal([6], dtype: .float64)
    let y = conv2D(x, w, bias: bias, padding: 1, groups: 2)
    let (left, right) = (x.split(count: 2, along: 3), w.split(count: 2, along: 3))
    for (group, part) in y.split(count: 2, along: 3).enumerated() {
      let alone =
        conv2D(left[group], right[group], padding: 1) + bias.split(count: 2, along: 0)[group]
      #expect(abs(part - alone).max().scalar < 1e-12)
    }
    let check = checkGradient(
      of: { conv2D($0[0], $0[1], bias: $0[2], padding: 1, groups: 2) }, at: [x, w, bias])
    #expect(check.passes(), "\(check)")
  }

  /// Sizes that take several strips, tiles and pieces of the kernel's gradient, in both precisions.
  @Test(arguments: [
    ConvolutionCase(
      batch: 16, height: 16, width: 16, inputs: 8, outputs: 16, kernelHeight: 3, kernelWidth: 3,
      padding: 1),
    ConvolutionCase(
      batch: 6, height: 12, width: 12, inputs: 48, outputs: 64, kernelHeight: 4, kernelWidth: 4,
      stride: 2, padding: 1),
    ConvolutionCase(
      batch: 33, height: 28, width: 28, inputs: 1, outputs: 7, kernelHeight: 4, kernelWidth: 4,
      stride: 2, padding: 1),
  ])
  func singleAgainstDoublePrecision(_ c: ConvolutionCase) {
    let (x, w) = (c.images(random), c.kernel(random))
    let dy = random.normal(c.convolve(x, w).shape, dtype: .float64)
    func results(_ dtype: DType) -> [Tensor] {
      let inputs = [x.converted(to: dtype), w.converted(to: dtype)]
      let (_, y, gradients) = valueWithGradient(at: inputs) { inputs in
        let y = c.convolve(inputs[0], inputs[1])
        return ((y * dy.converted(to: dtype)).sum(), stopGradient(y))
      }
      return [y] + gradients
    }
    for (single, double) in zip(results(.float32), results(.float64)) {
      let error = abs(single.converted(to: .float64) - double).max() / abs(double).max()
      #expect(error.scalar < 1e-5)
    }
  }

  @Test func sameBitsAtAnyNumberOfThreads() {
    let c = ConvolutionCase(
      batch: 16, height: 14, width: 14, inputs: 16, outputs: 32, kernelHeight: 4, kernelWidth: 4,
      stride: 2, padding: 1)
    let (x, w) = (c.images(random, .float32), c.kernel(random, .float32))
    expectSameAtAnyNumberOfThreads {
      let (value, gradients) = valueWithGradient(at: [x, w]) {
        square(c.convolve($0[0], $0[1])).sum()
      }
      return [value] + gradients
    }
  }

  @Test func noImages() {
    let (x, w) = (Tensor.zeros([0, 4, 4, 2]), Tensor.ones([3, 3, 2, 5]))
    #expect(conv2D(x, w).shape == [0, 2, 2, 5])
    let gradient = gradient(at: w) { conv2D(x, $0).sum() }
    #expect(gradient == Tensor.zeros([3, 3, 2, 5]))
  }
}

@Suite struct PoolingTests {
  private let random = Random(seed: 22)

  /// Numbers that are far enough apart for central differences.
  private func distinct(_ shape: [Int]) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor(random.permutation(count).map { Double($0) / 10 }, shape: shape, dtype: .float64)
  }

  @Test func maxOfEachWindow() {
    let x = Tensor([1, 5, 2, 0, 3, 4, 8, 6, 7, 9, 1, 1]).reshaped(to: [1, 3, 4, 1])
    #expect(maxPool2D(x, size: 2) == Tensor([5, 8]).reshaped(to: [1, 1, 2, 1]))
    #expect(
      maxPool2D(x, size: 2, stride: 1) == Tensor([5, 8, 8, 9, 9, 8]).reshaped(to: [1, 2, 3, 1]))
    let dx = gradient(at: x) { maxPool2D($0, size: 2, stride: 1).sum() }
    #expect(dx == Tensor([0, 1, 0, 0, 0, 0, 3, 0, 0, 2, 0, 0]).reshaped(to: [1, 3, 4, 1]))
  }

  @Test func firstOfEqualElementsGetsTheGradient() {
    let dx = gradient(at: Tensor.ones([1, 2, 2, 1])) { maxPool2D($0, size: 2).sum() }
    #expect(dx == Tensor([1, 0, 0, 0]).reshaped(to: [1, 2, 2, 1]))
  }

  @Test func maxKeepsNaN() {
    let x = Tensor([1, Float.nan, 2, 0]).reshaped(to: [1, 2, 2, 1])
    #expect(maxPool2D(x, size: 2).scalars[0].isNaN)
  }

  @Test func averageAndUpsampling() {
    let x = Tensor([1, 2, 3, 4]).reshaped(to: [1, 2, 2, 1])
    #expect(averagePool2D(x, size: 2) == Tensor([2.5]).reshaped(to: [1, 1, 1, 1]))
    #expect(
      upsample2D(x, factor: 2)
        == Tensor([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]).reshaped(to: [1, 4, 4, 1]))
    let y = random.normal([3, 4, 5, 2])
    #expect(abs(averagePool2D(upsample2D(y, factor: 3), size: 3) - y).max().scalar < 1e-6)
  }

  @Test(arguments: [(2, 2), (2, 1), (3, 2), (1, 2)])
  func gradients(_ window: (size: Int, stride: Int)) {
    let x = distinct([2, 5, 6, 3])
    let largest = checkGradient(
      of: { square(maxPool2D($0[0], size: window.size, stride: window.stride)) }, at: [x])
    #expect(largest.passes(), "\(largest)")
    let mean = checkGradient(
      of: { square(averagePool2D($0[0], size: window.size, stride: window.stride)) }, at: [x])
    #expect(mean.passes(), "\(mean)")
  }

  @Test func gradientsOfUpsampling() {
    let check = checkGradient(
      of: { square(upsample2D($0[0], factor: 3)) },
      at: [random.normal([2, 2, 3, 2], dtype: .float64)])
    #expect(check.passes(), "\(check)")
  }
}
