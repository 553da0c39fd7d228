import Tensor

/// Points that flow along the negative gradient of a distance to a target (Feydy and others 2019,
/// section 4).
///
/// Each point of weight a moves along −∇ / a: the gradient flow in Wasserstein space, in explicit
/// steps. With the Sinkhorn divergence, the points end on the target; with the exact cost, they go
/// straight to it along the plan.
public struct TransportFlow {
  /// The objective that the flow decreases.
  public enum Objective: Sendable {
    /// The ``sinkhornDivergence(from:to:cost:epsilon:options:)`` for half the squared distance.
    case sinkhorn(epsilon: Double)
    /// ½ W₂², by exact transport.
    case wasserstein
  }

  /// The state of the flow.
  public struct State: Sendable {
    /// The points, `[n, d]`.
    public let points: Tensor
    /// The time, the sum of the steps' lengths.
    public let time: Double
  }

  private let weights: Tensor
  private let target: DiscreteMeasure
  private let objective: Objective
  private let stepLength: Double
  private let options: SinkhornOptions

  /// Creates a flow towards a measure.
  ///
  /// - Parameters:
  ///   - target: The measure to which the points flow.
  ///   - objective: The objective that the flow decreases.
  ///   - weights: The weights of the moving points, `[n]`, all positive.
  ///   - stepLength: The time of a step; a step of 1 would bring the points to the ends of the plan
  ///     at once.
  ///   - options: The options of Sinkhorn's algorithm.
  /// - Throws: ``TransportError``.
  public init(
    to target: DiscreteMeasure, weights: Tensor, objective: Objective, stepLength: Double = 0.1,
    options: SinkhornOptions = SinkhornOptions()
  ) throws {
    try checkSums(weights, target.weights)
    if let index = weights.doubles.firstIndex(of: 0) {
      throw TransportError.badWeight(.source, index: index, value: 0)
    }
    (self.target, self.weights, self.objective) = (target, weights, objective)
    (self.stepLength, self.options) = (stepLength, options)
  }

  /// The state at time 0.
  public func start(at points: Tensor) -> State { State(points: points, time: 0) }

  /// Takes one step; also returns the objective before it.
  ///
  /// - Throws: ``TransportError``.
  public func step(_ state: State) throws -> (state: State, objective: Double) {
    let (value, gradient) = try valueWithGradient(at: state.points) { points in
      let source = DiscreteMeasure(points: points, weights: weights)
      switch objective {
      case .wasserstein: return 0.5 * (try exactTransportCost(from: source, to: target))
      case .sinkhorn(let epsilon):
        return 0.5
          * (try sinkhornDivergence(
            from: source, to: target, epsilon: 2 * epsilon, options: options))
      }
    }
    let points = state.points - stepLength * gradient / weights.expanded(at: 1)
    return (State(points: points, time: state.time + stepLength), value.scalar)
  }
}

/// The exact transport cost between measures, as a loss: Σ πᵢⱼ c(xᵢ, yⱼ) with the optimal plan; its
/// gradients with respect to the weights are the potentials.
///
/// By the envelope theorem, the gradient treats the plan as a constant; where the plan changes, the
/// loss has a kink. Second derivatives are those at a fixed plan.
///
/// - Returns: A scalar in the points' type.
/// - Throws: ``TransportError``.
public func exactTransportCost(
  from source: DiscreteMeasure, to target: DiscreteMeasure, cost: GroundCost = .squaredEuclidean
) throws -> Tensor {
  let solved = try ExactTransport(from: source, to: target, cost: cost)
  let type = source.points.dtype
  let entries = solved.plan.entries
  let x = source.points.gatheredRows(at: entries.map(\.row))
  let y = target.points.gatheredRows(at: entries.map(\.column))
  let masses = Tensor(entries.map(\.mass), shape: [entries.count], dtype: type)
  let value = (masses * cost.pairs(x, y)).sum()
  let (u, v) = (
    solved.sourcePotential.converted(to: type), solved.targetPotential.converted(to: type)
  )
  // 0, with the potentials as its gradient.
  return value + (u * (source.weights - stopGradient(source.weights))).sum()
    + (v * (target.weights - stopGradient(target.weights))).sum()
}
