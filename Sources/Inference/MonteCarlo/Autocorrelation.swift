import Tensor

/// The autocorrelations of chains at lags 0, 1, …, averaged over the chains, each about its own
/// mean.
///
/// ρ(l) = Σᵢ (xᵢ − x̄)(xᵢ₊ₗ − x̄) / Σᵢ (xᵢ − x̄)²: an estimate that is biased towards 0 and never
/// above 1.
///
/// - Parameters:
///   - draws: `[chains, draws]`, or `[draws]` for a single chain.
///   - maximumLag: The last lag, below the number of draws; by default as large as possible, but at
///     most 100. The time grows with the number of draws times the number of lags.
/// - Returns: float64 `[maximumLag + 1]`; all ones if no chain moves.
public func autocorrelation(_ draws: Tensor, maximumLag: Int? = nil) -> Tensor {
  let matrix = DrawMatrix(draws, "autocorrelation")
  let lag = maximumLag ?? min(100, matrix.draws - 1)
  precondition(
    lag >= 0 && lag < matrix.draws,
    "autocorrelation: expected a lag in 0 ..< \(matrix.draws), found \(lag)")
  let covariance = Autocovariance(matrix)
  let variance = covariance[0]
  let correlations = (0...lag).map { variance == 0 ? 1 : covariance[$0] / variance }
  return Tensor(correlations, dtype: .float64)
}

/// The Bayesian fraction of missing information of a Hamiltonian sampler's chain: the mean square
/// of the energy's steps divided by its variance (Betancourt 2016, "Diagnosing suboptimal cotangent
/// disintegrations").
///
/// Below 0.3, the drawn momenta change the energy too little to explore it well.
///
/// - Parameter energies: `[chains, draws]`.
/// - Returns: The fraction for each chain; `nil` if its energy does not change.
public func energyFractions(_ energies: Tensor) -> [Double?] {
  let matrix = DrawMatrix(energies, "energyFractions")
  return (0..<matrix.chains).map { chain in
    let values = Array(matrix.values[chain * matrix.draws..<(chain + 1) * matrix.draws])
    let steps = zip(values.dropFirst(), values).map { ($0 - $1) * ($0 - $1) }
    let spread = values.count > 1 ? sampleVariance(values) * Double(values.count - 1) : 0
    return spread > 0 ? steps.reduce(0, +) / spread : nil
  }
}
