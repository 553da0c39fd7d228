import Foundation
import Tensor

/// A writer's hand at one moment: writes a style of a digit with random habits.
///
/// The points of the style are jittered, the strokes through them are bent, slanted, rotated and
/// stretched, and the result is fitted to the image like MNIST's: into a box of 20 pixels, which is
/// then moved so that the centre of the ink is the centre of the image.
struct Handwriting {
  /// The side of the images, in pixels.
  static let side = 28
  /// The side of the box that the largest digits fill, in pixels.
  private static let box: Float = 20
  /// The side of the sheet on which styles are defined.
  private static let sheet: Float = 100

  private let random: Random

  /// Creates a hand whose habits are drawn from `random`.
  init(using random: Random) {
    self.random = random
  }

  /// Writes a digit into a black image of ``side`` × ``side`` pixels, in one of its styles.
  func write(_ digit: Int, into image: UnsafeMutablePointer<UInt8>) {
    let styles = digitStyles[digit]
    let style = styles[random.integer(below: styles.count)]
    let strokes = affine(bent(wandering(style)))
    let segments = fitted(strokes)

    let pen = Pen(
      ink: Float(random.uniform(in: 240..<290)), softness: Float(random.uniform(in: 1.0..<1.7)))
    pen.draw(segments, into: image, side: Self.side)
  }

  /// Jitters each point of a style, moving all ends that meet in a corner together.
  private func wandering(_ style: DigitStyle) -> [[Point]] {
    var moved: [(from: Point, to: Point)] = []
    return style.map { stroke in
      stroke.map { place in
        let point = Point(x: place.x, y: place.y)
        if let known = moved.first(where: { $0.from == point }) { return known.to }
        let target = Point(x: point.x + random.spread(6), y: point.y + random.spread(6))
        moved.append((point, target))
        return target
      }
    }
  }

  /// Turns the strokes into smooth curves and distorts them elastically.
  private func bent(_ strokes: [[Point]]) -> [[Point]] {
    let distortion = ElasticDistortion(amplitude: 10, side: Self.sheet, using: random)
    return strokes.map { stroke in
      // A straight stroke can be bent only at its own points.
      let points =
        stroke.count == 2 ? [stroke[0], middle(stroke[0], stroke[1]), stroke[1]] : stroke
      return smoothCurve(through: points, pieces: 4).map { distortion($0) }
    }
  }

  /// Stretches, slants and rotates the strokes.
  private func affine(_ strokes: [[Point]]) -> [[Point]] {
    let widening = 0.9 + random.spread(0.36)
    // Most people slant their writing to the right, if at all.
    let slant = 0.18 + random.spread(0.44)
    let angle = random.spread(0.28)
    let (sine, cosine) = (sin(angle), cos(angle))
    return strokes.map { stroke in
      stroke.map { point in
        let x = widening * point.x - slant * point.y
        return Point(x: cosine * x - sine * point.y, y: sine * x + cosine * point.y)
      }
    }
  }

  /// Scales the strokes to the box in the middle of the image and gives them their thickness.
  private func fitted(_ strokes: [[Point]]) -> [Segment] {
    let radius = 1.35 + random.spread(0.75)
    let fill = Self.box * (0.96 + random.spread(0.09))
    let pressure = Pressure(using: random)

    let points = strokes.joined()
    let (left, right) = extent(points.map(\.x))
    let (top, bottom) = extent(points.map(\.y))
    let scale = (fill - 2 * radius) / max(right - left, bottom - top)
    var segments: [Segment] = []
    var travelled: Float = 0
    for stroke in strokes {
      for (start, end) in zip(stroke, stroke.dropFirst()) {
        var segment = Segment(
          start: Point(x: (start.x - left) * scale, y: (start.y - top) * scale),
          end: Point(x: (end.x - left) * scale, y: (end.y - top) * scale),
          startRadius: radius * pressure(at: travelled), endRadius: radius)
        travelled += segment.length
        segment.endRadius = radius * pressure(at: travelled)
        segments.append(segment)
      }
    }
    return centred(
      segments, margin: radius + 2,
      width: (right - left) * scale, height: (bottom - top) * scale)
  }

  /// Moves the segments so that the centre of their ink is near the centre of the image, as far as
  /// the margin at the image's border allows.
  private func centred(
    _ segments: [Segment], margin: Float, width: Float, height: Float
  ) -> [Segment] {
    var (ink, inkX, inkY): (Float, Float, Float) = (0, 0, 0)
    for segment in segments {
      let amount = segment.length * (segment.startRadius + segment.endRadius)
      let centre = middle(segment.start, segment.end)
      ink += amount
      inkX += amount * centre.x
      inkY += amount * centre.y
    }
    let side = Float(Self.side)
    let idealX = side / 2 - inkX / ink + random.spread(1)
    let idealY = side / 2 - inkY / ink + random.spread(1)
    let shiftX = min(max(idealX, margin), side - margin - width)
    let shiftY = min(max(idealY, margin), side - margin - height)
    return segments.map { segment in
      var moved = segment
      moved.start.x += shiftX
      moved.start.y += shiftY
      moved.end.x += shiftX
      moved.end.y += shiftY
      return moved
    }
  }
}

/// The pressure of the pen along a stroke, as a factor of its radius.
private struct Pressure {
  private let amplitude: Float
  private let frequency: Float
  private let phase: Float

  init(using random: Random) {
    amplitude = abs(random.spread(0.3))
    frequency = 2 * .pi / Float(random.uniform(in: 15..<50))
    phase = 2 * .pi * Float(random.uniform())
  }

  /// Returns the factor after this many pixels of the stroke.
  func callAsFunction(at travelled: Float) -> Float {
    1 + amplitude * sin(frequency * travelled + phase)
  }
}

extension Segment {
  /// The length in pixels.
  fileprivate var length: Float {
    let (alongX, alongY) = (end.x - start.x, end.y - start.y)
    return (alongX * alongX + alongY * alongY).squareRoot()
  }
}

/// Returns the point half-way between two others.
private func middle(_ a: Point, _ b: Point) -> Point {
  Point(x: (a.x + b.x) / 2, y: (a.y + b.y) / 2)
}

/// Returns the smallest and the greatest of the coordinates.
private func extent(_ coordinates: [Float]) -> (Float, Float) {
  coordinates.reduce((.infinity, -.infinity)) { (min($0.0, $1), max($0.1, $1)) }
}
