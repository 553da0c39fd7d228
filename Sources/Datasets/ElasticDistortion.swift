import Foundation
import Tensor

/// A smooth random displacement of the plane, as if the paper were rubber.
///
/// Each coordinate is displaced by a sum of long random waves; the effect is that of the smoothed
/// random fields of Simard, Steinkraus and Platt, "Best practices for convolutional neural
/// networks" (2003), at the cost of a few sines for each point of a stroke.
struct ElasticDistortion {
  /// A sinusoidal displacement along some direction.
  struct Wave {
    let amplitude: Float
    let frequencyX: Float
    let frequencyY: Float
    let phase: Float

    func callAsFunction(_ point: Point) -> Float {
      amplitude * sin(frequencyX * point.x + frequencyY * point.y + phase)
    }
  }

  /// The waves of the displacement to the right.
  let horizontal: [Wave]
  /// The waves of the displacement downwards.
  let vertical: [Wave]

  /// Draws a distortion with displacements of about `amplitude`, in the unit of `side`.
  ///
  /// - Parameters:
  ///   - amplitude: The greatest amplitude of a wave; there are three for each coordinate.
  ///   - side: The side of the sheet: no wave has more than one period across it.
  init(amplitude: Float, side: Float, using random: Random) {
    func waves() -> [Wave] {
      (0..<3).map { _ in
        Wave(
          amplitude: amplitude * random.spread(1),
          frequencyX: 2 * .pi / side * random.spread(1),
          frequencyY: 2 * .pi / side * random.spread(1),
          phase: 2 * .pi * Float(random.uniform()))
      }
    }
    horizontal = waves()
    vertical = waves()
  }

  /// Returns the point to which the distortion moves `point`.
  func callAsFunction(_ point: Point) -> Point {
    var moved = point
    for wave in horizontal { moved.x += wave(point) }
    for wave in vertical { moved.y += wave(point) }
    return moved
  }
}

extension Random {
  /// Returns a number between −`reach` and `reach` with a triangular distribution, which favours
  /// values near zero.
  func spread(_ reach: Float) -> Float {
    reach * Float(uniform() + uniform() - 1)
  }
}
