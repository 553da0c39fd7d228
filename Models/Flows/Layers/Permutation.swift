import NN
import Tensor

/// A permutation of an example's numbers, which preserves volume.
///
/// - Input and output: `[batch, features]`.
public final class Permutation: FlowLayer {
  /// The index of the input number at each output position.
  public let order: [Int]
  private let back: [Int]

  /// None.
  public var members: Members { [:] }

  /// Creates the layer from a permutation of 0 ..< features.
  public init(_ order: [Int]) {
    var back = [Int?](repeating: nil, count: order.count)
    for (place, index) in order.enumerated() where back.indices.contains(index) {
      back[index] = place
    }
    self.order = order
    self.back = back.compactMap { $0 }
    precondition(
      self.back.count == order.count,
      "Permutation: expected each of 0 ..< \(order.count) once, found \(order)")
  }

  /// The reverse order.
  public static func reversal(_ count: Int) -> Permutation {
    Permutation(Array((0..<count).reversed()))
  }

  /// The even positions first, then the odd ones, which separates neighbours.
  public static func deal(_ count: Int) -> Permutation {
    Permutation(Array(stride(from: 0, to: count, by: 2)) + Array(stride(from: 1, to: count, by: 2)))
  }

  /// The pixels with an even sum of row and column first, then the others, as on a chessboard
  /// (Dinh, Sohl-Dickstein and Bengio 2017, section 3.4).
  public static func checkerboard(height: Int, width: Int, channels: Int = 1) -> Permutation {
    let places = 0..<height * width * channels
    func isOdd(_ place: Int) -> Bool {
      let pixel = place / channels
      return (pixel / width + pixel % width) % 2 == 1
    }
    return Permutation(places.filter { !isOdd($0) } + places.filter(isOdd))
  }

  /// The numbers in their new order, and the log-determinant 0.
  public func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    (x.gathered(at: order, along: 1), Tensor.zeros([x.shape[0]], dtype: x.dtype))
  }

  /// The numbers in their original order.
  public func inverse(_ y: Tensor) -> Tensor { y.gathered(at: back, along: 1) }

  /// A description with the number of positions.
  public var description: String { "Permutation of \(order.count)" }
}
