import Estimators
import Tensor
import Testing

@Suite struct KernelDensityTests {
  private func isNear(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
    Swift.abs(a - b) <= tolerance * Swift.max(1, Swift.abs(b))
  }

  /// Two points ±1, h = ½.
  @Test func twoPoints() throws {
    let density = try KernelDensity(points: double([-1, 1]), bandwidths: [0.5])
    let values = exp(density.logDensity(of: double([0, 1]))).doubles
    #expect(isNear(values[0], 0.1079819, 1e-7) && isNear(values[1], 0.3990761, 1e-7))
    #expect(density.mean.doubles == [0] && density.variance.doubles == [1.25])
    // log of exp(−½ (999/½)²) / 2h√2π: the density itself underflows.
    let tail = density.logDensity(of: double([1000])).scalar
    #expect(isNear(tail, -0.5 * 1998 * 1998 - 0.9189385332046727))
  }

  @Test(arguments: DensityKernel.allCases)
  func isADensityWithTheBandwidthsDeviation(_ kernel: DensityKernel) throws {
    // In one dimension by the midpoint rule, and in three along the radius.
    let line = try KernelDensity(points: double([0]), bandwidths: [1], kernel: kernel)
    let count = 40_000
    let x = Tensor.linearSpace(from: -10, through: 10, count: count + 1, dtype: .float64)
    let middle = x.sliced(0..<count) + 10 / Double(count)
    let p = exp(line.logDensity(of: middle)) * (20 / Double(count))
    #expect(isNear(p.sum().scalar, 1, 1e-4))
    #expect(isNear((p * square(middle)).sum().scalar, 1, 1e-3))
    let ball = try KernelDensity(points: double([[0, 0, 0]]), bandwidths: [1], kernel: kernel)
    let radii = middle.sliced(count / 2..<count)
    let rows = radii.expanded(at: 1) * double([[1, 0, 0]])
    let shell =
      exp(ball.logDensity(of: rows)) * square(radii) * (4 * Double.pi * 20 / Double(count))
    #expect(isNear(shell.sum().scalar, 1, 1e-3))
    #expect(isNear((shell * square(radii)).sum().scalar, 3, 3e-3))
  }

  @Test(arguments: DensityKernel.allCases)
  func blocksAgreeWithASumOverAll(_ kernel: DensityKernel) throws {
    let random = Random(seed: 1)
    let points = random.normal([1100, 2], dtype: .float64)
    let weights = random.uniform([1100], dtype: .float64)
    let queries = random.normal([300, 2], dtype: .float64)
    let h = [0.5, 2]
    let density = try KernelDensity(
      points: points, bandwidths: h, kernel: kernel, weights: weights)
    let squared = pairwiseSquaredDistances(queries / double(h), points / double(h))
    let profile =
      switch kernel {
      case .gaussian: exp(-0.5 * squared) / (2 * Double.pi)
      case .box: (squared .<= 4) / (4 * Double.pi)
      case .epanechnikov: relu(1 - squared / 6) / (3 * Double.pi)
      }
    let shares = (weights / weights.sum()).expanded(at: 0)
    let expected = (shares * profile).sum(along: 1) / (h[0] * h[1])
    let difference = abs(exp(density.logDensity(of: queries)) - expected).max().scalar
    #expect(difference < 1e-13, "\(difference)")
  }

  @Test func leavesOneOut() throws {
    let points = double([[0, 0], [1, 0.5], [-1, 2], [0.3, 0.1]])
    for weights in [nil, double([1, 2, 0, 4]), double([0.5, 0.2, 0, 1.5])] {
      let density = try KernelDensity(
        points: points, bandwidths: [0.7], weights: weights)
      let shares = weights ?? Tensor.ones([4], dtype: .float64)
      var expected = 0.0
      for i in 0..<4 {
        var others = shares.doubles
        // One of the point's copies is left out, or all of it if its weight is below one.
        let own = others[i]
        others[i] = Swift.max(0, own - 1)
        let rest = try KernelDensity(
          points: points, bandwidths: [0.7], weights: double(others))
        expected += own * rest.logDensity(of: points.sliced(i..<i + 1)).scalar
      }
      #expect(isNear(density.leaveOneOutLogLikelihood, expected))
    }
  }

