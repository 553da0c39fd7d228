import NN
import Tensor

/// Another order of the numbers of an example: the volume stays.
///
/// - Input and output: `[batch, features]`.
public final class Permutation: FlowLayer {
  /// Which number of the input stands at each place.
  public let order: [Int]
  private let back: [Int]

  /// None.
  public var members: Members { [:] }

  /// Creates the layer of an order of 0 ..< features.
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

  /// The even places first, then the odd ones: what were neighbours come apart.
  public static func deal(_ count: Int) -> Permutation {
    Permutation(Array(stride(from: 0, to: count, by: 2)) + Array(stride(from: 1, to: count, by: 2)))
  }

  /// The pixels of an image whose row and column add up to an even number first, then the others, as the
  /// squares of a chessboard (Dinh, Sohl-Dickstein and Bengio 2017, section 3.4).
  public static func checkerboard(height: Int, width: Int, channels: Int = 1) -> Permutation {
    let places = 0..<height * width * channels
    func isOdd(_ place: Int) -> Bool {
      let pixel = place / channels
      return (pixel / width + pixel % width) % 2 == 1
    }
    return Permutation(places.filter { !isOdd($0) } + places.filter(isOdd))
  }

  /// The numbers in their new order, and 0.
  public func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    (x.gathered(at: order, along: 1), Tensor.zeros([x.shape[0]], dtype: x.dtype))
  }

  /// The numbers in their old order.
  public func inverse(_ y: Tensor) -> Tensor { y.gathered(at: back, along: 1) }

  /// The layer with the number of its places.
  public var description: String { "Permutation of \(order.count)" }
}
