import CKernels

// Counts and categories. They are constants for gradients, like comparisons.

extension Random {
  /// Returns samples of the Poisson distribution, integers of mean `rate` (by inversion below 10,
  /// otherwise Hörmann 1993).
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the rate's.
  ///   - rate: 0 or more, of a shape that broadcasts to the result's.
  /// - Returns: Integers in the rate's element type, which rounds those above 2²⁴, in float64 above 2⁵³.
  public func poisson(_ shape: [Int]? = nil, rate: Tensor) -> Tensor {
    let call = SamplerArguments("Random.poisson", shape, ("rate", rate, .nonnegative, 0))
    return sampled(.poisson, call.shape, call.dtype, [rate])
  }

  /// Returns samples of the Poisson distribution: integers of mean `rate`.
  public func poisson(_ shape: [Int], rate: Double, dtype: DType = .float32) -> Tensor {
    poisson(shape, rate: Tensor(rate, dtype: dtype))
  }

  /// Returns samples of the binomial distribution: the number of successes in `count` trials, each
  /// with this probability (by inversion if fewer than 10 are expected, otherwise Hörmann 1993).
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the parameters' common one.
  ///   - count: Integers in 0 … 2⁵³.
  ///   - probability: In 0 … 1.
  /// - Returns: Integers in the parameters' element type; float32 rounds those above 2²⁴.
  public func binomial(_ shape: [Int]? = nil, count: Tensor, probability: Tensor) -> Tensor {
    let call = SamplerArguments(
      "Random.binomial", shape, ("count", count, .count, 0),
      ("probability", probability, .probability, 0))
    return sampled(.binomial, call.shape, call.dtype, [count, probability])
  }

  /// Returns samples of the binomial distribution: the number of successes in `count` trials, each
  /// with this probability.
  public func binomial(
    _ shape: [Int], count: Int, probability: Double, dtype: DType = .float32
  ) -> Tensor {
    // The number of trials is kept exact even if float32 would round it.
    let call = SamplerArguments(
      "Random.binomial", shape, ("count", Tensor(count, dtype: .float64), .count, 0),
      ("probability", Tensor(probability, dtype: .float64), .probability, 0))
    return sampled(
      .binomial, call.shape, dtype,
      [Tensor(count, dtype: .float64), Tensor(probability, dtype: .float64)])
  }

  /// Returns categories, each the index of a logit l drawn with probability ∝ eˡ, never a logit of
  /// −∞.
  ///
  /// ```swift
  /// random.categorical([1000], logits: Tensor([0, 1, -Double.infinity]))   // [1000], of zeros and ones
  /// ```
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the leading axes of the logits, a category for each
  ///     row.
  ///   - logits: `[…, k]`, less than +∞, with at least one above −∞ in each row; the leading axes
  ///     broadcast to `shape`.
  /// - Returns: Integers in the logits' element type; float32 holds up to 2²⁴ categories.
  public func categorical(_ shape: [Int]? = nil, logits: Tensor) -> Tensor {
    let call = SamplerArguments("Random.categorical", shape, ("logits", logits, .logit, 1))
    let columns = self.columns(of: logits, "categories", call)
    let weights = logits.untracked.converted(to: .float64)
    call.expect(weights.max(along: -1) .> -.infinity, "a logit above -inf in each row") { _ in
      "none"
    }
    let sums = rowwise(weights, ck_cumulative_weights)
    let batch = Array(logits.shape.dropLast())
    let rows = SamplerParameter(rowsOf: batch, in: call.shape)
    let stream = substreams(call.shape.elementCount(for: "categorical"))
    return withExtendedLifetime((rows, sums)) {
      Tensor.uninitialized(call.shape, call.dtype) { y, count in
        parallel(over: count, grain: samplerGrain, of: .float64) {
          ck_sample_categorical(
            stream, sums.pointer.assumingMemoryBound(to: Double.self), columns, rows.kernel, y,
            call.dtype == .float64, $0, $1)
        }
      }
    }
  }

  /// Returns samples of the multinomial distribution: the number of `count` trials with each
  /// outcome.
  ///
  /// - Parameters:
  ///   - shape: The shape of the samples; by default the common shape of the counts and the leading
  ///     axes of the probabilities.
  ///   - count: Integers in 0 … 2⁵³, of a shape that broadcasts to `shape`.
  ///   - probabilities: `[…, k]`, in 0 … 1; each row sums to 1 up to rounding, which is divided
  ///     out.
  /// - Returns: Shape `shape + [k]`: integers that sum to the count along the last axis, in the
  ///   parameters' element type; float32 rounds those above 2²⁴.
  public func multinomial(
    _ shape: [Int]? = nil, count: Tensor, probabilities: Tensor
  ) -> Tensor {
    let call = SamplerArguments(
      "Random.multinomial", shape, ("count", count, .count, 0),
      ("probabilities", probabilities, .probability, 1))
    let columns = self.columns(of: probabilities, "outcomes", call)
    let double = probabilities.untracked.converted(to: .float64)
    let sum = double.sum(along: -1)
    call.expect(abs(sum - 1) .< 1e-4, "probabilities that sum to 1 in each row") {
      "a sum of \(sum.doubles[$0])"
    }
    let conditional = rowwise(double, ck_conditional_probabilities)
    let rows = SamplerParameter(
      rowsOf: Array(probabilities.shape.dropLast()), in: call.shape)
    let counts = SamplerParameter(count, call.shape)
    let samples = call.shape.elementCount(for: "multinomial")
    let stream = substreams(samples)
    return withExtendedLifetime((rows, counts, conditional)) {
      Tensor.uninitialized(call.shape + [columns], call.dtype) { y, _ in
        parallel(over: samples, step: max(1, samplerGrain / columns), of: .float64) {
          ck_sample_multinomial(
            stream, conditional.pointer.assumingMemoryBound(to: Double.self), columns,
            counts.kernel, rows.kernel, y, call.dtype == .float64, $0, $1)
        }
      }
    }
  }

  /// Returns samples of the multinomial distribution: the number of `count` trials with each
  /// outcome.
  public func multinomial(_ shape: [Int]? = nil, count: Int, probabilities: Tensor) -> Tensor {
    multinomial(
      shape, count: Tensor(count, dtype: probabilities.dtype), probabilities: probabilities)
  }

  /// The number of outcomes in a row of a table.
  private func columns(of table: Tensor, _ outcomes: String, _ call: SamplerArguments) -> Int {
    let columns = table.shape[table.rank - 1]
    // A float holds no odd integer above 2²⁴.
    let limit = table.dtype == .float32 ? 1 << 24 : Int.max
    precondition(
      columns > 0 && columns <= limit,
      "\(call.sampler): expected 1 \(outcomes) or more"
        + (table.dtype == .float32 ? ", at most 2²⁴ in float32" : "")
        + ", found shape \(table.shape)")
    return columns
  }

  /// A table of the same shape, float64, computed row by row.
  private func rowwise(
    _ table: Tensor,
    _ kernel: (UnsafePointer<Double>, UnsafeMutablePointer<Double>, Int, Int, Int) -> Void
  ) -> Tensor {
    let columns = table.shape[table.rank - 1]
    return Tensor.uninitialized(table.shape, .float64, reading: table.count) { result, count in
      parallel(
        over: count / columns, step: max(1, elementwiseGrain / columns), of: .float64
      ) {
        kernel(
          table.pointer.assumingMemoryBound(to: Double.self),
          result.assumingMemoryBound(to: Double.self), columns, $0, $1)
      }
    }
  }
}
