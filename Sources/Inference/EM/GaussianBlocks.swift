import Tensor

/// Points laid out for sums over mixtures of Gaussians: coordinate by coordinate, eight points side by
/// side, in chunks that the threads share.
struct GaussianBlocks {
  private let columns: Tensor
  private let count: Int
  private let dimension: Int
  private let padded: Int

  private static let chunk = 512

  /// Lays out rows `[n, d]`.
  init(_ x: Tensor) {
    (count, dimension) = (x.shape[0], x.shape[1])
    padded = (count + 7) / 8 * 8
    columns = x.padded(before: 0, after: padded - count, along: 0).transposed()
  }

  private var chunks: Int { (count + Self.chunk - 1) / Self.chunk }

  private func rows(_ chunk: Int) -> Range<Int> {
    chunk * Self.chunk..<min((chunk + 1) * Self.chunk, count)
  }

  /// |W (x − μₖ)|² of each point and component, `[n, k]`, for lower triangular W = Lₖ⁻¹.
  ///
  /// - Parameters:
  ///   - means: `[k, d]`.
  ///   - inverses: `[k, d, d]`; only diagonals are read where they are diagonal.
  func squaredDistances(from means: Tensor, inverses: Tensor, isDiagonal: Bool) -> Tensor {
    let (k, d) = (means.shape[0], dimension)
    return columns.withDoubles { x in
      means.withDoubles { means in
        inverses.withDoubles { inverses in
          Tensor.filled([count, k]) { result in
            parallel(count: chunks) { chunk in
              withUnsafeTemporaryAllocation(of: SIMD8<Double>.self, capacity: d) { y in
                for first in stride(from: rows(chunk).lowerBound, to: rows(chunk).upperBound, by: 8)
                {
                  let lanes = min(8, count - first)
                  for component in 0..<k {
                    load(x + first, minus: means + component * d, into: y)
                    let squares = squaredNorm(
                      y, inverses + component * d * d, isDiagonal: isDiagonal)
                    for lane in 0..<lanes {
                      result[(first + lane) * k + component] = squares[lane]
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// Σ rₙₖ (xₙ − μₖ)(xₙ − μₖ)ᵀ of each component, `[k, d, d]`.
  ///
  /// - Parameters:
  ///   - means: `[k, d]`.
  ///   - weights: r, `[n, k]`.
  ///   - isDiagonal: Whether only the diagonals are wanted; the rest is 0.
  func scatters(around means: Tensor, weights: Tensor, isDiagonal: Bool) -> Tensor {
    let (k, d) = (means.shape[0], dimension)
    let width = isDiagonal ? d : d * (d + 1) / 2
    let partial = columns.withDoubles { x in
      means.withDoubles { means in
        weights.withDoubles { weights in
          Tensor.filled([chunks, k, width]) { result in
            parallel(count: chunks) { chunk in
              withUnsafeTemporaryAllocation(of: SIMD8<Double>.self, capacity: d + width) { room in
                let y = UnsafeMutableBufferPointer(rebasing: room[0..<d])
                let sums = UnsafeMutableBufferPointer(rebasing: room[d...])
                for component in 0..<k {
                  sums.update(repeating: .zero)
                  for first in stride(
                    from: rows(chunk).lowerBound, to: rows(chunk).upperBound, by: 8)
                  {
                    let weight = lanes(weights + first * k + component, step: k, from: first)
                    if weight == .zero { continue }
                    load(x + first, minus: means + component * d, into: y)
                    add(y, weight, to: sums, isDiagonal: isDiagonal)
                  }
                  let target = result + (chunk * k + component) * width
                  for i in 0..<width { target[i] = sums[i].sum() }
                }
              }
            }
          }
        }
      }
    }
    let sums = partial.sum(along: 0)
    return isDiagonal ? sums.diagonalMatrix() : Self.symmetric(sums, d)
  }

  /// Symmetric matrices `[k, d, d]` from their lower triangles, row after row.
  private static func symmetric(_ packed: Tensor, _ d: Int) -> Tensor {
    let places = (0..<d * d).map { place in
      let (i, j) = (max(place / d, place % d), min(place / d, place % d))
      return i * (i + 1) / 2 + j
    }
    return packed.gathered(at: places, along: 1).reshaped(to: [packed.shape[0], d, d])
  }

  @inline(__always)
  private func load(
    _ x: UnsafePointer<Double>, minus mean: UnsafePointer<Double>,
    into y: UnsafeMutableBufferPointer<SIMD8<Double>>
  ) {
    for i in 0..<dimension { y[i] = x.eight(at: i * padded) - mean[i] }
  }

  @inline(__always)
  private func lanes(
    _ weights: UnsafePointer<Double>, step: Int, from first: Int
  ) -> SIMD8<Double> {
    var result = SIMD8<Double>.zero
    for lane in 0..<min(8, count - first) { result[lane] = weights[lane * step] }
    return result
  }

  @inline(__always)
  private func squaredNorm(
    _ y: UnsafeMutableBufferPointer<SIMD8<Double>>, _ inverse: UnsafePointer<Double>,
    isDiagonal: Bool
  ) -> SIMD8<Double> {
    var squares = SIMD8<Double>.zero
    for i in 0..<dimension {
      let row = inverse + i * dimension
      var z = row[i] * y[i]
      if !isDiagonal { for j in 0..<i { z += row[j] * y[j] } }
      squares += z * z
    }
    return squares
  }

  @inline(__always)
  private func add(
    _ y: UnsafeMutableBufferPointer<SIMD8<Double>>, _ weight: SIMD8<Double>,
    to sums: UnsafeMutableBufferPointer<SIMD8<Double>>, isDiagonal: Bool
  ) {
    var place = 0
    for i in 0..<dimension {
      let weighted = weight * y[i]
      if isDiagonal {
        sums[i] += weighted * y[i]
      } else {
        for j in 0...i { sums[place + j] += weighted * y[j] }
        place += i + 1
      }
    }
  }
}
