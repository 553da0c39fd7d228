import Foundation

/// The ticks of a horizontal axis, with labels that do not overlap.
struct AxisLabels {
  let ticks: [Tick]
  /// Whether the labels are slanted, for lack of space.
  let isSlanted: Bool
  /// How far the labels extend beyond the ends of the axis.
  let overhang: Double
  /// The height of the labels below the axis.
  let height: Double

  /// The angle of slanted labels, in degrees.
  static let slant = -40.0

  private static let gap = 9.0
  private static let longest = 24

  /// Chooses the ticks.
  ///
  /// - Parameters:
  ///   - axis: The axis.
  ///   - range: Its range.
  ///   - room: Its length in pixels.
  init(_ axis: Axis, _ range: (low: Double, high: Double), room: Double) {
    let room = max(20, room)
    let scale = Scale(axis, range, from: 0, to: room)
    let most = max(2, Int(room / 45))
    let choices = axis.isCategorical || axis.ticks != nil ? [1] : Array((1...most).reversed())
    var best: [Tick] = []
    for count in choices {
      best = axis.ticks(from: range, count: count).map(Self.shortened)
      if Self.fits(best, scale) {
        ticks = best
        isSlanted = false
        height = 20
        overhang = Self.overhang(best, scale, room)
        return
      }
    }
    (isSlanted, ticks) = (true, Self.thinned(best, scale))
    let longest = ticks.map { textWidth($0.label) }.max() ?? 0
    height = 16 + longest * sin(-Self.slant / 180 * .pi)
    overhang = Self.overhangOfSlanted(ticks, scale)
  }

  private static func shortened(_ tick: Tick) -> Tick {
    if tick.label.count <= longest { return tick }
    return Tick(value: tick.value, label: tick.label.prefix(longest - 1) + "…")
  }

  private static func places(_ ticks: [Tick], _ scale: Scale) -> [(place: Double, half: Double)] {
    ticks.filter { !$0.label.isEmpty }.compactMap { tick in
      scale.position(tick.value).map { ($0, textWidth(tick.label) / 2) }
    }.sorted { $0.0 < $1.0 }
  }

  private static func fits(_ ticks: [Tick], _ scale: Scale) -> Bool {
    let places = places(ticks, scale)
    return zip(places, places.dropFirst()).allSatisfy {
      $0.place + $0.half + gap <= $1.place - $1.half
    }
  }

  private static func overhang(_ ticks: [Tick], _ scale: Scale, _ room: Double) -> Double {
    places(ticks, scale).map { max($0.half - $0.place, $0.place + $0.half - room) + 4 }.max() ?? 0
  }

  /// How far slanted labels extend to the left of the axis.
  private static func overhangOfSlanted(_ ticks: [Tick], _ scale: Scale) -> Double {
    places(ticks, scale).map { 2 * $0.half * cos(slant / 180 * .pi) - $0.place + 4 }.max() ?? 0
  }

  /// The ticks, without the labels for which there is no space.
  private static func thinned(_ ticks: [Tick], _ scale: Scale) -> [Tick] {
    var last = -Double.infinity
    return ticks.map { tick in
      guard !tick.label.isEmpty, let place = scale.position(tick.value) else { return tick }
      if abs(place - last) < 16 { return Tick(value: tick.value, isMinor: true) }
      last = place
      return tick
    }
  }
}
