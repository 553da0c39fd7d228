import Glibc
import Tensor

/// A sequential clustering: observations are added in random order, each to the most probable
/// cluster so far or to a new one (Blei and Jordan 2006, section 5, start with such a pass).
struct SequentialAssignment {
  /// The cluster of each observation, numbered from the largest.
  let assignments: [Int]

  /// - Parameter limit: The largest number of clusters.
  init(
    _ x: Tensor, _ base: NormalInverseWishart, concentration: Double, limit: Int,
    using random: Random
  ) {
    let (count, width) = (x.shape[0], x.shape[1])
    let constants = PredictiveConstants(base, upTo: count)
    let empty = CollapsedCluster(base)
    var clusters: [CollapsedCluster] = []
    var chosen = [Int](repeating: 0, count: count)
    var scratch = [Double](repeating: 0, count: width)
    let values = x.doubles
    values.withUnsafeBufferPointer { values in
      scratch.withUnsafeMutableBufferPointer { scratch in
        guard let values = values.baseAddress, let scratch = scratch.baseAddress else { return }
        for row in random.permutation(count) {
          let point = values + row * width
          func density(_ cluster: CollapsedCluster) -> Double {
            cluster.logPredictiveDensity(of: point, constants, scratch)
          }
          var best = -1
          var largest =
            clusters.count < limit ? Glibc.log(concentration) + density(empty) : -.infinity
          for (number, cluster) in clusters.enumerated() {
            let logit = Glibc.log(Double(cluster.count)) + density(cluster)
            if logit > largest || (best < 0 && clusters.count == limit) {
              (best, largest) = (number, logit)
            }
          }
          if best < 0 {
            best = clusters.count
            clusters.append(empty)
          }
          clusters[best].add(point, constants, scratch)
          chosen[row] = best
        }
      }
    }
    let order = clusters.indices.sorted {
      (clusters[$0].count, $1) > (clusters[$1].count, $0)
    }
    var place = [Int](repeating: 0, count: clusters.count)
    for (position, cluster) in order.enumerated() { place[cluster] = position }
    assignments = chosen.map { place[$0] }
  }
}
