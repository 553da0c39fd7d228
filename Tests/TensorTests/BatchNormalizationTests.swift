import Tensor
import Testing

@Suite struct BatchNormalizationTests {
  private let random = Random(seed: 23)

  private func composition(_ x: Tensor, _ scale: Tensor, _ shift: Tensor) -> Tensor {
    let axes = Array(0..<x.rank - 1)
    let deviation = x - x.mean(along: axes)
    return deviation / sqrt(square(deviation).mean(along: axes) + 1e-3) * scale + shift
  }

  @Test(arguments: [[5, 3], [2, 3, 2, 3], [700, 40]])
  func againstTheFormula(_ shape: [Int]) {
    let x = random.normal(shape, mean: 50, standardDeviation: 2, dtype: .float64)
    let channels = shape[shape.count - 1]
    let scale = random.normal([channels], dtype: .float64)
    let shift = random.normal([channels], dtype: .float64)
    let (y, mean, variance) = batchNormalized(x, scale: scale, shift: shift, epsilon: 1e-3)
    let axes = Array(0..<shape.count - 1)
    #expect(abs(y - composition(x, scale, shift)).max().scalar < 1e-10)
    #expect(abs(mean - x.mean(along: axes)).max().scalar < 1e-10)
    #expect(abs(variance - x.variance(along: axes)).max().scalar < 1e-10)
    // The mean is 25 standard deviations from 0, and single precision must stay accurate.
    let single = batchNormalized(
      x.converted(to: .float32), scale: scale.converted(to: .float32),
      shift: shift.converted(to: .float32), epsilon: 1e-3)
    #expect(abs(single.y.converted(to: .float64) - y).max().scalar < 1e-4)
  }

  @Test(arguments: [[5, 3], [2, 3, 2, 3], [2, 1]])
  func gradients(_ shape: [Int]) {
    let channels = shape[shape.count - 1]
    let weight = random.normal(shape, dtype: .float64)
    let check = checkGradient(
      of: {
        sin(batchNormalized($0[0], scale: $0[1], shift: $0[2], epsilon: 0.1).y) * weight
      },
      at: [shape, [channels], [channels]].map { random.normal($0, dtype: .float64) })
    #expect(check.passes(), "\(check)")
  }

  @Test func aChannelOfEqualValuesIsItsShift() {
    let y = batchNormalized(
      Tensor(filledWith: 7, [4, 2]), scale: Tensor([3, 3]), shift: Tensor([1, -1]), epsilon: 1e-5
    ).y
    #expect(y == Tensor([[1, -1], [1, -1], [1, -1], [1, -1]]))
  }
}
