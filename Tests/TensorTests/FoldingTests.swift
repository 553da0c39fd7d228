import CKernels
import Testing

@testable import Tensor

/// A convolution of images with few channels.
struct FoldingCase: Sendable, CustomTestStringConvertible {
  let batch: Int
  let height: Int
  let width: Int
  let inputs: Int
  let outputs: Int
  let kernel: (height: Int, width: Int)
  let stride: Int
  let padding: Int

  var testDescription: String {
    "\(batch)×\(height)×\(width)×\(inputs), \(kernel.height)×\(kernel.width)×\(outputs), stride"
      + " \(stride), padding \(padding)"
  }

  static let all = [
    // Layers of the models.
    FoldingCase(
      batch: 4, height: 28, width: 28, inputs: 1, outputs: 32, kernel: (4, 4), stride: 2, padding: 1
    ),
    FoldingCase(
      batch: 2, height: 64, width: 64, inputs: 3, outputs: 64, kernel: (4, 4), stride: 2, padding: 1
    ),
    FoldingCase(
      batch: 3, height: 28, width: 28, inputs: 1, outputs: 32, kernel: (3, 3), stride: 1, padding: 0
    ),
    // Images in several bands; the stride does not divide their number of rows.
    FoldingCase(
      batch: 1, height: 151, width: 140, inputs: 2, outputs: 5, kernel: (5, 5), stride: 2,
      padding: 2),
    FoldingCase(
      batch: 2, height: 97, width: 65, inputs: 4, outputs: 8, kernel: (7, 3), stride: 1, padding: 3),
    // A band that no window covers.
    FoldingCase(
      batch: 1, height: 13, width: 2101, inputs: 4, outputs: 6, kernel: (2, 2), stride: 3,
      padding: 0),
    // The lowest possible bands.
    FoldingCase(
      batch: 1, height: 40, width: 300, inputs: 3, outputs: 6, kernel: (7, 7), stride: 1, padding: 3
    ),
    // Pixels between and after windows, which no window covers.
    FoldingCase(
      batch: 2, height: 14, width: 15, inputs: 3, outputs: 7, kernel: (2, 2), stride: 3, padding: 0),
    FoldingCase(
      batch: 2, height: 12, width: 8, inputs: 2, outputs: 6, kernel: (1, 3), stride: 2, padding: 1),
    // Sums longer than a block of the inner dimension.
    FoldingCase(
      batch: 2, height: 6, width: 7, inputs: 2, outputs: 700, kernel: (3, 3), stride: 1, padding: 1),
    // Windows that contain only zeros around the image.
    FoldingCase(
      batch: 2, height: 5, width: 3, inputs: 2, outputs: 7, kernel: (3, 3), stride: 2, padding: 6),
    FoldingCase(
      batch: 2, height: 1, width: 1, inputs: 1, outputs: 9, kernel: (6, 6), stride: 1, padding: 3),
  ]
}

