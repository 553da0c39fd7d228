import CKernels

extension Random {
  /// Returns indices into a population, drawn one after another.
  ///
  /// ```swift
  /// let batch = images.gatheredRows(at: random.choice(32, of: images.shape[0]))
  /// ```
  ///
  /// Without replacement and with weights, each draw takes one of the remaining indices with
  /// probability proportional to its weight (Efraimidis and Spirakis 2006: each gets an exponential
  /// variable of that rate, and the smallest come first).
  ///
  /// - Parameters:
  ///   - count: The number of draws.
  ///   - population: The number of items to choose from.
  ///   - replacing: Whether an index can be drawn again.
  ///   - weights: `[population]`, each 0 or more and not all 0; by default all indices are equally
  ///     likely. An index of weight 0 is never drawn.
  /// - Returns: Numbers in `0 ..< population`, in the order of the draws.
  public func choice(
    _ count: Int, of population: Int, replacing: Bool = false, weights: Tensor? = nil
  ) -> [Int] {
    precondition(
      count >= 0 && population >= 0 && (count == 0 || population > 0),
      "Random.choice: expected a count of 0 or more, of a population that is not empty, found \(count)"
        + " of \(population)")
    precondition(
      replacing || count <= population,
      "Random.choice: expected no more than the population without replacement, found \(count) of"
        + " \(population)")
    if let weights {
      return weightedChoice(count, of: population, replacing: replacing, weights)
    }
    return replacing
      ? integers(count, below: population) : distinctIntegers(count, below: population)
  }

  private func weightedChoice(
    _ count: Int, of population: Int, replacing: Bool, _ weights: Tensor
  ) -> [Int] {
    precondition(
      weights.shape == [population],
      "Random.choice: expected weights of shape [\(population)], found \(weights.shape)")
    let call = SamplerArguments("Random.choice", nil, ("weights", weights, .nonnegative, 0))
    if count == 0 { return [] }
    let double = weights.untracked.converted(to: .float64)
    let possible = double.doubles.lazy.filter { $0 > 0 }.count
    precondition(
      possible >= (replacing ? 1 : count),
      "\(call.sampler): expected \(replacing ? 1 : count) weights or more above 0, found \(possible)"
    )
    if replacing {
      return categorical([count], logits: log(double)).doubles.map { Int($0) }
    }
    let keys = (log(exponential([population], dtype: .float64)) - log(double)).doubles
    let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    return Array(order.prefix(count))
  }

  /// The beginning of a permutation (Fisher and Yates; Durstenfeld 1964); if few are requested,
  /// only moved elements are stored.
  private func distinctIntegers(_ count: Int, below population: Int) -> [Int] {
    let offsets = integers(count, below: population, step: 1)
    if count > population / 16 {
      var order = Array(0..<population)
      for (place, offset) in offsets.enumerated() { order.swapAt(place, place + offset) }
      return Array(order.prefix(count))
    }
    var moved: [Int: Int] = [:]
    return offsets.enumerated().map { place, offset in
      let chosen = moved[place + offset] ?? place + offset
      moved[place + offset] = moved[place] ?? place
      return chosen
    }
  }

  /// Integers, the i-th uniform on `0 ..< bound - i * step`, without bias (Lemire 2019).
  private func integers(_ count: Int, below bound: Int, step: Int = 0) -> [Int] {
    let stream = substreams(count)
    var result = [Int64](repeating: 0, count: count)
    result.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let memory = base
      parallel(over: count, grain: 4 * samplerGrain, of: .float64) {
        ck_sample_integers(stream, Int64(bound), Int64(step), memory, $0, $1)
      }
    }
    return result.map { Int($0) }
  }
}
