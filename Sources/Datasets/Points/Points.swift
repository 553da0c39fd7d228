import Files
import NN
import Tensor

/// Points in a space, each with its class.
public struct Points: Dataset, Equatable {
  /// The number of coordinates of a point.
  public let dimensions: Int
  /// The coordinates, `[count, dimensions]`, row-major.
  public let coordinates: [Float]
  /// The class of each point, `[count]`.
  public let labels: [UInt8]
  /// The names of the classes; none if there is only one.
  public let classNames: [String]
  /// The distribution of the points.
  public let distribution: PlaneDistribution

  /// The number of points.
  public var count: Int { labels.count }
  /// A point with this number of dimensions.
  public var element: ElementKind { .point(dimensions: dimensions) }

  /// Draws points in the plane.
  public init(_ distribution: PlaneDistribution, count: Int, using random: Random) {
    (coordinates, labels) = distribution.sample(count, using: random)
    let classCount = distribution.pieceCount
    classNames = classCount == 1 ? [] : (0..<classCount).map(String.init)
    dimensions = 2
    self.distribution = distribution
  }

  /// Returns the points at these indices: `[count, dimensions]`.
  public func batch(at indices: [Int], varied variation: Variation?) -> Batch {
    Batch(
      values: gathered(coordinates, rowLength: dimensions, at: indices),
      labels: indices.map { Int(labels[$0]) })
  }

  /// The CRC-32 of the coordinates and then of the labels.
  public var checksum: UInt32 {
    var checksum = Checksum()
    coordinates.withUnsafeBytes { checksum.add($0) }
    checksum.add(labels)
    return checksum.value
  }
}

/// Returns chosen rows of a table of floating-point numbers: `[indices.count, rowLength]`.
func gathered(_ table: [Float], rowLength: Int, at indices: [Int]) -> Tensor {
  checkIndices(indices, below: table.count / max(1, rowLength), "batch")
  return Tensor([indices.count, rowLength], .float32) { memory in
    let result = memory.bindMemory(to: Float.self)
    for (place, index) in indices.enumerated() {
      for column in 0..<rowLength {
        result[place * rowLength + column] = table[index * rowLength + column]
      }
    }
  }
}
