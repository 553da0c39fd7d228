import CKernels
import Testing

@testable import Tensor

/// A convolution whose kernel has 2 × 2 or 3 × 3 taps in each phase.
struct WinogradCase: Sendable, CustomTestStringConvertible {
  let batch: Int
  let height: Int
  let width: Int
  let inputs: Int
  let outputs: Int
  let kernel: Int
  let stride: Int
  let padding: Int

  var testDescription: String {
    "\(batch)×\(height)×\(width)×\(inputs), \(kernel)×\(kernel)×\(outputs), stride \(stride), padding"
      + " \(padding)"
  }

  static let all = [
    // Layers of the models: tiles of four results, and of four and three.
    WinogradCase(
      batch: 32, height: 14, width: 14, inputs: 32, outputs: 64, kernel: 4, stride: 2, padding: 1),
    WinogradCase(
      batch: 4, height: 26, width: 26, inputs: 32, outputs: 64, kernel: 3, stride: 1, padding: 0),
    WinogradCase(
      batch: 8, height: 32, width: 32, inputs: 48, outputs: 32, kernel: 4, stride: 2, padding: 1),
    // Numbers of channels that are not multiples of a vector width, some in several groups.
    WinogradCase(
      batch: 8, height: 11, width: 22, inputs: 37, outputs: 41, kernel: 3, stride: 1, padding: 1),
    WinogradCase(
      batch: 15, height: 25, width: 17, inputs: 19, outputs: 35, kernel: 4, stride: 2, padding: 2),
    WinogradCase(
      batch: 15, height: 12, width: 12, inputs: 70, outputs: 50, kernel: 2, stride: 1, padding: 0),
    // Only tiles of three results, along one axis or both, some of which extend over the edge.
    WinogradCase(
      batch: 32, height: 6, width: 6, inputs: 33, outputs: 32, kernel: 3, stride: 1, padding: 1),
    WinogradCase(
      batch: 24, height: 18, width: 14, inputs: 8, outputs: 40, kernel: 4, stride: 2, padding: 1),
    WinogradCase(
      batch: 64, height: 6, width: 10, inputs: 32, outputs: 32, kernel: 2, stride: 1, padding: 0),
    // Pixels at the edge that no window covers.
    WinogradCase(
      batch: 16, height: 19, width: 19, inputs: 16, outputs: 64, kernel: 4, stride: 2, padding: 0),
    // Tiles that contain only zeros around the image.
    WinogradCase(
      batch: 9, height: 5, width: 9, inputs: 32, outputs: 33, kernel: 3, stride: 1, padding: 8),
    // Other strides.
    WinogradCase(
      batch: 4, height: 48, width: 48, inputs: 9, outputs: 32, kernel: 6, stride: 2, padding: 2),
    WinogradCase(
      batch: 15, height: 36, width: 36, inputs: 5, outputs: 32, kernel: 6, stride: 3, padding: 0),
  ]

