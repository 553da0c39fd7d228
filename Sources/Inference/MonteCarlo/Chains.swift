import Tensor

/// The draws of several chains of a sampler, with their diagnostics.
public struct Chains<S: Sampler> {
  /// The sampler as tuned by the warm-up.
  public let sampler: S
  /// The kept draws, float64 `[chains, draws, d]`.
  public let draws: Tensor
  /// The log-density at each draw, `[chains, draws]`; `nil` if the sampler does not evaluate it.
  public let logDensities: Tensor?
  /// The energies of a Hamiltonian sampler, `[chains, draws]`, in nats.
  public let energies: Tensor?
  /// The mean acceptance of each chain.
  public let acceptance: [Double]
  /// The number of divergent steps of each chain after the warm-up.
  public let divergences: [Int]
  /// The number of trajectories of each chain that ended at the maximum length.
  public let cutTrajectories: [Int]
  /// The number of evaluated log-densities or gradients after the warm-up.
  public let evaluations: Int
  /// The thinning: one in this many steps was kept.
  public let thinning: Int
  /// The state of the chains.
  public let state: S.State

  /// The draws of a coordinate, `[chains, draws]`.
  public func coordinate(_ index: Int) -> Tensor {
    draws.sliced(index..<index + 1, along: 2).squeezed(at: 2)
  }

  /// All draws in rows, `[chains · draws, d]`, chain after chain.
  public var pooled: Tensor {
    draws.reshaped(to: [draws.shape[0] * draws.shape[1], draws.shape[2]])
  }

  /// A summary of each coordinate.
  ///
  /// - Parameter names: A name for each coordinate; by default x₁, x₂, … as `x1`, `x2`.
  public func summaries(_ names: [String]? = nil) -> [ParameterSummary] {
    let count = draws.shape[2]
    let names = names ?? (1...count).map { "x\($0)" }
    precondition(
      names.count == count, "Chains.summaries: expected \(count) names, found \(names.count)")
    return names.enumerated().map { ParameterSummary($1, coordinate($0)) }
  }

  /// The reasons, in words, not to trust the chains; empty if there are none.
  public func warnings(_ names: [String]? = nil) -> [String] { warnings(of: summaries(names)) }

  /// The warnings for summaries of other quantities, such as functions of the coordinates.
  public func warnings(of summaries: [ParameterSummary]) -> [String] {
    let chains = draws.shape[0]
    var warnings = summaries.compactMap { $0.warning(chains: chains) }
    let divergent = divergences.reduce(0, +)
    if divergent > 0 {
      warnings.append(
        "\(divergent) divergent steps: the chains miss parts of the target. A higher target"
          + " acceptance or another parameterisation may help")
    }
    let cut = cutTrajectories.reduce(0, +)
    if cut > 0 {
      warnings.append("\(cut) trajectories reached the maximum depth before they turned")
    }
    let fractions: [Double?] = energies.map { energyFractions($0) } ?? []
    for (chain, fraction) in fractions.enumerated() {
      if let fraction, fraction < 0.3 {
        warnings.append(
          "chain \(chain + 1): the fraction of missing information is \(rounded(fraction, 2)), expected"
            + " 0.3 or more: the energy is explored slowly")
      }
    }
    if thinning > 1 {
      warnings.append(
        "one in \(thinning) steps was kept: thinning saves memory, but lowers the effective sample"
          + " size"
      )
    }
    return warnings
  }
}

extension Sampler {
  /// Runs chains: a warm-up in which the sampler may tune itself, followed by the draws that are
  /// kept.
  ///
  /// - Parameters:
  ///   - start: The start of each chain, float64 `[chains, d]`.
  ///   - warmUp: The number of steps that are not kept.
  ///   - draws: The number of draws to keep per chain.
  ///   - thinning: Keeps one in this many steps. This only saves memory: for chains of a fixed
  ///     length, it never raises the effective sample size.
  ///   - random: The stream of random numbers.
  /// - Throws: ``SamplerError`` if a start has density 0 or the log-density has an invalid value.
  public func sample(
    from start: Tensor, warmUp: Int = 1_000, draws: Int = 1_000, thinning: Int = 1,
    using random: Random
  ) throws -> Chains<Self> {
    precondition(
      warmUp >= 0 && draws > 0 && thinning > 0,
      "sample: expected a warm-up of 0 or more, at least 1 draw and a thinning of 1 or more, found"
        + " \(warmUp), \(draws) and \(thinning)")
    let first = try self.start(at: start)
    let (sampler, warm) = try warmedUp(first, steps: warmUp, using: random)
    var record = ChainRecord(state: warm)
    for step in 1...draws * thinning {
      let (state, info) = try sampler.step(record.state, using: random)
      record.add(state, info, isKept: step % thinning == 0)
    }
    return record.chains(of: sampler, steps: draws * thinning, thinning: thinning)
  }
}

/// The draws so far, added one step of all chains at a time.
private struct ChainRecord<State: ChainState> {
  private(set) var state: State
  private let shape: [Int]
  private var positions: [Double] = []
  private var logDensities: [Double] = []
  private var energies: [Double] = []
  private var acceptance: [Double]
  private var divergences, cut: [Int]
  private var evaluations = 0

  init(state: State) {
    self.state = state
    shape = state.positions.shape
    acceptance = [Double](repeating: 0, count: shape[0])
    divergences = acceptance.map { _ in 0 }
    cut = divergences
  }

  mutating func add(_ next: State, _ info: StepInfo, isKept: Bool) {
    state = next
    evaluations += info.evaluations
    for chain in acceptance.indices {
      acceptance[chain] += info.acceptance[chain]
      divergences[chain] += info.isDivergent[chain] ? 1 : 0
      cut[chain] += info.isCut[chain] ? 1 : 0
    }
    guard isKept else { return }
    positions += next.positions.doubles
    logDensities += next.logDensities?.doubles ?? []
    energies += info.energies
  }

  func chains<S: Sampler>(of sampler: S, steps: Int, thinning: Int) -> Chains<S>
  where S.State == State {
    let (chains, d) = (shape[0], shape[1])
    let count = positions.count / (chains * d)
    func perStep(_ values: [Double]) -> Tensor? {
      values.isEmpty
        ? nil : Tensor(values, shape: [count, chains], dtype: .float64).transposed()
    }
    return Chains(
      sampler: sampler,
      draws: Tensor(positions, shape: [count, chains, d], dtype: .float64).permuted(to: [1, 0, 2]),
      logDensities: perStep(logDensities), energies: perStep(energies),
      acceptance: acceptance.map { $0 / Double(steps) }, divergences: divergences,
      cutTrajectories: cut, evaluations: evaluations, thinning: thinning, state: state)
  }
}
