/// Points in one colour, or coloured by class or by value.
///
/// Points that are not finite are omitted. A point takes about a dozen bytes, so tens of thousands
/// are practical.
///
/// ```swift
/// Scatter(x, y, label: "data")
/// Scatter(codes1, codes2, classes: digits)
/// Scatter(x, y, values: weights, colors: .viridis, valueLabel: "weight")
/// Scatter([bestEpoch], [bestLoss], label: "best", color: .text, marker: .ring, size: 12)
/// ```
public struct Scatter: Mark {
  private let x: [Double]
  private let y: [Double]
  private let label: String
  private let color: Color?
  private let marker: Marker
  private let opacity: Double
  private let sizes: Sizes
  private let coloring: Coloring

  private enum Sizes {
    case same(Double)
    case each([Double])
  }

  private enum Coloring {
    case same
    case classes([Int], names: [Int: String])
    case values([Double], ColorScale)
  }

  /// Creates points in one colour.
  ///
  /// - Parameters:
  ///   - x: The horizontal coordinates.
  ///   - y: The vertical coordinates, equally many.
  ///   - label: The name in the legend; without one there is no entry.
  ///   - color: The colour; nil takes the next one of the palette.
  ///   - marker: The shape.
  ///   - size: The diameter in pixels; nil decreases it with the number of points.
  ///   - sizes: The diameter of each point, instead.
  ///   - opacity: From 0 to 1.
  public init(
    _ x: [Double], _ y: [Double], label: String = "", color: Color? = nil,
    marker: Marker = .dot, size: Double? = nil, sizes: [Double]? = nil, opacity: Double = 1
  ) {
    self.init(
      x, y, label, color, marker, size, sizes, opacity, .same)
  }

  /// Creates points coloured by class.
  ///
  /// The colour follows from the class number, so a class has the same colour in every figure. The
  /// legend lists the classes that occur. From class 10 on, shapes differ too. Classes are drawn
  /// interleaved, so that none covers the others.
  ///
  /// - Parameters:
  ///   - x: The horizontal coordinates.
  ///   - y: The vertical coordinates, equally many.
  ///   - classes: The class of each point.
  ///   - names: The names of the classes from 0 on; by default their numbers.
  ///   - size: The diameter of a point in pixels; by default it depends on the number of points.
  ///   - opacity: The opacity of a point, from 0 to 1.
  public init(
    _ x: [Double], _ y: [Double], classes: [Int], names: [String] = [], size: Double? = nil,
    opacity: Double = 1
  ) {
    checkCounts("Scatter", ["x": x.count, "classes": classes.count])
    let pairs = Set(classes).map { number in
      (number, names.indices.contains(number) ? names[number] : "\(number)")
    }
    self.init(
      x, y, "", nil, .dot, size, nil, opacity,
      .classes(classes, names: Dictionary(uniqueKeysWithValues: pairs)))
  }

  /// Creates points coloured by value, with a colour bar.
  ///
  /// - Parameters:
  ///   - x: The horizontal coordinates.
  ///   - y: The vertical coordinates, equally many.
  ///   - values: The value of each point; points without a finite value are omitted.
  ///   - colors: The colours from the lowest to the highest value.
  ///   - range: The values of the first and the last colour; nil takes the lowest and the highest
  ///     value.
  ///   - valueLabel: The label of the values, above the colour bar.
  ///   - size: The diameter of a point in pixels; by default it depends on the number of points.
  ///   - opacity: The opacity of a point, from 0 to 1.
  public init(
    _ x: [Double], _ y: [Double], values: [Double], colors: ColorMap = .viridis,
    range: ClosedRange<Double>? = nil, valueLabel: String = "", size: Double? = nil,
    opacity: Double = 1
  ) {
    checkCounts("Scatter", ["x": x.count, "values": values.count])
    self.init(
      x, y, "", nil, .dot, size, nil, opacity,
      .values(values, ColorScale(colors, values, range: range, label: valueLabel)))
  }

  private init(
    _ x: [Double], _ y: [Double], _ label: String, _ color: Color?, _ marker: Marker,
    _ size: Double?, _ sizes: [Double]?, _ opacity: Double, _ coloring: Coloring
  ) {
    checkCounts("Scatter", ["x": x.count, "y": y.count, "sizes": sizes?.count ?? x.count])
    self.x = x
    self.y = y
    self.label = label
    self.color = color
    self.marker = marker
    self.opacity = opacity
    self.coloring = coloring
    self.sizes = sizes.map(Sizes.each) ?? .same(size ?? Self.size(of: x.count))
  }