  func images(_ random: Random, _ dtype: DType = .float64) -> Tensor {
    random.normal([batch, height, width, inputs], dtype: dtype)
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

  /// The root mean square of the difference, relative to that of the expected values.
  private func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
    let difference = found.converted(to: .float64) - expected
    return ((difference * difference).mean().scalar / (expected * expected).mean().scalar)
      .squareRoot()
  }

  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_winograd_named(name, false) != nil }

  private enum Operation: CaseIterable {
    case forward, back, kernel

    /// The operations after the sums: a rectifier's slope, whether it is in the backward pass, and
    /// a bias.
    var variants: [(slope: Double, isBack: Bool, isBiased: Bool)] {
      self == .kernel
        ? [(1, false, false)]
        : [
          (1, false, false), (0.2, false, true), (0, false, true), (0.2, true, false),
          (0, true, false),
        ]
    }
  }

  /// The tensors of a case in one type.
  private struct Numbers {
    let images, weight, turned, dy, before, after: Tensor

    /// The same numbers for every type.
    init(_ test: WinogradCase, _ dtype: DType, _ drawn: [Tensor]) {
      let numbers = drawn.map { $0.converted(to: dtype) }
      (images, weight, dy) = (numbers[0], numbers[1], numbers[2])
      (before, after) = (numbers[3], numbers[4])
      turned = weight.permuted(to: [0, 1, 3, 2])
    }
  }

  /// A convolution or one of its adjoints, computed by an instruction set's transformations or, without
  /// one, by plain sums.
  private func result(
    _ operation: Operation, _ sizes: ConvolutionSizes, _ numbers: Numbers,
    by instructionSet: String?,
    slope: Double, isBack: Bool, isBiased: Bool
  ) throws -> Tensor {
    let dtype = numbers.images.dtype
    // The results of a rectifier, for the backward pass through it: any tensor of their shape that
    // is not otherwise read.
    let results = operation == .forward ? numbers.dy : numbers.images
    let rectifier = CKRectifier(slope: slope, results: isBack ? results.pointer : nil)
    let plain = ConvolutionLoops(sizes, dtype, rectifier)
    var winograd: WinogradLoops?
    if let instructionSet {
      let isDouble = dtype == .float64
      var loops = try #require(WinogradLoops(sizes, dtype, rectifier))
      loops.product = try #require(ck_product_named(instructionSet, isDouble)).pointee
      loops.transforms = try #require(ck_winograd_named(instructionSet, isDouble)).pointee
      winograd = loops
    }
    let (x, w, y) = (numbers.images.pointer, numbers.weight.pointer, numbers.dy.pointer)
    switch operation {
    case .forward:
      let bias = isBiased ? numbers.after.pointer : nil
      return Tensor.uninitialized(sizes.outputShape, dtype) { result, _ in
        winograd?.convolve(x, w, bias, to: result) ?? plain.convolve(x, w, bias, to: result)
      }
    case .back:
      let bias = isBiased ? numbers.before.pointer : nil
      return Tensor.uninitialized(sizes.inputShape, dtype) { result, _ in
        winograd?.convolveBack(y, w, bias, to: result)
          ?? plain.convolveBack(y, turned: numbers.turned.pointer, bias, to: result)
      }
    case .kernel:
      return Tensor.uninitialized(sizes.kernelShape, dtype) { result, _ in
        winograd?.kernelGradient(of: x, y, to: result)
          ?? plain.kernelGradient(of: x, y, to: result)
      }
    }
  }

  /// Compared with plain sums in double precision; in single precision, the error is a few times
  /// that of plain sums.
  @Test(arguments: WinogradCase.all)
  func equalsPlainSums(_ test: WinogradCase) throws {
    let (x, w) = (test.images(random, .float32), test.weight(random, .float32))
    let sizes = test.sizes(x, w)
    let drawn =
      [x, w] + [sizes.outputShape, [test.inputs], [test.outputs]].map { random.normal($0) }
    let (double, float) = (Numbers(test, .float64, drawn), Numbers(test, .float32, drawn))
    for operation in Operation.allCases {
      for (slope, isBack, isBiased) in operation.variants {
        func found(_ numbers: Numbers, by instructionSet: String?) throws -> Tensor {
          try result(
            operation, sizes, numbers, by: instructionSet, slope: slope, isBack: isBack,
            isBiased: isBiased)
        }
        let exact = try found(double, by: nil)
        let plain = relativeError(try found(float, by: nil), exact)
        for set in Self.instructionSets {
          let error = relativeError(try found(double, by: set), exact)
          #expect(error < 1e-14, "\(set): \(operation), slope \(slope), in float64")
          let single = relativeError(try found(float, by: set), exact)
          #expect(
            single < 6 * plain, "\(set): \(operation), slope \(slope): \(single), plain \(plain)")
        }
      }
    }
  }

  /// Through the public operations, to the second order; with tiles of 3 × 4 and of 3 × 3 results.
  @Test func gradients() {
    let test = WinogradCase(
      batch: 32, height: 10, width: 14, inputs: 8, outputs: 32, kernel: 4, stride: 2, padding: 1)
    let (x, w) = (test.images(random), test.weight(random))
    #expect(WinogradLoops(test.sizes(x, w), .float64) != nil)
    let bias = random.normal([test.outputs], dtype: .float64)
    let forward = checkGradient(
      of: { tanh(conv2D($0[0], $0[1], bias: $0[2], stride: 2, padding: 1)) }, at: [x, w, bias])
    #expect(forward.passes(), "\(forward)")
    let y = random.normal([32, 5, 7, 32], dtype: .float64)
    let before = random.normal([test.inputs], dtype: .float64)
    let back = checkGradient(
      of: { tanh(convTranspose2D($0[0], $0[1], bias: $0[2], stride: 2, padding: 1)) },
      at: [y, w, before])
    #expect(back.passes(), "\(back)")
  }

  @Test func sameBitsAtAnyNumberOfThreads() {
    let test = WinogradCase(
      batch: 32, height: 14, width: 14, inputs: 40, outputs: 36, kernel: 4, stride: 2, padding: 1)
    let (x, w) = (test.images(random, .float32), test.weight(random, .float32))
    #expect(WinogradLoops(test.sizes(x, w), .float32) != nil)
    expectSameAtAnyNumberOfThreads {
      let (value, gradients) = valueWithGradient(at: [x, w]) {
        square(conv2D($0[0], $0[1], stride: 2, padding: 1)).sum()
      }
      return [value] + gradients
    }
  }

  /// Cases in which plain sums are faster, or the only way.
  @Test(arguments: [
    // Few channels, few images, tiles that extend far over the edge, kernels of other sizes.
    WinogradCase(
      batch: 64, height: 28, width: 28, inputs: 1, outputs: 32, kernel: 4, stride: 2, padding: 1),
    WinogradCase(
      batch: 64, height: 28, width: 28, inputs: 32, outputs: 3, kernel: 4, stride: 2, padding: 1),
    WinogradCase(
      batch: 16, height: 14, width: 14, inputs: 32, outputs: 32, kernel: 4, stride: 2, padding: 1),
    WinogradCase(
      batch: 256, height: 4, width: 4, inputs: 64, outputs: 64, kernel: 4, stride: 2, padding: 1),
    WinogradCase(
      batch: 64, height: 14, width: 14, inputs: 64, outputs: 64, kernel: 3, stride: 2, padding: 1),
    WinogradCase(
      batch: 64, height: 14, width: 14, inputs: 64, outputs: 64, kernel: 5, stride: 1, padding: 2),
  ])
  func isNotTaken(_ test: WinogradCase) {
    let sizes = test.sizes(test.images(random, .float32), test.weight(random, .float32))
    #expect(WinogradLoops(sizes, .float32) == nil)
  }
}