/// The adjoint of a convolution by folding, compared with that by windows.
struct FoldingTests {
  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_product_named(name, false) != nil }

  private func difference(_ found: Tensor, _ expected: Tensor) -> Double {
    abs(found - expected).max().scalar
  }

  @Test(arguments: FoldingCase.all)
  func equalsWindows(_ test: FoldingCase) throws {
    let random = Random(seed: 12)
    let x = random.normal([test.batch, test.height, test.width, test.inputs], dtype: .float64)
    let w = random.normal(
      [test.kernel.height, test.kernel.width, test.inputs, test.outputs], dtype: .float64)
    let sizes = ConvolutionSizes(
      imagesOf: x, kernelOf: w, test.stride, test.padding, 1, "test")
    let y = random.normal(sizes.outputShape, dtype: .float64)
    let bias = random.normal([test.inputs], dtype: .float64)
    // For the backward pass, x contains the rectifier's results.
    let double = [x, y, w, bias, w.permuted(to: [0, 1, 3, 2])]
    let float = double.map { $0.converted(to: .float32) }
    for (slope, isBack, isBiased) in [
      (1.0, false, false), (1.0, false, true), (0.2, false, true), (0, false, true),
      (0.2, true, false), (0, true, false),
    ] {
      /// Computes it by folding with an instruction set's loops, or by windows.
      func found(_ numbers: [Tensor], by instructionSet: String?) throws -> Tensor {
        let dtype = numbers[0].dtype
        let pointers = numbers.map(\.pointer)
        let bias = isBiased ? pointers[3] : nil
        let rectifier = CKRectifier(slope: slope, results: isBack ? pointers[0] : nil)
        var folding: FoldingLoops?
        if let instructionSet {
          var loops = try #require(FoldingLoops(sizes, dtype, rectifier))
          let isDouble = dtype == .float64
          loops.product = try #require(ck_product_named(instructionSet, isDouble)).pointee
          loops.kernels = try #require(ck_kernels_named(instructionSet, isDouble)).pointee
          folding = loops
        }
        let plain = ConvolutionLoops(sizes, dtype, rectifier)
        defer { withExtendedLifetime(numbers) {} }
        return Tensor.uninitialized(sizes.inputShape, dtype) { result, _ in
          folding?.convolveBack(pointers[1], pointers[2], bias, to: result)
            ?? plain.convolveBack(pointers[1], turned: pointers[4], bias, to: result)
        }
      }
      let exact = try found(double, by: nil)
      for set in Self.instructionSets {
        #expect(difference(try found(double, by: set), exact) < 1e-12, "\(set), slope \(slope)")
        let single = try found(float, by: set).converted(to: .float64)
        #expect(difference(single, exact) < 1e-4, "\(set), slope \(slope)")
      }
    }
  }

  /// Through the public operations, to the second order.
  @Test func gradients() {
    let random = Random(seed: 13)
    let y = random.normal([2, 3, 4, 5], dtype: .float64)
    let w = random.normal([4, 4, 2, 5], dtype: .float64)
    let bias = random.normal([2], dtype: .float64)
    let back = checkGradient(
      of: { tanh(convTranspose2D($0[0], $0[1], bias: $0[2], stride: 2, padding: 1)) },
      at: [y, w, bias])
    #expect(back.passes(), "\(back)")
    let x = random.normal([2, 6, 8, 2], dtype: .float64)
    let forward = checkGradient(
      of: { tanh(conv2D($0[0], $0[1], stride: 2, padding: 1)) }, at: [x, w])
    #expect(forward.passes(), "\(forward)")
  }

  @Test func sameBitsAtAnyNumberOfThreads() {
    let random = Random(seed: 14)
    let y = random.normal([5, 70, 70, 9])
    let w = random.normal([4, 4, 3, 9])
    expectSameAtAnyNumberOfThreads { [convTranspose2D(y, w, stride: 2, padding: 1)] }
  }

  @Test func ofNothing() {
    let none = convTranspose2D(Tensor.zeros([0, 4, 4, 5]), Tensor.ones([3, 3, 2, 5]))
    #expect(none.shape == [0, 6, 6, 2])
    let noChannels = convTranspose2D(Tensor.zeros([2, 4, 4, 5]), Tensor.ones([3, 3, 0, 5]))
    #expect(noChannels.shape == [2, 6, 6, 0])
  }

  /// Cases in which windows are faster, or the only way.
  @Test func isNotTaken() {
    func loops(
      _ inputs: Int, _ outputs: Int, dilation: Int, kernel: Int = 3
    ) -> FoldingLoops? {
      let x = Tensor.zeros([2, 8, 8, inputs])
      let w = Tensor.zeros([kernel, kernel, inputs, outputs])
      let sizes = ConvolutionSizes(imagesOf: x, kernelOf: w, 1, 1, dilation, "test")
      return FoldingLoops(sizes, .float32, .none)
    }
    #expect(loops(4, 8, dilation: 1) != nil)
    #expect(loops(5, 8, dilation: 1) == nil)
    #expect(loops(4, 4, dilation: 1) == nil)
    #expect(loops(1, 8, dilation: 1, kernel: 2) == nil)
    #expect(loops(4, 8, dilation: 2) == nil)
  }
}
