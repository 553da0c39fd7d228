import Foundation

/// Ellipses of constant density of a Gaussian, at given numbers of standard deviations.
///
/// The points m + k·L·(cos t, sin t) with the covariance L·Lᵀ. In two dimensions, 39 % of the
/// probability lies within one standard deviation, 86 % within two, 99 % within three. A matrix
/// that is not a covariance (not finite, or not positive semidefinite) has no ellipse. An ellipse
/// without a label takes the colour of the preceding mark.
///
/// ```swift
/// Ellipse(mean: (0, 1), covariance: (xx: 2, xy: 0.5, yy: 1), deviations: [1, 2], label: "first")
/// ```
public struct Ellipse: Mark {
  private let mean: (x: Double, y: Double)
  private let deviations: [Double]
  private let label: String
  private let color: Color?
  private let opacity: Double
  private let width: Double
  /// The Cholesky factor of the covariance: its first column and the second one's lower element.
  private let factor: (xx: Double, yx: Double, yy: Double)?

  /// Creates ellipses.
  ///
  /// - Parameters:
  ///   - mean: Their centre.
  ///   - covariance: The variances across and upwards, and the covariance of the two.
  ///   - deviations: The number of standard deviations of each ellipse.
  ///   - label: The name in the legend; without one there is no entry.
  ///   - color: The colour.
  ///   - opacity: The opacity of the interior, from 0 to 1.
  ///   - width: The width of the line in pixels.
  public init(
    mean: (x: Double, y: Double), covariance: (xx: Double, xy: Double, yy: Double),
    deviations: [Double] = [2], label: String = "", color: Color? = nil, opacity: Double = 0.1,
    width: Double = 2
  ) {
    self.mean = mean
    self.deviations = deviations.filter { $0.isFinite && $0 >= 0 }
    self.label = label
    self.color = color
    self.opacity = opacity
    self.width = width
    factor = Self.factor(covariance)
  }

  private static func factor(_ covariance: (xx: Double, xy: Double, yy: Double))
    -> (xx: Double, yx: Double, yy: Double)?
  {
    let (xx, xy, yy) = covariance
    guard xx.isFinite, xy.isFinite, yy.isFinite, xx >= 0, yy >= 0 else { return nil }
    let (deviationX, deviationY) = (xx.squareRoot(), yy.squareRoot())
    if deviationX == 0 || deviationY == 0 {
      return xy == 0 ? (deviationX, 0, deviationY) : nil
    }
    let correlation = xy / deviationX / deviationY
    // Rounding may have made it a little more than 1.
    guard abs(correlation) <= 1 + 1e-9 else { return nil }
    let rest = max(0, 1 - correlation * correlation).squareRoot()
    return (deviationX, correlation * deviationY, rest * deviationY)
  }

  /// The extent, legend entries and description of the ellipses.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    if let factor {
      for deviation in [0] + deviations {
        let reach = deviation * (factor.yx * factor.yx + factor.yy * factor.yy).squareRoot()
        outline.x = outline.x.union(
          Interval([mean.x - deviation * factor.xx, mean.x + deviation * factor.xx]))
        outline.y = outline.y.union(Interval([mean.y - reach, mean.y + reach]))
      }
    }
    outline.color = color
    outline.colorCount = label.isEmpty ? 0 : 1
    outline.legend = [LegendEntry(label: label, key: .marker(.ring, size: 11))]
    outline.words = words(
      label,
      "ellipse about \(words(mean.x)), \(words(mean.y)) at "
        + deviations.map { words($0) }.joined(separator: ", ") + " standard deviations")
    return outline
  }

  /// Draws the ellipses, the greatest first.
  public func draw(on canvas: inout Canvas) {
    guard let factor, mean.x.isFinite, mean.y.isFinite else { return }
    for deviation in deviations.sorted(by: >) {
      // A polygon, because on logarithmic axes the curve is not an ellipse.
      let places = (0..<Self.pointCount).map { index in
        let angle = 2 * Double.pi * Double(index) / Double(Self.pointCount)
        let (u, v) = (deviation * cos(angle), deviation * sin(angle))
        return canvas.place(
          mean.x + factor.xx * u, mean.y + factor.yx * u + factor.yy * v)
      }
      let path = path(through: places, isClosed: !places.contains(nil))
      if opacity > 0 { canvas.fill(path, opacity: opacity) }
      canvas.stroke(path, width: width, label: label)
    }
  }

  private static let pointCount = 96
}
