import Testing

@testable import Tensor

/// Gradients that operations write directly to their destinations equal those computed with a
/// separate pass for each rectifier, sum and bias, as for a gradient inside another one.
@Suite struct GradientDestinationTests {
  private let random = Random(seed: 31)

  /// Points to differentiate at, and functions of them that use every kind of destination.
  private struct Function: CustomTestStringConvertible {
    let testDescription: String
    let shapes: [[Int]]
    /// Whether several operations read a rectifier's result, or a sum has many parts: a leaky
    /// rectifier then scales each of their gradients instead of the sum, parts are added in another
    /// order, and the last digit may differ.
    var hasSeveralReaders = false
    let body: @Sendable ([Tensor]) -> Tensor
  }

  private static let slopes = [0, 0.2]

  private static let functions: [Function] = slopes.flatMap { slope in
    [
      Function(
        testDescription: "dense layers, slope \(slope)",
        shapes: [[150, 50], [50, 300], [300], [300, 36], [36]]
      ) { x in
        square(affine(affine(x[0], x[1], x[2], rectifier: Rectifier(slope: slope)), x[3], x[4]))
          .sum()
      },
      Function(
        testDescription: "a layer of few columns, slope \(slope)",
        shapes: [[40, 50], [50, 3], [3], [3, 2], [2]]
      ) { x in
        square(affine(affine(x[0], x[1], x[2], rectifier: Rectifier(slope: slope)), x[3], x[4]))
          .sum()
      },
      Function(
        testDescription: "a network used twice, slope \(slope)",
        shapes: [[40, 50], [50, 70], [70], [70, 36], [36], [30, 50]]
      ) { x in
        func network(_ input: Tensor) -> Tensor {
          square(affine(affine(input, x[1], x[2], rectifier: Rectifier(slope: slope)), x[3], x[4]))
            .sum()
        }
        return network(x[0]) - 2 * network(x[5])
      },
      // Some operations on the hidden units take their gradient through the rectifier, some do not.
      Function(
        testDescription: "several readers, slope \(slope)",
        shapes: [[40, 50], [50, 70], [70], [70, 36], [36, 70]],
        hasSeveralReaders: true
      ) { x in
        let hidden = affine(x[0], x[1], x[2], rectifier: Rectifier(slope: slope))
        let products = hidden.matmul(x[3]).sum() + hidden.matmul(x[4], transposeRight: true).sum()
        return products + square(hidden).sum() + hidden.matmul(square(x[3])).sum()
      },
      Function(
        testDescription: "a rectifier of its own in other shapes, slope \(slope)",
        shapes: [[40, 50], [25, 36]],
        hasSeveralReaders: true
      ) { x in
        let hidden = slope == 0 ? relu(x[0]) : leakyReLU(x[0], slope: slope)
        let flat = hidden.reshaped(to: [80, 25])
        return square(flat.matmul(x[1])).sum() + (flat.reshaped(to: [2000]) * 3).sum()
      },
      // A network that computes another one's weights and bias.
      Function(
        testDescription: "rectified weights and biases, slope \(slope)",
        shapes: [[40, 50], [50, 36], [36], [12, 3], [36, 8]]
      ) { x in
        let bias = slope == 0 ? relu(x[3]) : leakyReLU(x[3], slope: slope)
        let weights = affine(
          x[4].transposed(), x[1].transposed().matmul(x[1]), x[2],
          rectifier: Rectifier(slope: slope))
        let hidden = affine(x[0], x[1], bias.reshaped(to: [36]), rectifier: Rectifier(slope: slope))
        return square(hidden.matmul(weights, transposeRight: true)).sum()
      },
      Function(
        testDescription: "stacks of matrices, slope \(slope)", shapes: [[3, 20, 30], [3, 30, 40]]
      ) { x in
        let (a, b) = slope == 0 ? (relu(x[0]), relu(x[1])) : (leakyReLU(x[0], slope: slope), x[1])
        return square(a.matmul(b)).sum()
      },
      Function(
        testDescription: "a product with itself, slope \(slope)", shapes: [[30, 30]],
        hasSeveralReaders: true
      ) { x in
        let a = slope == 0 ? relu(x[0]) : leakyReLU(x[0], slope: slope)
        return square(a.matmul(a, transposeLeft: true)).sum() + x[0].matmul(x[0]).sum()
      },
      Function(
        testDescription: "one column, used twice, slope \(slope)",
        shapes: [[40, 50], [50, 70], [70], [70, 1], [1]]
      ) { x in
        let hidden = affine(x[0], x[1], x[2], rectifier: Rectifier(slope: slope))
        let again = affine(-1 * x[0], x[1], x[2], rectifier: Rectifier(slope: slope))
        return square(affine(hidden, x[3], x[4])).sum() + square(affine(again, x[3], x[4])).sum()
      },
      Function(
        testDescription: "one input, slope \(slope)",
        shapes: [[128, 1], [1, 400], [400], [400, 1]]
      ) { x in
        square(affine(x[0], x[1], x[2], rectifier: Rectifier(slope: slope)).matmul(x[3])).sum()
      },
      // More rows than a block of the inner dimension: sums are added in another order.
      Function(
        testDescription: "many rows, slope \(slope)",
        shapes: [[600, 20], [20, 40], [40], [40, 8], [8]], hasSeveralReaders: true
      ) { x in
        func network(_ input: Tensor) -> Tensor {
          square(affine(affine(input, x[1], x[2], rectifier: Rectifier(slope: slope)), x[3], x[4]))
            .sum()
        }
        return network(x[0]) + network(-1 * x[0])
      },
      Function(
        testDescription: "convolutions by plain sums, slope \(slope)",
        shapes: [[3, 8, 8, 2], [3, 3, 2, 5], [5], [3, 3, 5, 6], [6 * 64, 4]],
        hasSeveralReaders: true
      ) { x in
        let hidden = conv2D(
          x[0], x[1], bias: x[2], stride: 1, padding: 1, dilation: 1,
          rectifier: Rectifier(slope: slope))
        let y = conv2D(
          hidden, x[3], bias: nil, stride: 1, padding: 1, dilation: 1,
          rectifier: Rectifier(slope: slope))
        return square(y.flattened().matmul(x[4])).sum() + hidden.sum()
      },
      Function(
        testDescription: "transposed convolutions to few channels, slope \(slope)",
        shapes: [[3, 4, 4, 6], [4, 4, 5, 6], [5], [4, 4, 1, 5]]
      ) { x in
        let hidden = convTranspose2D(
          x[0], x[1], bias: x[2], stride: 2, padding: 1, outputPadding: 0,
          rectifier: Rectifier(slope: slope))
        return square(convTranspose2D(hidden, x[3], stride: 2, padding: 1)).sum()
      },
      Function(
        testDescription: "convolutions by Winograd's filtering, slope \(slope)",
        shapes: [[32, 8, 8, 32], [3, 3, 32, 32], [32], [4, 4, 40, 32], [4, 4, 40, 33]]
      ) { x in
        let hidden = conv2D(
          x[0], x[1], bias: x[2], stride: 1, padding: 1, dilation: 1,
          rectifier: Rectifier(slope: slope))
        let larger = convTranspose2D(
          hidden, x[3], bias: nil, stride: 2, padding: 1, outputPadding: 0,
          rectifier: Rectifier(slope: slope))
        return square(conv2D(larger, x[4], stride: 2, padding: 1)).sum()
      },
    ]
  }

