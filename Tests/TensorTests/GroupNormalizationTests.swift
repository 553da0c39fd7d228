import Tensor
import Testing

@Suite struct GroupNormalizationTests {
  private let random = Random(seed: 29)

  private func composition(
    _ x: Tensor, _ groups: Int, _ scale: Tensor, _ shift: Tensor, isActivated: Bool
  ) -> Tensor {
    let grouped = x.reshaped(to: [
      x.shape[0], x.count / x.shape[0] / scale.count, groups, scale.count / groups,
    ])
    let deviation = grouped - grouped.mean(along: [1, 3], keepingDimensions: true)
    let variance = square(deviation).mean(along: [1, 3], keepingDimensions: true)
    let y = (deviation / sqrt(variance + 1e-3)).reshaped(to: x.shape) * scale + shift
    return isActivated ? silu(y) : y
  }

  @Test(
    arguments: [([5, 6], 2), ([2, 3, 2, 8], 4), ([3, 700, 12], 3), ([70, 40], 1)], [false, true])
  func againstTheFormula(_ size: (shape: [Int], groups: Int), isActivated: Bool) {
    let x = random.normal(size.shape, mean: 50, standardDeviation: 2, dtype: .float64)
    let scale = random.normal([x.shape[x.rank - 1]], dtype: .float64)
    let shift = random.normal(scale.shape, dtype: .float64)
    let y = groupNormalized(
      x, groups: size.groups, scale: scale, shift: shift, epsilon: 1e-3, isActivated: isActivated)
    let expected = composition(x, size.groups, scale, shift, isActivated: isActivated)
    #expect(abs(y - expected).max().scalar < 1e-10)
    // The mean is 25 standard deviations from 0, and single precision must stay accurate.
    let single = groupNormalized(
      x.converted(to: .float32), groups: size.groups, scale: scale.converted(to: .float32),
      shift: shift.converted(to: .float32), epsilon: 1e-3, isActivated: isActivated)
    #expect(abs(single.converted(to: .float64) - y).max().scalar < 1e-4)
  }

  @Test(arguments: [([3, 4], 2), ([2, 3, 2, 6], 3), ([2, 130, 2], 1)], [false, true])
  func gradients(_ size: (shape: [Int], groups: Int), isActivated: Bool) {
    let weight = random.normal(size.shape, dtype: .float64)
    let channels = size.shape[size.shape.count - 1]
    let check = checkGradient(
      of: {
        let y = groupNormalized(
          $0[0], groups: size.groups, scale: $0[1], shift: $0[2], epsilon: 0.1,
          isActivated: isActivated)
        return sin(y) * weight
      },
      at: [size.shape, [channels], [channels]].map { random.normal($0, dtype: .float64) })
    #expect(check.passes(), "\(check)")
  }

  @Test func aGroupOfEqualValuesIsItsShift() {
    let y = groupNormalized(
      Tensor(filledWith: 7, [2, 4]), groups: 2, scale: Tensor(filledWith: 3, [4]),
      shift: Tensor([1, -1, 2, 0]), epsilon: 1e-5)
    #expect(y == Tensor([[1, -1, 2, 0], [1, -1, 2, 0]]))
  }
}
