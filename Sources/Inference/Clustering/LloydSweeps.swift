import Tensor

/// The sweeps of Lloyd's algorithm over some rows.
///
/// The nearest centre is that of the least ½|c|² − x·c, by a product of matrices for each block of
/// rows, which lie around their mean; distances themselves are sums of squared differences. One pass
/// over a block gives its labels, its part of the inertia and the sums of its clusters.
struct LloydSweeps {
  private let clusters: Int
  private let dimension: Int
  private let origin: Tensor
  private let blocks: [Block]

  private struct Block {
    let x: Tensor
    let weights: [Double]?
    let first: Int
  }

  private static let blockLength = 8_192
  private static let chunkLength = 512

  init(_ rows: WeightedRows, clusters: Int) {
    self.clusters = clusters
    dimension = rows.dimension
    origin = rows.x.mean(along: 0)
    let (centred, weights) = (rows.x - origin, rows.weights?.doubles)
    blocks = stride(from: 0, to: rows.count, by: Self.blockLength).map { first in
      let range = first..<min(first + Self.blockLength, rows.count)
      return Block(
        x: range.count == rows.count ? centred : centred.sliced(range),
        weights: weights.map { Array($0[range]) }, first: first)
    }
  }

  private var count: Int { blocks.reduce(0) { $0 + $1.x.shape[0] } }

  func fit(from start: Tensor, iterationLimit: Int) -> KMeansFit {
    var centres = start - origin
    var labels = [Int32](repeating: -1, count: count)
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
    // The sweep that changes nothing is the check of the one before.
    return KMeansFit(
      model: KMeans(centres: centres + origin), assignments: labels.map(Int.init),
      sizes: sweep.sizes, inertias: inertias, reason: reason)
  }

  /// What a pass over the rows finds.
  private struct Sweep {
    var inertia = 0.0
    var changes = 0
    var sizes: [Double]
    var sums: [Double]
  }

  private func assign(to centres: Tensor, _ labels: inout [Int32]) -> Sweep {
    let halves = 0.5 * square(centres).sum(along: 1)
    let width = 2 + clusters * (dimension + 1)
    var total = [Double](repeating: 0, count: width)
    labels.withUnsafeMutableBufferPointer { labels in
      for block in blocks {
        let partial = passes(over: block, centres, halves, labels)
        // In the order of the chunks, whatever the number of threads.
        for (i, sum) in partial.sum(along: 0).doubles.enumerated() { total[i] += sum }
      }
    }
    return Sweep(
      inertia: total[0], changes: Int(total[1]), sizes: Array(total[2..<2 + clusters]),
      sums: Array(total[(2 + clusters)...]))
  }

  /// What each chunk of a block adds, `[chunks, 2 + k (d + 1)]`.
  private func passes(
    over block: Block, _ centres: Tensor, _ halves: Tensor,
    _ labels: UnsafeMutableBufferPointer<Int32>
  ) -> Tensor {
    let products = block.x.matmul(centres, transposeRight: true)
    let (rows, width) = (block.x.shape[0], 2 + clusters * (dimension + 1))
    let chunks = (rows + Self.chunkLength - 1) / Self.chunkLength
    return block.x.withDoubles { x in
      products.withDoubles { products in
        centres.withDoubles { centres in
          halves.withDoubles { halves in
            let pass = ChunkPass(
              clusters: clusters, dimension: dimension, x: x, products: products,
              centres: centres, halves: halves, weights: block.weights, first: block.first)
            return Tensor.filled([chunks, width]) { sums in
              parallel(count: chunks) { chunk in
                let begin = chunk * Self.chunkLength
                pass.run(
                  begin..<min(begin + Self.chunkLength, rows), labels, sums + chunk * width)
              }
            }
          }
        }
      }
    }
  }

  /// The means of the clusters; empty ones take the rows that are farthest from their centres.
  private func updated(_ centres: Tensor, _ sweep: Sweep, _ labels: [Int32]) -> Tensor {
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

  /// The rows farthest from their own centres, those at a distance of 0 left out.
  private func farthest(_ number: Int, from centres: Tensor, _ labels: [Int32]) -> [[Double]] {
    var found: [(distance: Double, row: [Double])] = []
    for block in blocks {
      let range = block.first..<block.first + block.x.shape[0]
      let own = centres.gatheredRows(at: labels[range].map(Int.init))
      let distances = square(block.x - own).sum(along: 1).doubles
      let counted = block.weights ?? [Double](repeating: 1, count: range.count)
      let order = distances.indices.filter { distances[$0] > 0 && counted[$0] > 0 }
        .sorted { (distances[$0], $1) > (distances[$1], $0) }
      for row in order.prefix(number) {
        found.append((distances[row], block.x.sliced(row..<row + 1).doubles))
      }
    }
    return found.sorted { $0.distance > $1.distance }.prefix(number).map(\.row)
  }
}

/// The pass over the rows of a block, a chunk at a time.
private struct ChunkPass {
  let clusters: Int
  let dimension: Int
  let x: UnsafePointer<Double>
  let products: UnsafePointer<Double>
  let centres: UnsafePointer<Double>
  let halves: UnsafePointer<Double>
  let weights: [Double]?
  /// The number of the block's first row.
  let first: Int

  /// Labels some rows and writes their inertia, the number of changed labels, and the sizes and sums of
  /// the clusters, one after another.
  func run(
    _ rows: Range<Int>, _ labels: UnsafeMutableBufferPointer<Int32>,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    sums.initialize(repeating: 0, count: 2 + clusters * (dimension + 1))
    var (inertia, changes) = (0.0, 0)
    for row in rows {
      let label = nearest(products + row * clusters)
      if labels[first + row] != Int32(truncatingIfNeeded: label) {
        labels[first + row] = Int32(truncatingIfNeeded: label)
        changes += 1
      }
      let weight = weights?[row] ?? 1
      sums[2 + label] += weight
      inertia +=
        weight
        * add(
          x + row * dimension, weight, centres + label * dimension,
          to: sums + 2 + clusters + label * dimension)
    }
    sums[0] = inertia
    sums[1] = Double(changes)
  }

  /// The centre of the least ½|c|² − x·c.
  @inline(__always)
  private func nearest(_ products: UnsafePointer<Double>) -> Int {
    var (best, label) = (halves[0] - products[0], 0)
    for k in 1..<max(1, clusters) {
      let score = halves[k] - products[k]
      let isNearer = score < best
      best = isNearer ? score : best
      label = isNearer ? k : label
    }
    return label
  }

  /// Adds a weighted point to its cluster's sum and returns its squared distance from the centre.
  @inline(__always)
  private func add(
    _ point: UnsafePointer<Double>, _ weight: Double, _ centre: UnsafePointer<Double>,
    to sum: UnsafeMutablePointer<Double>
  ) -> Double {
    var (first, second) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    var j = 0
    while j + 8 <= dimension {
      let (p, q) = (point.four(at: j), point.four(at: j + 4))
      let (a, b) = (p - centre.four(at: j), q - centre.four(at: j + 4))
      first += a * a
      second += b * b
      sum.set(sum.four(at: j) + weight * p, at: j)
      sum.set(sum.four(at: j + 4) + weight * q, at: j + 4)
      j += 8
    }
    var distance = (first + second).sum()
    while j < dimension {
      let difference = point[j] - centre[j]
      distance += difference * difference
      sum[j] += weight * point[j]
      j += 1
    }
    return distance
  }
}
