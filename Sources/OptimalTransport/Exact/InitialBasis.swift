import Tensor

/// The initial basis: source by source, each is joined to the nearest target that has room left,
/// one target at a time (the modified row minimum rule; Gottschlich and Schuhmacher 2014).
///
/// - Parameter potentials: vⱼ for the targets, `m` numbers; the nearest target is then the one with
///   the least cᵢⱼ − vⱼ.
func initialBasis(
  _ costs: CostRows.Reader, _ weights: WholeWeights, potentials: [Double]
) -> [BasisTree.Edge] {
  let (n, m) = (weights.source.count, weights.target.count)
  var supply = weights.source.map { BasisTree.Mass(units: $0, epsilons: 1) }
  var room = weights.target.map { BasisTree.Mass(units: $0, epsilons: 0) }
  room[m - 1].epsilons = n
  var potentials = potentials
  var edges: [BasisTree.Edge] = []
  edges.reserveCapacity(n + m - 1)
  var (rows, next) = (Array(0..<n), [Int]())
  while !rows.isEmpty {
    for i in rows {
      let j = costs.least(i, less: potentials).column
      // No two are equal before the last edge, since only the total sums are equal.
      let mass = min(supply[i], room[j])
      edges.append(.init(source: i, target: j, mass: mass))
      supply[i] = supply[i] - mass
      room[j] = room[j] - mass
      if room[j].isZero { potentials[j] = -.infinity }
      if !supply[i].isZero { next.append(i) }
    }
    (rows, next) = (next, [])
  }
  return edges
}

extension BasisTree.Mass {
  fileprivate var isZero: Bool { units == 0 && epsilons == 0 }
}
