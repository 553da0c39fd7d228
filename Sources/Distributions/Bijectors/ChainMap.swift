import Tensor

/// A composition of maps: y = fₙ(… f₂(f₁(x))).
public struct ChainMap: Bijector {
  /// The maps, in the order of application.
  public let maps: [any Bijector]
  /// The smallest rank that all maps support.
  public let inputRank: Int
  /// The rank of the result.
  public let outputRank: Int

  /// Creates a composition; without maps it is the identity.
  public init(_ maps: [any Bijector]) {
    self.maps = maps
    var (needed, change) = (0, 0)
    for map in maps {
      needed = max(needed, map.inputRank - change)
      change += map.outputRank - map.inputRank
    }
    (inputRank, outputRank) = (needed, needed + change)
  }

  /// The shape after all maps.
  public func outputShape(of shape: [Int]) -> [Int] {
    maps.reduce(shape) { $1.outputShape(of: $0) }
  }
  /// fₙ(… f₁(x)).
  public func forward(_ x: Tensor) -> Tensor { maps.reduce(x) { $1.forward($0) } }
  /// f₁⁻¹(… fₙ⁻¹(y)).
  public func inverse(_ y: Tensor) -> Tensor { maps.reversed().reduce(y) { $1.inverse($0) } }
  /// The sum over the maps.
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor {
    forwardWithLogDeterminant(x).logDeterminant
  }
  /// The sum over the maps.
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor {
    inverseWithLogDeterminant(y).logDeterminant
  }

  /// Computes both, applying each map once.
  public func forwardWithLogDeterminant(_ x: Tensor) -> (value: Tensor, logDeterminant: Tensor) {
    var (value, rank) = (x, inputRank)
    var total: Tensor?
    for map in maps {
      let step = map.forwardWithLogDeterminant(value)
      let part = step.logDeterminant.summed(overLast: rank - map.inputRank)
      total = total.map { $0 + part } ?? part
      rank += map.outputRank - map.inputRank
      value = step.value
    }
    return (value, total ?? .zeros(x.shape, dtype: x.dtype))
  }

  /// Computes both, applying each map once.
  public func inverseWithLogDeterminant(_ y: Tensor) -> (value: Tensor, logDeterminant: Tensor) {
    var (value, rank) = (y, outputRank)
    var total: Tensor?
    for map in maps.reversed() {
      let step = map.inverseWithLogDeterminant(value)
      let part = step.logDeterminant.summed(overLast: rank - map.outputRank)
      total = total.map { $0 + part } ?? part
      rank -= map.outputRank - map.inputRank
      value = step.value
    }
    return (value, total ?? .zeros(y.shape, dtype: y.dtype))
  }

  /// 1 where the argument of each map's inverse lies in the map's image.
  ///
  /// A value outside remains outside on the way back, because NaN is in no image.
  public func isInImage(_ y: Tensor) -> Tensor? {
    var (value, rank) = (stopGradient(y), outputRank)
    var mask: Tensor?
    for map in maps.reversed() {
      if let inside = map.isInImage(value) {
        let axes = Array(inside.rank - (rank - map.outputRank)..<inside.rank)
        let part = axes.isEmpty ? inside : inside.all(along: axes)
        mask = mask.map { $0 * part } ?? part
      }
      rank -= map.outputRank - map.inputRank
      value = map.inverse(value)
    }
    return mask
  }
}

/// The inverse of a map.
public struct InverseMap: Bijector {
  /// The map whose inverse this is.
  public let map: any Bijector

  /// Creates the inverse of a map.
  public init(_ map: any Bijector) { self.map = map }

  /// The map's output rank.
  public var inputRank: Int { map.outputRank }
  /// The map's input rank.
  public var outputRank: Int { map.inputRank }
  /// x = f⁻¹(y).
  public func forward(_ x: Tensor) -> Tensor { map.inverse(x) }
  /// y = f(x).
  public func inverse(_ y: Tensor) -> Tensor { map.forward(y) }
  /// log |det ∂f⁻¹/∂y|.
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor { map.inverseLogDeterminant(x) }
  /// log |det ∂f/∂x|.
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor { map.forwardLogDeterminant(y) }
  /// Computes both together.
  public func forwardWithLogDeterminant(_ x: Tensor) -> (value: Tensor, logDeterminant: Tensor) {
    map.inverseWithLogDeterminant(x)
  }
  /// Computes both together.
  public func inverseWithLogDeterminant(_ y: Tensor) -> (value: Tensor, logDeterminant: Tensor) {
    map.forwardWithLogDeterminant(y)
  }
}
