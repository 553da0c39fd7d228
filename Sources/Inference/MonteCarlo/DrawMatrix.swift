import Tensor

/// The draws of one quantity by several chains, in plain memory, for the diagnostics.
struct DrawMatrix {
  let chains: Int
  let draws: Int
  /// The draws, chain after chain.
  var values: [Double]

  init(chains: Int, draws: Int, values: [Double]) {
    (self.chains, self.draws, self.values) = (chains, draws, values)
  }

  /// - Parameter tensor: `[chains, draws]`, or `[draws]` for a single chain.
  init(_ tensor: Tensor, _ name: String) {
    precondition(
      tensor.rank == 1 || tensor.rank == 2,
      "\(name): expected draws of shape [chains, draws] or [draws], found \(tensor.shape)")
    draws = tensor.shape[tensor.rank - 1]
    chains = tensor.rank == 2 ? tensor.shape[0] : 1
    values = tensor.doubles
  }

  /// Whether diagnostics are defined: at least four draws per chain, all finite, not all equal.
  var isInformative: Bool {
    guard chains > 0, draws >= 4, let first = values.first else { return false }
    var (isFinite, isConstant) = (true, true)
    for value in values {
      isFinite = isFinite && value.isFinite
      isConstant = isConstant && value == first
    }
    return isFinite && !isConstant
  }

  /// Each chain split into halves; with an odd number of draws, the middle one is left out.
  var split: DrawMatrix {
    let half = draws / 2
    var halves: [Double] = []
    halves.reserveCapacity(2 * chains * half)
    for first in [0, draws - half] {
      for chain in 0..<chains {
        let start = chain * draws + first
        halves += values[start..<start + half]
      }
    }
    return DrawMatrix(chains: 2 * chains, draws: half, values: halves)
  }

  /// Every draw replaced by the normal quantile of its rank r among all S, Φ⁻¹((r − ⅜) / (S + ¼)).
  ///
  /// Equal draws share their mean rank (Vehtari et al. 2021, equation 14).
  var rankNormalized: DrawMatrix {
    let order = values.indices.sorted { values[$0] < values[$1] }
    let total = Double(values.count)
    var probabilities = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count && values[order[end]] == values[order[first]] { end += 1 }
      let rank = Double(first + 1 + end) / 2
      for place in first..<end { probabilities[order[place]] = (rank - 0.375) / (total + 0.25) }
      first = end
    }
    let scores = normalQuantile(Tensor(probabilities, dtype: .float64))
    return DrawMatrix(chains: chains, draws: draws, values: scores.doubles)
  }

  /// The distance of each draw from the overall median.
  var folded: DrawMatrix {
    let median = quantile(0.5)
    return mapped { Swift.abs($0 - median) }
  }

  func mapped(_ function: (Double) -> Double) -> DrawMatrix {
    DrawMatrix(chains: chains, draws: draws, values: values.map(function))
  }

  /// The quantile of all draws, interpolated between neighbours.
  func quantile(_ probability: Double) -> Double {
    Tensor(values, dtype: .float64).quantile(probability).scalar
  }

  var mean: Double { Inference.mean(values[...]) }

  /// The mean of each chain.
  var chainMeans: [Double] {
    (0..<chains).map { Inference.mean(values[$0 * draws..<($0 + 1) * draws]) }
  }

  /// The variance of all draws about their mean, divided by their number minus 1.
  var variance: Double { sampleVariance(values) }
}

/// The variance of numbers, divided by their count minus 1.
func sampleVariance(_ values: [Double]) -> Double {
  let mean = mean(values[...])
  return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
}

/// The mean of numbers, which is exact if all are equal.
func mean(_ values: ArraySlice<Double>) -> Double {
  guard let first = values.first else { return .nan }
  return first + values.reduce(0) { $0 + ($1 - first) } / Double(values.count)
}