  /// Bandwidths of SciPy's `gaussian_kde`.
  @Test func rulesScaleWithTheData() throws {
    let x = double([1, 2, 4, 7, 11])
    let scott = try KernelDensity(fitting: x).bandwidths[0]
    let silverman = try KernelDensity(fitting: x, bandwidth: .silverman).bandwidths[0]
    // The deviation is √16.5.
    #expect(isNear(scott, 2.944068911308367) && isNear(silverman, 3.1184279805484434))
    for rule in [BandwidthRule.scott, .silverman, .crossValidated] {
      let own = try KernelDensity(fitting: x, bandwidth: rule).bandwidths[0]
      let large = try KernelDensity(fitting: 100 * x, bandwidth: rule).bandwidths[0]
      #expect(isNear(large, 100 * own, 1e-9))
    }
  }

  @Test func crossValidationFindsTheBest() throws {
    let x = Random(seed: 2).normal([150, 2], dtype: .float64) * double([1, 10])
    let best = try KernelDensity(fitting: x, bandwidth: .crossValidated)
    for factor in [0.9, 1.1] {
      let other = try KernelDensity(points: x, bandwidths: best.bandwidths.map { factor * $0 })
      #expect(other.leaveOneOutLogLikelihood < best.leaveOneOutLogLikelihood)
    }
  }

  @Test(arguments: DensityKernel.allCases)
  func samplesHaveTheMoments(_ kernel: DensityKernel) throws {
    let density = try KernelDensity(
      points: double([[0, 0], [4, 1]]), bandwidths: [1, 0.5], kernel: kernel,
      weights: double([1, 3]))
    let x = density.sample(40_000, using: Random(seed: 3))
    let mean = abs(x.mean(along: 0) - density.mean).max().scalar
    let variance = abs(x.variance(along: 0) / density.variance - 1).max().scalar
    #expect(mean < 0.04 && variance < 0.03)
    #expect(density.logDensity(of: x.sliced(0..<1000)).isFinite)
  }

  @Test(arguments: DensityKernel.allCases)
  func gradientsToSecondOrder(_ kernel: DensityKernel) throws {
    let random = Random(seed: 4)
    let density = try KernelDensity(
      points: random.normal([6, 2], dtype: .float64), bandwidths: [1.5], kernel: kernel)
    let x = 0.1 * random.normal([4, 2], dtype: .float64)
    if kernel == .box {
      #expect(
        gradient(at: x) { density.logDensity(of: $0).sum() }
          == Tensor.zeros([4, 2], dtype: .float64))
    } else {
      let check = checkGradient(of: { density.logDensity(of: $0[0]) }, at: [x])
      #expect(check.passes(), "\(check)")
    }
    // Outside all kernels the density is 0, and the gradient is not NaN.
    let far = double([[1e3, 0]])
    if kernel != .gaussian { #expect(density.logDensity(of: far).scalar == -.infinity) }
    #expect(gradient(at: far) { density.logDensity(of: $0).sum() }.isFinite)
  }

  @Test func refusesDegenerateData() {
    #expect(throws: EstimationError.zeroVariance(operation: "kernel density", column: 1)) {
      try KernelDensity(fitting: double([[1, 2], [3, 2]]))
    }
    #expect(throws: EstimationError.tooFewRows(operation: "kernel density", found: 1, expected: 2))
    { try KernelDensity(fitting: double([1])) }
    #expect(throws: EstimationError.notFinite(operation: "kernel density", row: 1)) {
      try KernelDensity(fitting: double([1, .nan, 2]))
    }
    #expect(throws: EstimationError.noBandwidth(operation: "kernel density")) {
      try KernelDensity(fitting: double([1, 1, 2, 2]), bandwidth: .crossValidated)
    }
    #expect(throws: EstimationError.noWeight(operation: "kernel density")) {
      try KernelDensity(fitting: double([1, 2]), weights: double([0, 0]))
    }
    #expect(
      throws: EstimationError.invalidWeight(operation: "kernel density", value: -1, row: 1)
    ) {
      try KernelDensity(fitting: double([1, 2]), weights: double([1, -1]))
    }
  }
}

/// A tensor in float64.
func double(_ values: some TensorConvertible) -> Tensor { Tensor(values, dtype: .float64) }
