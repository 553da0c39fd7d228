import Tensor

/// The distributions of the observations that the states of a hidden Markov model emit.
public protocol Emissions: Sendable {
  /// log p(xₜ | state) of a sequence of observations, float64 `[steps, k]`.
  func logDensities(of sequence: Tensor) -> Tensor
  /// Finds the emissions that maximise the expected log-likelihood.
  ///
  /// - Parameters:
  ///   - sequence: All observations, one sequence after another.
  ///   - weights: The probability of each state in each step, `[steps, k]`.
  ///   - iteration: The number of the sweep, for messages.
  func fitted(to sequence: Tensor, weights: Tensor, iteration: Int) throws -> Self
}

/// A hidden Markov model (Rabiner 1989).
///
/// The first state is drawn from π and each following one from its predecessor's row of A, and each
/// state emits an observation. All recursions work with logarithms.
public struct HiddenMarkovModel<Emission: Emissions>: Sendable {
  /// π, float64 `[k]`.
  public let initial: Tensor
  /// A, float64 `[k, k]`: row i holds the probabilities of the states that follow state i.
  public let transition: Tensor
  /// The emissions of the states.
  public let emissions: Emission

  /// Creates a model.
  ///
  /// - Parameters:
  ///   - initial: π, `[k]`, 0 or more; divided by its sum.
  ///   - transition: A, `[k, k]`, 0 or more; rows are divided by their sums.
  ///   - emissions: The emissions of the states.
  public init(initial: Tensor, transition: Tensor, emissions: Emission) {
    precondition(
      initial.rank == 1 && transition.shape == [initial.count, initial.count],
      "HiddenMarkovModel: expected probabilities [k] and [k, k], found \(initial.shape) and"
        + " \(transition.shape)")
    let (first, rows) = (initial.converted(to: .float64), transition.converted(to: .float64))
    let sums = rows.sum(along: 1, keepingDimensions: true)
    precondition(
      (first .>= 0).all() && first.sum().scalar > 0 && (rows .>= 0).all() && (sums .> 0).all(),
      "HiddenMarkovModel: expected probabilities of 0 or more that are not all 0")
    self.initial = first / first.sum()
    self.transition = rows / sums
    self.emissions = emissions
  }

  /// The number of states.
  public var stateCount: Int { initial.count }

  /// The posterior of a sequence's states.
  ///
  /// - Parameter sequence: Observations, whose first axis is the steps, at least one.
  /// - Returns: log p(x) in nats; the probability of each state in each step, `[steps, k]`; and the
  ///   expected number of each transition, `[k, k]`.
  public func posterior(
    of sequence: Tensor
  ) -> (logLikelihood: Double, states: Tensor, transitions: Tensor) {
    let trellis = Trellis(self, sequence)
    let (forward, backward) = (trellis.forward(), trellis.backward())
    let last = forward.sliced(trellis.steps - 1..<trellis.steps)
    let logLikelihood = last.logSumExp(along: 1).scalar
    var transitions = Tensor.zeros([stateCount, stateCount], dtype: .float64)
    if trellis.steps > 1 {
      let before = forward.sliced(0..<trellis.steps - 1).expanded(at: 2)
      let after = (trellis.emission + backward).sliced(1..<trellis.steps).expanded(at: 1)
      transitions = exp(before + log(transition) + after - logLikelihood).sum(along: 0)
    }
    return (logLikelihood, softmax(forward + backward, along: 1), transitions)
  }

  /// log p(x) of a sequence, in nats.
  public func logLikelihood(of sequence: Tensor) -> Double {
    let trellis = Trellis(self, sequence)
    return trellis.forward().sliced(trellis.steps - 1..<trellis.steps).logSumExp(along: 1).scalar
  }

  /// The jointly most probable states of a sequence (Viterbi 1967), and log p(x, states) in nats.
  public func mostProbableStates(
    of sequence: Tensor
  ) -> (states: [Int], logProbability: Double) {
    Trellis(self, sequence).mostProbable()
  }

  /// Draws a sequence of `steps` states.
  public func sampleStates(_ steps: Int, using random: Random) -> [Int] {
    var states: [Int] = []
    for _ in 0..<steps {
      let row = states.last.map { transition.gatheredRows(at: [$0]).squeezed(at: 0) } ?? initial
      states.append(Int(random.categorical([1], logits: log(row)).scalar))
    }
    return states
  }
}

/// The recursions over the steps of one sequence.
private struct Trellis {
  let steps: Int
  /// log p(xₜ | state), `[steps, k]`.
  let emission: Tensor
  private let k: Int
  private let initial: [Double]
  /// log A by columns: the transitions into each state.
  private let into: Tensor
  private let from: Tensor

  init<Emission>(_ model: HiddenMarkovModel<Emission>, _ sequence: Tensor) {
    emission = model.emissions.logDensities(of: sequence)
    (steps, k) = (emission.shape[0], model.stateCount)
    precondition(
      steps > 0 && emission.shape[1] == k,
      "HiddenMarkovModel: expected at least one step and emissions of \(k) states, found"
        + " \(emission.shape)")
    initial = log(model.initial).doubles
    from = log(model.transition)
    into = from.transposed()
  }

  /// log p(x₁ … xₜ, state), `[steps, k]`.
  func forward() -> Tensor {
    let (b, into) = (emission.doubles, into.doubles)
    var values = [Double](repeating: 0, count: steps * k)
    for i in 0..<k { values[i] = initial[i] + b[i] }
    for t in 1..<max(1, steps) {
      let sums = logProducts(Array(values[(t - 1) * k..<t * k]), into)
      for i in 0..<k { values[t * k + i] = sums[i] + b[t * k + i] }
    }
    return Tensor(values, shape: [steps, k], dtype: .float64)
  }

  /// log p(xₜ₊₁ … | state), `[steps, k]`.
  func backward() -> Tensor {
    let (b, from) = (emission.doubles, from.doubles)
    var values = [Double](repeating: 0, count: steps * k)
    for t in stride(from: steps - 2, through: 0, by: -1) {
      let next = (0..<k).map { values[(t + 1) * k + $0] + b[(t + 1) * k + $0] }
      values.replaceSubrange(t * k..<(t + 1) * k, with: logProducts(next, from))
    }
    return Tensor(values, shape: [steps, k], dtype: .float64)
  }

  /// log Σⱼ exp(Mᵢⱼ + vⱼ) of each row i.
  private func logProducts(_ vector: [Double], _ matrix: [Double]) -> [Double] {
    let terms = Tensor(matrix, shape: [k, k], dtype: .float64) + Tensor(vector, dtype: .float64)
    return terms.logSumExp(along: 1).doubles
  }

  func mostProbable() -> (states: [Int], logProbability: Double) {
    let (b, into) = (emission.doubles, into.doubles)
    var best = (0..<k).map { initial[$0] + b[$0] }
    var origins: [[Int]] = []
    for t in 1..<max(1, steps) {
      var (next, places) = ([Double](), [Int]())
      for i in 0..<k {
        var (value, place) = (-Double.infinity, 0)
        for j in 0..<k where best[j] + into[i * k + j] > value {
          (value, place) = (best[j] + into[i * k + j], j)
        }
        next.append(value + b[t * k + i])
        places.append(place)
      }
      best = next
      origins.append(places)
    }
    var state = 0
    for i in 1..<max(1, k) where best[i] > best[state] { state = i }
    let logProbability = best[state]
    var states = [state]
    for places in origins.reversed() {
      state = places[state]
      states.append(state)
    }
    return (states.reversed(), logProbability)
  }
}