  /// The default diameter.
  private static func size(of count: Int) -> Double {
    switch count {
    case ...60: 6
    case ...300: 5
    case ...1000: 4
    case ...4000: 3
    default: 1.8
    }
  }

  /// The extent, legend entries and description of the points.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    let finite = x.indices.filter { x[$0].isFinite && y[$0].isFinite }
    outline.x = Interval(finite.lazy.map { x[$0] })
    outline.y = Interval(finite.lazy.map { y[$0] })
    outline.color = color
    outline.words = words(label, words(finite.count, "point"))
    switch coloring {
    case .same:
      var size = 7.0
      if case .same(let own) = sizes { size = min(14, max(6, own)) }
      outline.legend = [LegendEntry(label: label, key: .marker(marker, size: size))]
    case .classes(let classes, let names):
      let numbers = Set(finite.map { classes[$0] }).sorted()
      outline.colorCount = min(Theme.series.count, numbers.count)
      outline.legend = numbers.map { number in
        LegendEntry(
          label: names[number] ?? "\(number)", key: .marker(Self.marker(of: number), size: 8),
          color: .series(number))
      }
      outline.words += numbers.count == 1 ? " of 1 class" : " of \(numbers.count) classes"
    case .values(_, let scale):
      outline.colorCount = 0
      outline.colorBar = scale
      outline.words += " with values from \(words(scale.low)) to \(words(scale.high))"
    }
    return outline
  }

  /// The shape of a class, which changes every ten classes.
  private static func marker(of number: Int) -> Marker {
    let markers = Marker.allCases
    return markers[modulo(number / Theme.series.count, markers.count)]
  }

  /// Draws the points.
  public func draw(on canvas: inout Canvas) {
    let places = zip(x, y).map { canvas.placeInside($0, $1) }
    switch coloring {
    case .same: draw(places.indices, places, marker, canvas.color, on: &canvas)
    case .classes(let classes, _):
      for slice in slices(of: places.count) {
        let members = Dictionary(grouping: slice) { classes[$0] }
        for number in members.keys.sorted() {
          draw(
            members[number] ?? [], places, Self.marker(of: number), .series(number), on: &canvas)
        }
      }
    case .values(let values, let scale):
      let members = Dictionary(grouping: places.indices) { scale.level(values[$0]) ?? -1 }
      guard case .same(let size) = sizes else { return }
      for level in members.keys.sorted() where level >= 0 {
        let shapes = path(of: members[level] ?? [], places, .dot, size)
        let paint = scale.attributes(ofLevel: level, color: canvas.color, paint: "stroke")
        let stroke = "stroke-width=\"\(pixels(size))\" stroke-linecap=\"round\""
        let share = opacity < 1 ? " opacity=\"\(pixels(opacity))\"" : ""
        if !shapes.isEmpty { canvas.add("<path d=\"\(shapes)\" \(paint) \(stroke)\(share)/>") }
      }
    }
  }

  /// Slices of the points; within a slice, classes are drawn one after the other.
  private func slices(of count: Int) -> [Range<Int>] {
    let length = max(100, (count + 7) / 8)
    return stride(from: 0, to: count, by: length).map { $0..<min(count, $0 + length) }
  }

  /// Draws some of the points in one colour.
  private func draw(
    _ indices: some Collection<Int>, _ places: [Point?], _ marker: Marker, _ color: Color,
    on canvas: inout Canvas
  ) {
    switch sizes {
    case .same(let size):
      let shapes = path(of: indices, places, marker, size)
      if shapes.isEmpty { return }
      let attributes =
        "\(color.attribute) d=\"\(shapes)\" \(marker.attributes(size, opacity: opacity))"
      canvas.add(
        label.isEmpty
          ? "<path \(attributes)/>" : "<path \(attributes)><title>\(escaped(label))</title></path>")
    case .each(let sizes):
      for index in indices where sizes[index] > 0 && sizes[index] < 1000 {
        let shapes = path(of: [index], places, marker, sizes[index])
        if shapes.isEmpty { continue }
        let attributes = marker.attributes(sizes[index], opacity: opacity)
        canvas.add("<path \(color.attribute) d=\"\(shapes)\" \(attributes)/>")
      }
    }
  }

  /// The path of some of the points, each place once: repetitions within a path are invisible.
  private func path(
    of indices: some Collection<Int>, _ places: [Point?], _ marker: Marker, _ size: Double
  ) -> String {
    let shape = marker.path(size)
    var seen: Set<String> = []
    var path = ""
    for index in indices {
      guard let place = places[index] else { continue }
      let text = shape(place)
      if seen.insert(text).inserted { path += text }
    }
    return path
  }
}
