import NN
import Tensor
import Testing

@Suite struct SplineTests {
  private let spline = RationalQuadraticSpline(
    x: Tensor([-1, 0, 1], dtype: .float64), y: Tensor([-1, 0.5, 1], dtype: .float64),
    slopes: Tensor([1, 1, 1], dtype: .float64))

  @Test(arguments: [
    (-0.5, -0.25, 0.587786665), (0.25, 0.65909091, -0.84454683), (-3, -3, 0), (1.5, 1.5, 0),
  ]) func valuesByHand(x: Double, y: Double, logSlope: Double) {
    let result = spline(Tensor(x, dtype: .float64))
    #expect(Swift.abs(result.y.scalar - y) < 1e-8)
    #expect(Swift.abs(result.logSlope.scalar - logSlope) < 1e-8)
    let back = spline.inverse(result.y)
    #expect(Swift.abs(back.x.scalar - x) < 1e-12)
    #expect(Swift.abs(back.logSlope.scalar + logSlope) < 1e-8)
  }

  private func drawn(_ count: Int, bins: Int, scale: Double = 1) -> RationalQuadraticSpline {
    let raw = Random(seed: 3).normal(
      [count, 3 * bins - 1], standardDeviation: scale, dtype: .float64)
    return RationalQuadraticSpline(parameters: raw, bound: 4)
  }

  @Test func zerosAreTheIdentity() {
    let x = Tensor.linearSpace(from: -6, through: 6, count: 97, dtype: .float64)
    let raw = Tensor.zeros([97, 23], dtype: .float64)
    let (y, logSlope) = RationalQuadraticSpline(parameters: raw, bound: 4)(x)
    #expect(abs(y - x).max().scalar < 1e-14 && abs(logSlope).max().scalar < 1e-14)
  }

  @Test func theInverseComesBackAtTheKnotsToo() {
    let splines = drawn(500, bins: 8, scale: 3)
    let knots = splines.x.sliced(3..<4, along: 1).squeezed(at: -1)
    let x = Random(seed: 1).uniform([500], in: -5..<5, dtype: .float64)
    for x in [x, knots, Tensor(filledWith: 4, [500], dtype: .float64)] {
      let (y, logSlope) = splines(x)
      let back = splines.inverse(y)
      #expect(abs(back.x - x).max().scalar < 1e-9)
      #expect(abs(back.logSlope + logSlope).max().scalar < 1e-6)
    }
  }

  @Test func itIsContinuousAndSmoothAtTheBound() {
    let splines = drawn(40, bins: 5)
    for bound in [-4.0, 4] {
      let inside = Tensor(filledWith: bound * (1 - 1e-10), [40], dtype: .float64)
      let (y, logSlope) = splines(inside)
      #expect(abs(y - bound).max().scalar < 1e-7 && abs(logSlope).max().scalar < 1e-5)
    }
  }

  @Test func bothDirectionsHaveTheRightGradients() {
    let raw = Random(seed: 4).normal([6, 2, 8], dtype: .float64)
    let x = Tensor([[-3.1, 0.4], [1.2, -0.7], [2.9, 3.6], [-1.9, -5], [0.1, 6], [-0.2, 1]])
    let forward = checkGradient(
      of: { input in
        let result = RationalQuadraticSpline(parameters: input[0], bound: 4)(input[1])
        return Tensor.stacked([result.y, result.logSlope])
      }, at: [raw, x])
    #expect(forward.passes(), "\(forward)")
    let inverse = checkGradient(
      of: { input in
        let result = RationalQuadraticSpline(parameters: input[0], bound: 4).inverse(input[1])
        return Tensor.stacked([result.x, result.logSlope])
      }, at: [raw, x])
    #expect(inverse.passes(), "\(inverse)")
  }

  /// The values and first derivatives of parameters come from one pass, those of a table of knots
  /// from separate operations.
  @Test(arguments: [(1, 8), (17, 1), (33, 2), (300, 5)])
  func onePassGivesWhatSeparateOperationsGive(count: Int, bins: Int) {
    let random = Random(seed: 6)
    let raw = random.normal([count, 3 * bins - 1], standardDeviation: 2, dtype: .float64)
    let x = random.uniform([count], in: -5..<5, dtype: .float64)
    let weights = random.normal([2, count], dtype: .float64)
    func weighted(_ input: [Tensor], inOnePass: Bool) -> Tensor {
      let drawn = RationalQuadraticSpline(parameters: input[0], bound: 4)
      let splines =
        inOnePass ? drawn : RationalQuadraticSpline(x: drawn.x, y: drawn.y, slopes: drawn.slopes)
      let result = splines(input[1])
      return Tensor.stacked([result.y, result.logSlope]) * weights.converted(to: input[1].dtype)
    }
    func gradients(_ input: [Tensor], inOnePass: Bool) -> [Tensor] {
      valueWithGradient(at: input) { weighted($0, inOnePass: inOnePass).sum() }.gradients
    }
    let single = [raw, x].map { $0.converted(to: .float32) }
    let expected = weighted([raw, x], inOnePass: false)
    let slopes = gradients([raw, x], inOnePass: false)
    #expect(abs(weighted([raw, x], inOnePass: true) - expected).max().scalar < 1e-12)
    for (found, slope) in zip(gradients([raw, x], inOnePass: true), slopes) {
      #expect(abs(found - slope).max().scalar < 1e-11 * (1 + abs(slope).max().scalar))
    }
    let near = weighted(single, inOnePass: true).converted(to: .float64)
    #expect(abs(near - expected).max().scalar < 1e-4)
    for (found, slope) in zip(gradients(single, inOnePass: true), slopes) {
      let distance = abs(found.converted(to: .float64) - slope).max().scalar
      #expect(distance < 1e-3 * (1 + abs(slope).max().scalar))
    }
  }

  @Test func theSlopeIsTheDerivative() {
    let splines = drawn(30, bins: 6)
    let x = Random(seed: 2).uniform([30], in: -4..<4, dtype: .float64)
    let slope = gradient(at: x) { splines($0).y.sum() }
    #expect(abs(log(slope) - splines(x).logSlope).max().scalar < 1e-10)
  }
}
