import Tensor

/// The components of a mixture given some coordinates of a point.
///
/// If o are the given coordinates and m the others, E[xₘ | xₒ] = μₘ + Σₘₒ Σₒₒ⁻¹ (xₒ − μₒ) and
/// Cov[xₘ | xₒ] = Σₘₘ − Σₘₒ Σₒₒ⁻¹ Σₒₘ.
struct ConditionalGaussians {
  let mixture: GaussianMixture
  let observed: [Int]
  let missing: [Int]
  /// Σₒₒ⁻¹ Σₒₘ, `[k, o, m]`.
  let gains: Tensor
  /// Σₘₘ − Σₘₒ Σₒₒ⁻¹ Σₒₘ, `[k, m, m]`.
  let missingCovariances: Tensor

  private let factor: CholeskyFactor

  init(_ mixture: GaussianMixture, _ observed: [Int]) throws {
    self.mixture = mixture
    self.observed = observed
    let missing = (0..<mixture.dimension).filter { !observed.contains($0) }
    self.missing = missing
    func block(_ rows: [Int], _ columns: [Int]) -> Tensor {
      mixture.covariances.gathered(at: rows, along: 1).gathered(at: columns, along: 2)
    }
    factor = try CholeskyFactor(of: block(observed, observed))
    let cross = block(observed, missing)
    let whitened = factor.whitened(cross)
    gains = factor.solve(cross)
    missingCovariances =
      block(missing, missing) - whitened.matmul(whitened, transposeLeft: true)
  }

  /// xₒ − μₒ of rows `[n, o]`, `[k, n, o]`.
  private func deviations(of values: Tensor) -> Tensor {
    values - mixture.means.gathered(at: observed, along: 1).expanded(at: 1)
  }

  /// log p(xₒ, z = k) of rows `[n, o]`, `[n, k]`.
  func logJoint(of values: Tensor) -> Tensor {
    let whitened = factor.whitened(deviations(of: values).transposed())
    let constants =
      log(mixture.weights) - 0.5 * factor.logDeterminant
      - 0.5 * Double(observed.count) * logTwoPi
    return constants - 0.5 * square(whitened).sum(along: 1).transposed()
  }

  /// E[x | xₒ, z = k] − μₖ of rows `[n, o]`, `[k, n, d]`.
  func completedDeviations(of values: Tensor) -> Tensor {
    let known = deviations(of: values)
    return inOrder(Tensor.concatenated([known, known.matmul(gains)], along: 2), along: 2)
  }

  /// E[xₘ | xₒ, z = k] of rows `[n, o]`, `[k, n, m]`.
  func missingMeans(of values: Tensor) -> Tensor {
    mixture.means.gathered(at: missing, along: 1).expanded(at: 1)
      + deviations(of: values).matmul(gains)
  }

  /// Cov[x | xₒ, z = k], `[k, d, d]`, which is 0 for the known coordinates.
  var covariances: Tensor {
    let padded = missingCovariances.padded(before: observed.count, after: 0, along: 1)
      .padded(before: observed.count, after: 0, along: 2)
    return inOrder(inOrder(padded, along: 1), along: 2)
  }

  /// Reorders an axis that has the known coordinates first and then the others into the order of
  /// the coordinates.
  private func inOrder(_ x: Tensor, along axis: Int) -> Tensor {
    var places = [Int](repeating: 0, count: mixture.dimension)
    for (place, coordinate) in (observed + missing).enumerated() { places[coordinate] = place }
    return x.gathered(at: places, along: axis)
  }
}

extension GaussianMixture {
  /// The mixture of a point's other coordinates, in order, given some of them; it is again a
  /// mixture of Gaussians.
  ///
  /// - Parameters:
  ///   - values: The known values, `[o]`.
  ///   - coordinates: The known coordinates, each once, but not all of them.
  /// - Throws: ``/Tensor/LinearAlgebraError`` if a conditional covariance is singular to rounding.
  public func conditional(on values: Tensor, at coordinates: [Int]) throws -> GaussianMixture {
    precondition(
      values.shape == [coordinates.count] && coordinates.count < dimension
        && Set(coordinates).count == coordinates.count
        && coordinates.allSatisfy { (0..<dimension).contains($0) },
      "GaussianMixture.conditional: expected a value for each of some of \(dimension) coordinates,"
        + " found \(values.shape) for \(coordinates)")
    let conditional = try ConditionalGaussians(self, coordinates)
    let row = values.converted(to: .float64).expanded(at: 0)
    let q = softmax(conditional.logJoint(of: row), along: 1).squeezed(at: 0)
    return try GaussianMixture(
      // A component that is practically impossible keeps a weight of that size.
      weights: maximum(q, leastNumber), means: conditional.missingMeans(of: row).squeezed(at: 1),
      covariances: conditional.missingCovariances, kind: .full)
  }

  /// The mixture of some coordinates of a point.
  public func marginal(of coordinates: [Int]) throws -> GaussianMixture {
    try GaussianMixture(
      weights: weights, means: means.gathered(at: coordinates, along: 1),
      covariances: covariances.gathered(at: coordinates, along: 1)
        .gathered(at: coordinates, along: 2), kind: kind)
  }

  /// The log-density of the available values in rows `[n, d]` with NaN for missing values, `[n]`.
  public func logDensity(ofIncomplete x: Tensor) throws -> Tensor {
    try MissingPatterns(x.converted(to: .float64)).logJoint(self).logSumExp(along: 1)
  }

  /// Rows `[n, d]` in which NaN is replaced by the expected value given the available ones.
  public func completed(_ x: Tensor) throws -> Tensor {
    try MissingPatterns(x.converted(to: .float64)).completed(self)
  }
}
