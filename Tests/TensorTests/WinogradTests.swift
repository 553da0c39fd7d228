import CKernels
import Testing

@testable import Tensor

/// A convolution whose kernel has 2 × 2 or 3 × 3 taps in each phase.
struct WinogradCase: Sendable, CustomTestStringConvertible {
  let batch: Int
  let side: Int
  let inputs: Int
  let outputs: Int
  let kernel: Int
  let stride: Int
  let padding: Int

  var testDescription: String {
    "\(batch)×\(side)×\(side)×\(inputs), \(kernel)×\(kernel)×\(outputs), stride \(stride), padding"
      + " \(padding)"
  }

  static let all = [
    // Layers of the models: whole tiles, and ones that reach over the edge.
    WinogradCase(batch: 32, side: 14, inputs: 32, outputs: 64, kernel: 4, stride: 2, padding: 1),
    WinogradCase(batch: 4, side: 26, inputs: 32, outputs: 64, kernel: 3, stride: 1, padding: 0),
    WinogradCase(batch: 8, side: 32, inputs: 48, outputs: 32, kernel: 4, stride: 2, padding: 1),
    // Channels that no vector divides, some of them in several groups.
    WinogradCase(batch: 8, side: 15, inputs: 37, outputs: 41, kernel: 3, stride: 1, padding: 1),
    WinogradCase(batch: 15, side: 17, inputs: 19, outputs: 35, kernel: 4, stride: 2, padding: 2),
    WinogradCase(batch: 15, side: 12, inputs: 70, outputs: 50, kernel: 2, stride: 1, padding: 0),
    // Other strides.
    WinogradCase(batch: 4, side: 48, inputs: 9, outputs: 32, kernel: 6, stride: 2, padding: 2),
    WinogradCase(batch: 15, side: 36, inputs: 5, outputs: 32, kernel: 6, stride: 3, padding: 0),
  ]

  func images(_ random: Random, _ dtype: DType = .float64) -> Tensor {
    random.normal([batch, side, side, inputs], dtype: dtype)
  }

  func weight(_ random: Random, _ dtype: DType = .float64) -> Tensor {
    random.normal([kernel, kernel, inputs, outputs], dtype: dtype)
  }

  func sizes(_ x: Tensor, _ w: Tensor) -> ConvolutionSizes {
    ConvolutionSizes(imagesOf: x, kernelOf: w, stride, padding, 1, "test")
  }
}

struct WinogradTests {
  private let random = Random(seed: 21)

