import Tensor

/// A smooth map with a smooth inverse, and the logarithms of the determinants of both Jacobians.
///
/// A map of `inputRank` 0 acts on each number, one of rank 1 on each vector along the last axis,
/// and so on; axes before these form the batch. Gradients flow through all methods, also to the
/// map's parameters.
public protocol Bijector {
  /// The number of last axes that are mapped together.
  var inputRank: Int { get }
  /// The number of axes they become; by default the same.
  var outputRank: Int { get }

  /// The shape of the last axes after the map; by default unchanged.
  func outputShape(of shape: [Int]) -> [Int]

  /// y = f(x).
  func forward(_ x: Tensor) -> Tensor
  /// x = f⁻¹(y), for a y in the image.
  func inverse(_ y: Tensor) -> Tensor

  /// log |det ∂f/∂x| at x, of x's shape without the axes that are mapped together.
  func forwardLogDeterminant(_ x: Tensor) -> Tensor
  /// log |det ∂f⁻¹/∂y| at y, of y's shape without the axes that are mapped together.
  func inverseLogDeterminant(_ y: Tensor) -> Tensor

  /// f(x) and its log-determinant, computed together to share work.
  func forwardWithLogDeterminant(_ x: Tensor) -> (value: Tensor, logDeterminant: Tensor)
  /// f⁻¹(y) and its log-determinant, computed together to share work.
  func inverseWithLogDeterminant(_ y: Tensor) -> (value: Tensor, logDeterminant: Tensor)

  /// 1 where y lies inside the image and 0 elsewhere, of the shape of
  /// ``inverseLogDeterminant(_:)``; `nil`, the default, if the image is the whole space.
  func isInImage(_ y: Tensor) -> Tensor?
}

extension Bijector {
  /// By default, the input's rank.
  public var outputRank: Int { inputRank }
  /// By default, the shape itself.
  public func outputShape(of shape: [Int]) -> [Int] { shape }
  /// `nil` by default: the image is the whole space.
  public func isInImage(_ y: Tensor) -> Tensor? { nil }

  /// −log |det ∂f/∂x| at x = f⁻¹(y).
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor { -forwardLogDeterminant(inverse(y)) }

  /// Computes both separately by default.
  public func forwardWithLogDeterminant(_ x: Tensor) -> (value: Tensor, logDeterminant: Tensor) {
    (forward(x), forwardLogDeterminant(x))
  }

  /// Computes both separately by default.
  public func inverseWithLogDeterminant(_ y: Tensor) -> (value: Tensor, logDeterminant: Tensor) {
    (inverse(y), inverseLogDeterminant(y))
  }

  /// The inverse as a bijector.
  public var inverted: InverseMap { InverseMap(self) }

  /// The composition of this map and then another.
  public func followed(by next: any Bijector) -> ChainMap { ChainMap([self, next]) }
}

/// A bijector that acts on each number separately and is monotone.
public protocol MonotoneBijector: Bijector {
  /// The open interval of the values.
  var image: (lower: Double, upper: Double) { get }
  /// The sign of the slope, ±1, of a shape that broadcasts to the values; `nil` stands for 1.
  var direction: Tensor? { get }
}

extension MonotoneBijector {
  /// 0: each number is mapped separately.
  public var inputRank: Int { 0 }
  /// `nil` by default: the map is increasing.
  public var direction: Tensor? { nil }

  /// 1 where y lies strictly between the ends of the image, and for NaN.
  public func isInImage(_ y: Tensor) -> Tensor? {
    if image == (-Double.infinity, Double.infinity) { return nil }
    return 1 - maximum(y .<= image.lower, y .>= image.upper)
  }
}
