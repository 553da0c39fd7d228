import CKernels

extension Random {
  /// Returns normally distributed numbers, conditioned to lie between two bounds, which may be far
  /// from the mean (similar to Robert 1995).
  ///
  /// The parameters broadcast to the result's shape. The samples have no gradient. If a gradient is
  /// being taken with respect to a parameter, the program stops, because zeros would be silently
  /// wrong.
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the parameters' common one.
  ///   - mean: The mean before truncation.
  ///   - standardDeviation: The standard deviation before truncation, above 0.
  ///   - lower: The lower bound; −∞ for none.
  ///   - upper: The upper bound, above the lower one; +∞ for none.
  public func truncatedNormal(
    _ shape: [Int]? = nil, mean: Tensor, standardDeviation: Tensor, lower: Tensor, upper: Tensor
  ) -> Tensor {
    let parameters = [mean, standardDeviation, lower, upper]
    let call = SamplerArguments(
      "Random.truncatedNormal", shape, ("mean", mean, .finite, 0),
      ("standardDeviation", standardDeviation, .positive, 0), ("lower", lower, .bound, 0),
      ("upper", upper, .bound, 0))
    precondition(
      !parameters.contains { $0.isBeingRecorded },
      "Random.truncatedNormal: it has no gradient; expected constants, as stopGradient gives, found a"
        + " parameter that a gradient is being taken with respect to")
    let isOrdered = lower .< upper
    call.expect(isOrdered, "a lower bound below the upper one") { place in
      let bounds = [lower, upper].map { $0.broadcast(to: isOrdered.shape).doubles[place] }
      return "\(bounds[0]) and \(bounds[1])"
    }
    return sampled(.truncatedNormal, call.shape, call.dtype, parameters)
  }

  /// Returns normally distributed numbers, conditioned to lie between two bounds.
  public func truncatedNormal(
    _ shape: [Int], mean: Double = 0, standardDeviation: Double = 1, lower: Double = -.infinity,
    upper: Double = .infinity, dtype: DType = .float32
  ) -> Tensor {
    truncatedNormal(
      shape, mean: Tensor(mean, dtype: dtype),
      standardDeviation: Tensor(standardDeviation, dtype: dtype),
      lower: Tensor(lower, dtype: dtype), upper: Tensor(upper, dtype: dtype))
  }
}
