import Tensor

/// The sweeps of Lloyd's algorithm over rows that are centred on their mean.
struct LloydSweeps {
  private let clusters: Int
  private let dimension: Int
  private let origin: Tensor
  private let rows: Tensor
  private let weights: [Double]?

  init(_ rows: WeightedRows, clusters: Int) {
    self.clusters = clusters
    dimension = rows.dimension
    origin = rows.x.mean(along: 0)
    self.rows = rows.x - origin
    weights = rows.weights?.doubles
  }

  func fit(from start: Tensor, iterationLimit: Int) -> KMeansFit {
    var centres = start - origin
    var labels = [Int32](repeating: -1, count: rows.shape[0])
    var sweep = assign(to: centres, &labels)
    var inertias = [sweep.inertia]
    var reason = KMeansFit.Reason.iterationLimit
    while inertias.count <= iterationLimit {
      centres = updated(centres, sweep, labels)
      sweep = assign(to: centres, &labels)
      let last = inertias[inertias.count - 1]
      inertias.append(sweep.inertia)
      if sweep.inertia > last * (1 + 1e-10) {
        reason = .inertiaRose
        break
      }
      if sweep.changes == 0 {
        reason = .unchanged
        break
      }
    }
    // A sweep that changes nothing confirms the one before.
    return KMeansFit(
      model: KMeans(centres: centres + origin), assignments: labels.map(Int.init),
      sizes: sweep.sizes, inertias: inertias, reason: reason)
  }

  private func assign(to centres: Tensor, _ labels: inout [Int32]) -> CentreSums {
    assignToNearestCentres(rows, weights: weights, centres: centres, labels: &labels)
  }

  /// The means of the clusters; an empty cluster takes a row that is farthest from its centre.
  private func updated(_ centres: Tensor, _ sweep: CentreSums, _ labels: [Int32]) -> Tensor {
    var places = centres.doubles
    for k in 0..<clusters where sweep.sizes[k] > 0 {
      for j in 0..<dimension {
        places[k * dimension + j] = sweep.sums[k * dimension + j] / sweep.sizes[k]
      }
    }
    let empty = (0..<clusters).filter { sweep.sizes[$0] == 0 }
    if !empty.isEmpty {
      for (k, row) in zip(empty, farthest(empty.count, from: centres, labels)) {
        places.replaceSubrange(k * dimension..<(k + 1) * dimension, with: row)
      }
    }
    return Tensor(places, shape: [clusters, dimension], dtype: .float64)
  }

  /// The rows farthest from their own centres, except those at a distance of 0.
  private func farthest(_ number: Int, from centres: Tensor, _ labels: [Int32]) -> [[Double]] {
    let own = centres.gatheredRows(at: labels.map(Int.init))
    let distances = square(rows - own).sum(along: 1).doubles
    let order = distances.indices.filter { distances[$0] > 0 && weights?[$0] ?? 1 > 0 }
      .sorted { (distances[$0], $1) > (distances[$1], $0) }
    return order.prefix(number).map { rows.sliced($0..<$0 + 1).doubles }
  }
}