  @Test(arguments: functions, [DType.float32, .float64])
  private func asByAPassForEach(_ function: Function, _ dtype: DType) {
    let inputs = function.shapes.map { random.normal($0, dtype: dtype) }
    let direct = valueWithGradient(at: inputs, function.body)
    var recorded: (value: Tensor, gradients: [Tensor]) = (Tensor(0), [])
    _ = gradient(at: Tensor(1)) { outer in
      recorded = valueWithGradient(at: inputs, function.body)
      return outer
    }
    #expect(direct.value == recorded.value)
    for (index, (found, expected)) in zip(direct.gradients, recorded.gradients).enumerated() {
      if function.hasSeveralReaders {
        let tolerance = dtype == .float32 ? 3e-6 : 1e-14
        #expect(abs(found - expected).max().scalar < tolerance * abs(expected).max().scalar)
      } else {
        #expect(found == expected, "of input \(index)")
      }
    }
  }

  /// With one input and an odd number of vectors of units, the parts of a product are unequal.
  @Test(arguments: [DType.float32, .float64])
  func sameBitsAtAnyNumberOfThreads(_ dtype: DType) {
    let shapes = [[128, 1], [1, 400], [400], [400, 400], [400]]
    let inputs = shapes.map { random.normal($0, dtype: dtype) }
    for _ in 0..<20 {
      expectSameAtAnyNumberOfThreads {
        valueWithGradient(at: inputs) { x in
          square(affine(affine(x[0], x[1], x[2], rectifier: .leaky(0.2)), x[3], x[4])).sum()
        }.gradients
      }
    }
  }

