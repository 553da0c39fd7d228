import Testing

@testable import Tensor

@Suite struct Convolution1DTests {
  @Test(arguments: [DType.float32, .float64])
  func againstNaiveSums(_ dtype: DType) {
    let random = Random(seed: 17)
    for (stride, padding, isCausal, dilation, groups) in [
      (1, 0, false, 1, 1), (2, 1, false, 1, 1), (1, 2, false, 2, 1), (1, 0, true, 1, 1),
      (1, 0, true, 3, 1), (2, 0, true, 2, 2), (3, 4, false, 1, 2),
    ] {
      let x = random.normal([2, 11, 4], dtype: dtype)
      let w = random.normal([3, 4 / groups, 6], dtype: dtype)
      let bias = random.normal([6], dtype: dtype)
      let y = conv1D(
        x, w, bias: bias, stride: stride, padding: padding, causal: isCausal, dilation: dilation,
        groups: groups)
      let before = isCausal ? 2 * dilation : padding
      let after = isCausal ? 0 : padding
      let length = (11 + before + after - 2 * dilation - 1) / stride + 1
      #expect(y.shape == [2, length, 6])
      let (u, v, b, found) = (x.doubles, w.doubles, bias.doubles, y.doubles)
      for n in 0..<2 {
        for i in 0..<length {
          for o in 0..<6 {
            var sum = b[o]
            for k in 0..<3 {
              let place = stride * i + dilation * k - before
              guard (0..<11).contains(place) else { continue }
              for c in 0..<4 / groups {
                let channel = o / (6 / groups) * (4 / groups) + c
                sum += u[(n * 11 + place) * 4 + channel] * v[(k * (4 / groups) + c) * 6 + o]
              }
            }
            #expect(Swift.abs(found[(n * length + i) * 6 + o] - sum) < 1e-5)
          }
        }
      }
    }
  }

  @Test func causalSeesNothingLater() {
    let x = Random(seed: 18).normal([1, 9, 2], dtype: .float64)
    let w = Random(seed: 19).normal([4, 2, 3], dtype: .float64)
    for i in 0..<9 {
      let dx = gradient(at: x) {
        conv1D($0, w, causal: true, dilation: 2).sliced(i..<i + 1, along: 1).sum()
      }
      #expect(!dx.sliced(i + 1..<9, along: 1).any() && dx.sliced(i..<i + 1, along: 1).all())
    }
  }
}
