import Tensor

extension KMeans.Start {
  /// The first centres, float64 `[k, d]`.
  func centres(_ count: Int, of rows: WeightedRows, using random: Random) throws -> Tensor {
    switch self {
    case .plusPlus: return spreadPoints(count, rows, random)
    case .random:
      return rows.x.gatheredRows(
        at: random.choice(count, of: rows.count, weights: rows.weights))
    case .centres(let centres):
      precondition(
        centres.shape == [count, rows.dimension],
        "KMeans.fit: expected centres [\(count), \(rows.dimension)], found \(centres.shape)")
      guard centres.isFinite else { throw MixtureError.badStart("a centre is not finite") }
      return stopGradient(centres).converted(to: .float64)
    }
  }
}

private func spreadPoints(_ count: Int, _ rows: WeightedRows, _ random: Random) -> Tensor {
  let weights = rows.weights ?? Tensor.ones([rows.count], dtype: .float64)
  var chosen = random.choice(1, of: rows.count, weights: weights)
  var nearest = Tensor(filledWith: .infinity, [rows.count], dtype: .float64)
  while chosen.count < count {
    let last = rows.x.gatheredRows(at: [chosen[chosen.count - 1]])
    nearest = minimum(nearest, pairwiseSquaredDistances(rows.x, last).reshaped(to: [rows.count]))
    // Scaled so that products with weights neither overflow nor vanish.
    let largest = nearest.max().scalar
    let mass = largest > 0 ? weights * (nearest / largest) : weights
    // If all points with positive weight have been chosen, any of them may be chosen again.
    chosen += random.choice(1, of: rows.count, weights: mass.max().scalar > 0 ? mass : weights)
  }
  return rows.x.gatheredRows(at: chosen)
}