  /// The root of the mean square of the difference, by that of what is expected.
  private func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
    let difference = found - expected
    return ((difference * difference).mean().scalar / (expected * expected).mean().scalar)
      .squareRoot()
  }

  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_winograd_named(name, false) != nil }

  /// The convolution and its adjoints, of each instruction set and type, against plain sums.
  @Test(arguments: WinogradCase.all, instructionSets)
  func equalsPlainSums(_ test: WinogradCase, _ instructionSet: String) throws {
    for dtype in [DType.float32, .float64] {
      let (x, w) = (test.images(random, dtype), test.weight(random, dtype))
      let sizes = test.sizes(x, w)
      let dy = random.normal(sizes.outputShape, dtype: dtype)
      let turned = w.permuted(to: [0, 1, 3, 2])
      func check(
        _ slope: Double, _ isBiased: Bool, _ name: String, _ shape: [Int],
        _ run: (WinogradLoops, UnsafeMutableRawPointer) -> Void,
        _ runPlainly: (ConvolutionLoops, UnsafeMutableRawPointer) -> Void
      ) throws {
        var winograd = try #require(WinogradLoops(sizes, dtype, slope: slope))
        winograd.product = try #require(ck_product_named(instructionSet, dtype == .float64)).pointee
        winograd.transforms =
          try #require(ck_winograd_named(instructionSet, dtype == .float64)).pointee
        let plain = ConvolutionLoops(sizes, dtype, slope: slope)
        let found = Tensor.uninitialized(shape, dtype) { result, _ in run(winograd, result) }
        let expected = Tensor.uninitialized(shape, dtype) { result, _ in runPlainly(plain, result) }
        #expect(
          relativeError(found, expected) < (dtype == .float64 ? 1e-14 : 5e-6),
          "\(name), \(dtype), slope \(slope), \(isBiased ? "with" : "without") a bias")
      }
      for (slope, isBiased) in [(1.0, false), (0.2, true), (0, true)] {
        let after = isBiased ? random.normal([test.outputs], dtype: dtype) : nil
        try check(slope, isBiased, "forward", sizes.outputShape) {
          $0.convolve(x.pointer, w.pointer, after?.pointer, to: $1)
        } _: {
          $0.convolve(x.pointer, w.pointer, after?.pointer, to: $1)
        }
        let before = isBiased ? random.normal([test.inputs], dtype: dtype) : nil
        try check(slope, isBiased, "back", sizes.inputShape) {
          $0.convolveBack(dy.pointer, w.pointer, before?.pointer, to: $1)
        } _: {
          $0.convolveBack(dy.pointer, turned: turned.pointer, before?.pointer, to: $1)
        }
      }
      try check(1, false, "kernel", sizes.kernelShape) {
        $0.kernelGradient(of: x.pointer, dy.pointer, to: $1)
      } _: {
        $0.kernelGradient(of: x.pointer, dy.pointer, to: $1)
      }
    }
  }

  /// Through the public operations, to the second order.
  @Test func gradients() {
    let test = WinogradCase(
      batch: 128, side: 8, inputs: 8, outputs: 32, kernel: 4, stride: 2, padding: 1)
    let (x, w) = (test.images(random), test.weight(random))
    #expect(WinogradLoops(test.sizes(x, w), .float64) != nil)
    let bias = random.normal([test.outputs], dtype: .float64)
    let forward = checkGradient(
      of: { tanh(conv2D($0[0], $0[1], bias: $0[2], stride: 2, padding: 1)) }, at: [x, w, bias])
    #expect(forward.passes(), "\(forward)")
    let y = random.normal([128, 4, 4, 32], dtype: .float64)
    let before = random.normal([test.inputs], dtype: .float64)
    let back = checkGradient(
      of: { tanh(convTranspose2D($0[0], $0[1], bias: $0[2], stride: 2, padding: 1)) },
      at: [y, w, before])
    #expect(back.passes(), "\(back)")
  }

  @Test func sameBitsAtAnyNumberOfThreads() {
    let test = WinogradCase(
      batch: 32, side: 14, inputs: 40, outputs: 36, kernel: 4, stride: 2, padding: 1)
    let (x, w) = (test.images(random, .float32), test.weight(random, .float32))
    #expect(WinogradLoops(test.sizes(x, w), .float32) != nil)
    func results() -> [Tensor] {
      let (value, gradients) = valueWithGradient(at: [x, w]) {
        square(conv2D($0[0], $0[1], stride: 2, padding: 1)).sum()
      }
      return [value] + gradients
    }
    let before = threadCount
    defer { threadCount = before }
    threadCount = 1
    let expected = results()
    for threads in 2...4 {
      threadCount = threads
      #expect(results() == expected)
    }
  }

  /// Where plain sums are the faster way, or the only one.
  @Test(arguments: [
    // Few channels, few images, tiles that reach far over the edge, kernels of other sides.
    WinogradCase(batch: 64, side: 28, inputs: 1, outputs: 32, kernel: 4, stride: 2, padding: 1),
    WinogradCase(batch: 64, side: 28, inputs: 32, outputs: 3, kernel: 4, stride: 2, padding: 1),
    WinogradCase(batch: 16, side: 14, inputs: 32, outputs: 32, kernel: 4, stride: 2, padding: 1),
    WinogradCase(batch: 256, side: 4, inputs: 64, outputs: 64, kernel: 4, stride: 2, padding: 1),
    WinogradCase(batch: 64, side: 14, inputs: 64, outputs: 64, kernel: 3, stride: 2, padding: 1),
    WinogradCase(batch: 64, side: 14, inputs: 64, outputs: 64, kernel: 5, stride: 1, padding: 2),
    // Pixels at the edge that no window sees.
    WinogradCase(batch: 64, side: 19, inputs: 64, outputs: 64, kernel: 4, stride: 2, padding: 0),
  ])
  func isNotTaken(_ test: WinogradCase) {
    let sizes = test.sizes(test.images(random, .float32), test.weight(random, .float32))
    #expect(WinogradLoops(sizes, .float32) == nil)
  }
}
