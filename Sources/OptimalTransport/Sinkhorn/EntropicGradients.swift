import Tensor

/// The entropic transport cost as a loss: differentiable to any order in the costs and the weights.
///
/// The value is ``EntropicTransport/regularizedCost``. By the envelope theorem, its gradient is the
/// plan with respect to the costs and the potentials with respect to the weights (Feydy et al.
/// 2019, section 3), so no sweep is recorded. Second derivatives come from the implicit function
/// theorem at the potentials. The common constant of the potentials is chosen so that both have the
/// same sum; the gradient with respect to the weights is meaningful only along directions that keep
/// their sums equal.
///
/// - Parameters:
///   - costs: `[n, m]`, finite.
///   - source: a, `[n]`.
///   - target: b, `[m]`, with the same sum.
///   - epsilon: ε, in the unit of the costs.
///   - options: The options of Sinkhorn's algorithm.
/// - Returns: A scalar in the costs' type.
/// - Throws: ``TransportError``.
public func entropicTransportCost(
  costs: Tensor, source: Tensor, target: Tensor, epsilon: Double,
  options: SinkhornOptions = SinkhornOptions()
) throws -> Tensor {
  precondition(
    costs.shape == [source.count, target.count] && source.rank == 1 && target.rank == 1,
    "entropicTransportCost: expected costs [n, m] and weights [n] and [m], found \(costs.shape),"
      + " \(source.shape) and \(target.shape)")
  return try entropicTransportCost(costs, source, target, epsilon, options, isSymmetric: false)
}

/// The cost as a loss.
///
/// - Parameter isSymmetric: Whether both weights are the same and the costs symmetric.
func entropicTransportCost(
  _ costs: Tensor, _ source: Tensor, _ target: Tensor, _ epsilon: Double,
  _ options: SinkhornOptions, isSymmetric: Bool
) throws -> Tensor {
  let type = costs.dtype
  let c = costs.converted(to: .float64)
  let (a, b) = (source.converted(to: .float64), target.converted(to: .float64))
  let solved = try EntropicTransport(
    CostRows(c), a, b, epsilon, options, isSymmetric: isSymmetric)
  let potentials = entropicPotentials(solved, c, a, b)
  let n = a.count
  let value = Tensor(solved.regularizedCost, dtype: .float64)
  return value.tracked(
    from: (c, { _, dy in dy * entropicPlan(potentials, c, a, b, epsilon) }),
    (a, { _, dy in dy * potentials.sliced(0..<n) }),
    (b, { _, dy in dy * potentials.sliced(n..<potentials.count) })
  ).converted(to: type)
}

/// f, followed by g, `[n + m]`, as a function of the costs and the weights.
private func entropicPotentials(
  _ solved: EntropicTransport, _ c: Tensor, _ a: Tensor, _ b: Tensor
) -> Tensor {
  let (f, g, epsilon) = (solved.sourcePotential, solved.targetPotential, solved.epsilon)
  let shift = (f.sum().scalar - g.sum().scalar) / Double(f.count + g.count)
  let value = Tensor.concatenated([f - shift, g + shift])
  func adjoint(_ y: Tensor, _ dy: Tensor) -> (rows: Tensor, columns: Tensor) {
    let solution = potentialAdjoint(entropicPlan(y, c, a, b, epsilon), dy)
    return (solution.sliced(0..<a.count), solution.sliced(a.count..<dy.count))
  }
  return value.tracked(
    from: (
      c,
      { y, dy in
        let (rows, columns) = adjoint(y, dy)
        return entropicPlan(y, c, a, b, epsilon) * (rows.expanded(at: 1) + columns)
      }
    ),
    (
      a,
      { y, dy in
        let weighted = entropicDensity(y, c, epsilon, a.count) * b
        return -epsilon * (weighted * adjoint(y, dy).columns).sum(along: 1)
      }
    ),
    (
      b,
      { y, dy in
        let weighted = entropicDensity(y, c, epsilon, a.count) * a.expanded(at: 1)
        return -epsilon * (weighted * adjoint(y, dy).rows.expanded(at: 1)).sum(along: 0)
      }
    ))
}

/// exp((f ⊕ g − c)/ε), `[n, m]`.
private func entropicDensity(_ y: Tensor, _ c: Tensor, _ epsilon: Double, _ n: Int) -> Tensor {
  let (f, g) = (y.sliced(0..<n), y.sliced(n..<y.count))
  return exp((f.expanded(at: 1) + g - c) / epsilon)
}

/// The plan, `[n, m]`.
private func entropicPlan(
  _ y: Tensor, _ c: Tensor, _ a: Tensor, _ b: Tensor, _ epsilon: Double
) -> Tensor {
  entropicDensity(y, c, epsilon, a.count) * a.expanded(at: 1) * b
}

/// The solution of [[diag π1, π], [πᵀ, diag πᵀ1]] z = dy, the derivative of the marginals.
///
/// (1, −1) is in the null space, because the potentials have a free constant; its eigenvalue is
/// moved to the size of the others. The result is NaN if the plan is so sharp that the matrix is
/// singular to rounding.
private func potentialAdjoint(_ plan: Tensor, _ dy: Tensor) -> Tensor {
  let (n, m) = (plan.shape[0], plan.shape[1])
  func diagonal(_ sums: Tensor) -> Tensor {
    (sums + (1 - (stopGradient(sums) .> 0))).diagonalMatrix()
  }
  let top = Tensor.concatenated([diagonal(plan.sum(along: 1)), plan], along: 1)
  let bottom = Tensor.concatenated([plan.transposed(), diagonal(plan.sum(along: 0))], along: 1)
  let constant = Tensor.concatenated([
    Tensor.ones([n], dtype: .float64), -Tensor.ones([m], dtype: .float64),
  ])
  let size = stopGradient(plan).sum() / Double((n + m) * max(n, m))
  let matrix = Tensor.concatenated([top, bottom]) + size * constant.outer(constant)
  return (try? matrix.solve(dy)) ?? Tensor(filledWith: .nan, dy.shape, dtype: .float64)
}
