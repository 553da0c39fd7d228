import Foundation
import Tensor

/// Distributions of points in the plane, on which a model's behaviour is visible.
///
/// They are those used in papers on normalising flows and flow matching (Grathwohl et al.,
/// "FFJORD", 2019; Durkan et al., "Neural spline flows", 2019), scaled to about [−4, 4]². The raw
/// values are the words of a command line. n stands for a standard normal number, drawn anew for
/// each coordinate.
public enum PlaneDistribution: String, CaseIterable, Sendable {
  /// Two half circles that interlock: (cos a, sin a) and (1 − cos a, ½ − sin a), a uniform in [0, π],
  /// plus 0.1 n.
  case moons
  /// Eight Gaussians with a standard deviation of 0.2, their centres on a circle of radius 2.
  case eightGaussians = "eight-gaussians"
  /// The eight dark squares of a chessboard of 4×4 squares on [−2, 2]², uniformly.
  case checkerboard
  /// Five bent arms: 2 R(2πk/5 + ¼ eʳ) (r, 0.05 n) with r = 1 + 0.3 n and R a rotation (Johnson et al.,
  /// "Composing graphical models with neural networks", 2016).
  case pinwheel
  /// Two arms of a spiral: ±a (−cos a, sin a)/3 with a = 3π√u, u uniform in [0, 1], plus 0.1 n.
  case spirals
  /// A rolled-up sheet seen from the side: a (cos a, sin a)/5 with a uniform in [1.5π, 4.5π], plus 0.2 n.
  case swissRoll = "swiss-roll"

  /// A one-line description for a list.
  public var summary: String {
    switch self {
    case .moons: "two half circles that interlock"
    case .eightGaussians: "eight Gaussians on a circle"
    case .checkerboard: "the dark squares of a chessboard"
    case .pinwheel: "five bent arms"
    case .spirals: "two arms of a spiral"
    case .swissRoll: "a rolled-up sheet, seen from the side"
    }
  }

  /// The number of pieces distinguished by a point's label: moons, Gaussians, squares, arms.
  public var pieceCount: Int {
    switch self {
    case .moons, .spirals: 2
    case .eightGaussians, .checkerboard: 8
    case .pinwheel: 5
    case .swissRoll: 1
    }
  }
}

extension PlaneDistribution {
  /// Draws points and the pieces that they belong to.
  ///
  /// - Returns: The coordinates, `[count, 2]`, and numbers below ``pieceCount``, `[count]`. Point
  ///   *i* does not depend on the count.
  func sample(_ count: Int, using random: Random) -> (coordinates: [Float], pieces: [UInt8]) {
    // The streams are separate so that a number's position does not depend on the count.
    let normals = random.split().normal([count, 2], dtype: .float64).doubles
    let places = random.split().uniform([count, 2], dtype: .float64).doubles
    let choices = random.split()
    var coordinates: [Float] = []
    coordinates.reserveCapacity(2 * count)
    let pieces = (0..<count).map { index in
      let piece = choices.integer(below: pieceCount)
      let point = point(
        piece, u: places[2 * index], v: places[2 * index + 1],
        normal: (normals[2 * index], normals[2 * index + 1]))
      coordinates.append(Float(point.x))
      coordinates.append(Float(point.y))
      return UInt8(piece)
    }
    return (coordinates, pieces)
  }

  /// The point of a piece for two uniform and two standard normal numbers.
  private func point(
    _ piece: Int, u: Double, v: Double, normal: (x: Double, y: Double)
  ) -> (x: Double, y: Double) {
    switch self {
    case .moons:
      let angle = Double.pi * u
      let (x, y) = (cos(angle), sin(angle))
      return piece == 0
        ? (x + 0.1 * normal.x, y + 0.1 * normal.y)
        : (1 - x + 0.1 * normal.x, 0.5 - y + 0.1 * normal.y)
    case .eightGaussians:
      let angle = Double(piece) * .pi / 4
      return (2 * cos(angle) + 0.2 * normal.x, 2 * sin(angle) + 0.2 * normal.y)
    case .checkerboard:
      let column = piece / 2
      let row = 2 * (piece % 2) + column % 2
      return (Double(column) - 2 + u, Double(row) - 2 + v)
    case .pinwheel:
      let (along, across) = (1 + 0.3 * normal.x, 0.05 * normal.y)
      let angle = 2 * Double.pi * Double(piece) / 5 + 0.25 * exp(along)
      let (x, y) = (cos(angle), sin(angle))
      return (2 * (along * x - across * y), 2 * (along * y + across * x))
    case .spirals:
      let angle = 3 * Double.pi * u.squareRoot()
      let arm = (piece == 0 ? angle : -angle) / 3
      return (-arm * cos(angle) + 0.1 * normal.x, arm * sin(angle) + 0.1 * normal.y)
    case .swissRoll:
      let angle = 1.5 * Double.pi * (1 + 2 * u)
      return (angle * cos(angle) / 5 + 0.2 * normal.x, angle * sin(angle) / 5 + 0.2 * normal.y)
    }
  }
}
