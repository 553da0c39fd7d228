/// A mapping from values to colours.
public enum ColorMap: Sendable {
  /// Dark blue to green to yellow, with uniform lightness steps (van der Walt and Smith 2015); safe
  /// for colour blindness.
  case viridis
  /// Blue to white to red, for values on both sides of 0.
  case diverging
  /// The mark's colour from transparent to opaque, for a density behind other marks.
  case opacity

  /// The number of colours used.
  static let levelCount = 64

  private static let viridisStops = [
    0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21908C, 0x27AD81, 0x5DC863, 0xAADC32, 0xFDE725,
  ]
  private static let divergingStops = [
    0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D, 0xB2182B,
  ]

  /// The attributes that paint an element.
  ///
  /// - Parameters:
  ///   - share: The place between the first colour, 0, and the last, 1.
  ///   - color: The mark's colour.
  ///   - paint: `fill` or `stroke`.
  func attributes(at share: Double, color: Color, paint: String = "fill") -> String {
    switch self {
    case .viridis: "\(paint)=\"\(mixture(Self.viridisStops, share))\""
    case .diverging: "\(paint)=\"\(mixture(Self.divergingStops, share))\""
    case .opacity:
      "\(color.attribute) \(paint)=\"currentColor\" \(paint)-opacity=\"\(pixels(share))\""
    }
  }
}

/// The colour at a share of the way along some colours, interpolated linearly.
private func mixture(_ stops: [Int], _ share: Double) -> String {
  let place = min(1, max(0, share)) * Double(stops.count - 1)
  let first = min(stops.count - 2, Int(place))
  let part = place - Double(first)
  func channel(_ shift: Int) -> UInt8 {
    let (a, b) = (stops[first] >> shift & 255, stops[first + 1] >> shift & 255)
    return UInt8((Double(a) + part * Double(b - a)).rounded())
  }
  return hexadecimal(channel(16), channel(8), channel(0))
}

/// A colour map with the range of its values.
struct ColorScale: Sendable {
  let map: ColorMap
  let low: Double
  let high: Double
  /// The label of the colour bar.
  var label = ""

  /// Creates the scale of some values.
  ///
  /// - Parameter range: The range; nil covers the values, symmetrically about 0 for a diverging
  ///   map.
  init(
    _ map: ColorMap, _ values: some Sequence<Double>, range: ClosedRange<Double>?, label: String
  ) {
    self.map = map
    self.label = label
    var interval = Interval(range.map { [$0.lowerBound, $0.upperBound] } ?? [])
    if interval.isEmpty { interval = Interval(values) }
    if case .diverging = map, range == nil, !interval.isEmpty {
      let bound = max(abs(interval.low), abs(interval.high))
      interval = Interval([-bound, bound])
    }
    (low, high) = Axis.linear().reach(interval, isTight: true)
  }

  /// The place of a value, from 0 to 1; nil if it is not finite.
  func share(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    return min(1, max(0, (value / 2 - low / 2) / (high / 2 - low / 2)))
  }

  /// The index of a value's colour.
  func level(_ value: Double) -> Int? {
    share(value).map { min(ColorMap.levelCount - 1, Int($0 * Double(ColorMap.levelCount))) }
  }

  /// The attributes that paint an element in the colour of this index.
  func attributes(ofLevel level: Int, color: Color, paint: String = "fill") -> String {
    map.attributes(
      at: (Double(level) + 0.5) / Double(ColorMap.levelCount), color: color, paint: paint)
  }
}
