import Tensor

/// The region that features cover: a ball around each, with the distance to its third nearest
/// neighbour as radius (Kynkäänniemi, Karras, Laine, Lehtinen and Aila 2019, equation 1).
///
/// The share of samples inside the region of the test images is the samples' precision; the share
/// of test images inside the region of the samples is their recall (equations 2 and 3).
struct FeatureManifold {
  /// The features, `[count, size]`.
  private let features: Tensor
  /// The squared radii of the balls, `[count]`.
  private let squaredRadii: Tensor

  /// The neighbour that determines a ball's radius, as in the paper.
  static let neighbour = 3
  /// The number of distance rows held in memory at a time.
  private static let portion = 500

  /// Creates the region of more than three features.
  init(of features: Tensor) {
    precondition(
      features.rank == 2 && features.shape[0] > Self.neighbour,
      "FeatureManifold: expected features [more than \(Self.neighbour), size], found \(features.shape)"
    )
    self.features = features
    squaredRadii = Tensor.concatenated(
      Self.portions(of: features).map { portion in
        // The nearest neighbour of a point is the point itself.
        pairwiseSquaredDistances(portion, features)
          .topK(Self.neighbour + 1, largest: false).values.sliced(
            Self.neighbour..<Self.neighbour + 1, along: 1
          ).flattened(from: 0)
      })
  }

  /// The share of other features that lie within the region.
  func share(of others: Tensor) -> Double {
    let inside = Self.portions(of: others).reduce(0) { count, portion in
      let gaps = squaredRadii - pairwiseSquaredDistances(portion, features)
      return count + gaps.max(along: 1).scalars.count { $0 >= 0 }
    }
    return Double(inside) / Double(others.shape[0])
  }

  /// The share of the first features inside the region of the second, and vice versa; nil if there
  /// are too few for a region.
  static func shares(of first: Tensor, and second: Tensor) -> (first: Double, second: Double)? {
    guard min(first.shape[0], second.shape[0]) > neighbour else { return nil }
    return (
      FeatureManifold(of: second).share(of: first), FeatureManifold(of: first).share(of: second)
    )
  }

  private static func portions(of rows: Tensor) -> [Tensor] {
    stride(from: 0, to: rows.shape[0], by: portion).map {
      rows.sliced($0..<min($0 + portion, rows.shape[0]))
    }
  }
}
