import CKernels

/// Points laid out for sums over mixtures of Gaussians: coordinate by coordinate, so that several
/// points are processed in parallel, in chunks that the threads share.
package struct MixturePoints: Sendable {
  private let columns: Tensor
  private let count: Int
  private let dimension: Int
  private let step: Int

  private static let chunk = 512
  private static let sideBySide = Int(CK_MIXTURE_POINTS)

  /// Lays out rows, float64 `[n, d]`.
  package init(_ x: Tensor) {
    precondition(
      x.rank == 2 && x.dtype == .float64,
      "MixturePoints: expected rows of float64[n, d], found \(x.dtype)\(x.shape)")
    (count, dimension) = (x.shape[0], x.shape[1])
    step = (count + Self.sideBySide - 1) / Self.sideBySide * Self.sideBySide
    columns = x.padded(before: 0, after: step - count, along: 0).transposed()
  }

  /// The components of a mixture: float64 log πₖ − log|Lₖ| − ½ d log 2π `[k]`, means `[k, d]` and
  /// lower triangular Lₖ⁻¹ `[k, d, d]` of covariances Lₖ Lₖᵀ.
  package struct Components {
    let logConstants: Tensor
    let means: Tensor
    let inverses: Tensor
    let isDiagonal: Bool

    /// - Parameter isDiagonal: Whether all elements off the diagonals of `inverses` are 0.
    package init(logConstants: Tensor, means: Tensor, inverses: Tensor, isDiagonal: Bool) {
      let (k, d) = (means.shape[0], means.shape[1])
      precondition(
        logConstants.shape == [k] && inverses.shape == [k, d, d]
          && [logConstants, means, inverses].allSatisfy { $0.dtype == .float64 },
        "MixturePoints: expected float64[\(k)] constants and float64[\(k), \(d), \(d)] inverses, found"
          + " \(logConstants.shape) and \(inverses.shape)")
      (self.logConstants, self.means) = (logConstants, means)
      (self.inverses, self.isDiagonal) = (inverses, isDiagonal)
    }
  }

  /// log p(x, z = k) of each point, `[n, k]`, in nats.
  package func logJoint(_ components: Components) -> Tensor {
    Tensor.uninitialized([count, components.means.shape[0]], .float64) { result, _ in
      let result = result.assumingMemoryBound(to: Double.self)
      forEachChunk(components) { gaussians, first, length, scratch in
        ck_mixtures().pointee.log_joint(
          &gaussians, columns.float64Pointer + first, step, length,
          result + first * gaussians.count, scratch)
      }
    }
  }

  /// log p(x) of each point, `[n]`, in nats, and p(z = k | x), `[n, k]`.
  package func posterior(
    _ components: Components
  ) -> (logDensities: Tensor, responsibilities: Tensor) {
    let logDensities = Tensor.uninitialized([count], .float64)
    let responsibilities = Tensor.uninitialized(
      [count, components.means.shape[0]], .float64, reading: columns.count
    ) { result, _ in
      let result = result.assumingMemoryBound(to: Double.self)
      forEachChunk(components) { gaussians, first, length, scratch in
        ck_mixtures().pointee.posterior(
          &gaussians, columns.float64Pointer + first, step, length,
          logDensities.float64Pointer + first, result + first * gaussians.count, scratch)
      }
    }
    return (logDensities, responsibilities)
  }

  private func forEachChunk(
    _ components: Components,
    _ body: (inout CKGaussians, _ first: Int, _ length: Int, UnsafeMutablePointer<Double>) -> Void
  ) {
    let k = components.means.shape[0]
    precondition(
      components.means.shape[1] == dimension,
      "MixturePoints: expected means of \(dimension) coordinates, found \(components.means.shape)")
    parallel(over: count, step: Self.chunk, of: .float64) { begin, end in
      var gaussians = CKGaussians(
        count: k, d: dimension, is_diagonal: components.isDiagonal,
        constants: components.logConstants.float64Pointer, means: components.means.float64Pointer,
        inverses: components.inverses.float64Pointer)
      withScratch(Self.sideBySide * (dimension + k)) { body(&gaussians, begin, end - begin, $0) }
    }
  }

  /// Σ rₙₖ (xₙ − μₖ)(xₙ − μₖ)ᵀ of each component, `[k, d, d]`, with the same bytes on any number of
  /// threads.
  ///
  /// - Parameters:
  ///   - means: float64 `[k, d]`.
  ///   - weights: r, float64 `[n, k]`.
  ///   - isDiagonal: Whether only the diagonals are computed; the rest is 0.
  package func scatters(around means: Tensor, weights: Tensor, isDiagonal: Bool) -> Tensor {
    let (k, d) = (means.shape[0], dimension)
    precondition(
      means.shape == [k, d] && weights.shape == [count, k] && means.dtype == .float64
        && weights.dtype == .float64,
      "MixturePoints: expected float64 means [k, \(d)] and weights [\(count), k], found \(means.shape)"
        + " and \(weights.shape)")
    let width = isDiagonal ? d : d * (d + 1) / 2
    let chunks = (count + Self.chunk - 1) / Self.chunk
    let partial = Tensor.uninitialized(
      [chunks, k, width], .float64, reading: columns.count + weights.count
    ) { result, _ in
      let result = result.assumingMemoryBound(to: Double.self)
      parallel(over: count, step: Self.chunk, of: .float64) { begin, end in
        withScratch(Self.sideBySide * d + 8 * width) { scratch in
          for component in 0..<k {
            ck_mixtures().pointee.scatter(
              columns.float64Pointer + begin, step, end - begin, d,
              means.float64Pointer + component * d,
              weights.float64Pointer + begin * k + component, k, isDiagonal,
              result + (begin / Self.chunk * k + component) * width, scratch)
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
}

/// Calls `body` with scratch memory for this many numbers, aligned to 64 bytes.
private func withScratch(_ count: Int, _ body: (UnsafeMutablePointer<Double>) -> Void) {
  withUnsafeTemporaryAllocation(byteCount: max(1, count) * 8, alignment: 64) { bytes in
    guard let start = bytes.baseAddress else { return }
    body(start.assumingMemoryBound(to: Double.self))
  }
}