  /// A pullback created outside a gradient is differentiable with respect to its argument.
  @Test func aGradientThatIsBeingRecordedTakesTheLongWay() {
    let (x, w, b) = (random.normal([4, 5]), random.normal([5, 40]), random.normal([40]))
    func network(_ x: [Tensor]) -> Tensor {
      affine(affine(x[0], x[1], x[2], rectifier: .plain), w2, b2)
    }
    let (w2, b2) = (random.normal([40, 6]), random.normal([6]))
    let dy = random.normal([4, 6])
    // The pullback is linear: its value is its derivative along dy.
    let dx = valueWithPullback(at: [x, w, b], network).pullback(dy)
    let (value, slope) = valueWithGradient(at: Tensor(2)) { factor in
      let (_, pullback) = valueWithPullback(at: [x, w, b], network)
      return pullback(factor * dy).map { $0.sum() }.reduce(Tensor(0), +)
    }
    let total = dx.map { $0.sum().scalar }.reduce(0, +)
    #expect(abs(slope.scalar - total) < 1e-4 * abs(total))
    #expect(abs(value.scalar - 2 * total) < 1e-4 * abs(total))
    // Created before the gradient in which it is called.
    let (_, pullback) = valueWithPullback(at: [x, w, b], network)
    let late = gradient(at: Tensor(2)) { factor in
      pullback(factor * dy).map { $0.sum() }.reduce(Tensor(0), +)
    }
    #expect(abs(late.scalar - total) < 1e-4 * abs(total))
  }

  /// Without inputs there are no weights, but the bias still has its gradient.
  @Test func theBiasOfALayerWithoutInputs() {
    let gradients = valueWithGradient(at: [Tensor.zeros([0, 3]), Tensor([1, 2, 3])]) {
      affine(Tensor.zeros([4, 0]), $0[0], $0[1]).sum()
    }.gradients
    #expect(gradients[0].shape == [0, 3] && gradients[1].scalars == [4, 4, 4])
  }
}

/// Gradients that are written where an observer wants them.
@Suite struct GradientPlaceTests {
  @Test func aGradientIsWrittenToItsPlace() {
    let random = Random(seed: 5)
    let inputs = [random.normal([4, 3]), random.normal([3, 5]), random.normal([5, 2])]
    func loss(_ inputs: [Tensor]) -> Tensor {
      square(inputs[0].matmul(inputs[1]).matmul(inputs[2])).sum()
    }
    let expected = valueWithGradient(at: inputs, loss).gradients
    let memory = Tensor.zeros([3 * 5 + 5 * 2])
    let places = [nil, 0..<15, 15..<25]
    let owner = Owner()
    let observer = GradientObserver(
      of: owner,
      places: { index in
        places[index].map { memory.lentElements($0).reshaped(to: inputs[index].shape) }
      }
    ) { _, _ in }
    let found = GradientObserver.$requested.withValue(observer) {
      GradientObserver.observing(owner) { valueWithGradient(at: inputs, loss).gradients }
    }
    #expect(found == expected)
    #expect(found[1].pointer == memory.pointer)
    #expect(Array(memory.scalars[15...]) == expected[2].scalars)
  }

  private final class Owner {}
}
