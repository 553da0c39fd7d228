import Tensor

/// A smooth map with a smooth inverse, and the logarithms of the determinants of both Jacobians.
///
/// A map of `inputRank` 0 maps each number, one of rank 1 each vector along the last axis, and so on;
/// what lies before these axes is the batch. Gradients flow through all of it, to the map's
/// parameters too.
public protocol Bijector {
  /// How many of the last axes are mapped together.
  var inputRank: Int { get }
  /// How many axes they become; by default the same.
  var outputRank: Int { get }

  /// The shape of the last axes after the map; by default it stays.
  func outputShape(of shape: [Int]) -> [Int]

  /// y = f(x).
  func forward(_ x: Tensor) -> Tensor
  /// x = f⁻¹(y), for a y in the image.
  func inverse(_ y: Tensor) -> Tensor

  /// log |det ∂f/∂x| at x, of x's shape without the axes that are mapped together.
  func forwardLogDeterminant(_ x: Tensor) -> Tensor
  /// log |det ∂f⁻¹/∂y| at y, of y's shape without the axes that are mapped together.
  func inverseLogDeterminant(_ y: Tensor) -> Tensor

  /// f(x) and the logarithm of its determinant: both at once, where they share work.
  func forwardWithLogDeterminant(_ x: Tensor) -> (value: Tensor, logDeterminant: Tensor)
  /// f⁻¹(y) and the logarithm of its determinant: both at once, where they share work.
  func inverseWithLogDeterminant(_ y: Tensor) -> (value: Tensor, logDeterminant: Tensor)

  /// 1 where y lies inside of the image and 0 elsewhere, of the shape of ``inverseLogDeterminant(_:)``;
  /// `nil`, the default, where the image is everything.
  func isInImage(_ y: Tensor) -> Tensor?
}

extension Bijector {
  /// The input's rank.
  public var outputRank: Int { inputRank }
  /// The shape itself.
  public func outputShape(of shape: [Int]) -> [Int] { shape }
  /// `nil`: the image is everything.
  public func isInImage(_ y: Tensor) -> Tensor? { nil }

  /// −log |det ∂f/∂x| at x = f⁻¹(y).
  public func inverseLogDeterminant(_ y: Tensor) -> Tensor { -forwardLogDeterminant(inverse(y)) }

  /// Both, each by itself.
  public func forwardWithLogDeterminant(_ x: Tensor) -> (value: Tensor, logDeterminant: Tensor) {
    (forward(x), forwardLogDeterminant(x))
  }

  /// Both, each by itself.
  public func inverseWithLogDeterminant(_ y: Tensor) -> (value: Tensor, logDeterminant: Tensor) {
    (inverse(y), inverseLogDeterminant(y))
  }

  /// The inverse as a map of its own.
  public var inverted: InverseMap { InverseMap(self) }

  /// This map, and another after it.
  public func followed(by next: any Bijector) -> ChainMap { ChainMap([self, next]) }
}

/// A bijector that maps each number by itself, rising or falling.
public protocol MonotoneBijector: Bijector {
  /// The open interval of the values.
  var image: (lower: Double, upper: Double) { get }
  /// The sign of the slope, ±1, of a shape that broadcasts to the values; by default 1.
  var direction: Tensor? { get }
}

extension MonotoneBijector {
  /// 0: each number is mapped by itself.
  public var inputRank: Int { 0 }
  /// `nil`: the map rises.
  public var direction: Tensor? { nil }

  /// 1 where y lies strictly between the ends of the image; and for NaN.
  public func isInImage(_ y: Tensor) -> Tensor? {
    if image == (-Double.infinity, Double.infinity) { return nil }
    return 1 - maximum(y .<= image.lower, y .>= image.upper)
  }
}
