import Foundation
import Testing

@testable import Plots

/// Draws a mark in a plane in which a unit is a pixel, with (0, 0) at the lower left corner of a
/// square of 100, and coordinates growing to the right and upwards.
private func drawn(_ mark: some Mark, x: Axis = .linear(), y: Axis = .linear()) -> String {
  let low: Double = 0
  var canvas = Canvas(
    x: Scale(x, (x.isLogarithmic ? 1 : low, 100), from: 0, to: 100),
    y: Scale(y, (y.isLogarithmic ? 1 : low, 100), from: 100, to: 0))
  mark.draw(on: &canvas)
  return canvas.content
}

private func paths(_ content: String) -> [String] {
  SVGReader("<svg>\(content)</svg>").all("path").compactMap { $0.attributes["d"] }
}

@Suite struct MarkTests {
  @Test func aLineIsBrokenWhereAPointIsNotFinite() {
    let line = Line([0, 1, 2, 3, 4, 5], [10, 20, .nan, 40, .infinity, 60])
    #expect(paths(drawn(line)) == ["M0,90L1,80M3,60h0M5,40h0"])
    #expect(line.outline.y == Interval([10, 60]))
  }

  @Test func aLineIsBrokenWhereALogarithmHasNoValue() {
    #expect(paths(drawn(Line([0, 1, 2, 3], [1, 10, 0, 100]), y: .log())) == ["M0,100L1,50M3,0h0"])
  }

  @Test func aSteppedLineKeepsItsHeight() {
    #expect(
      paths(drawn(Line([0, 10, 20], [1, 5, 3], isStepped: true)))
        == ["M0,99L10,99 10,95 20,95 20,97"])
  }

  @Test func aLongTraceKeepsItsPeaksAndLosesTheRest() {
    var y = (0..<100_000).map { 50 + Double($0 % 7) }
    y[54_321] = 99
    y[54_322] = 1
    let path = paths(drawn(Line((0..<100_000).map { Double($0) / 1000 }, y)))[0]
    #expect(path.utf8.count < 12_000)
    let heights = numbers(path).enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    #expect(heights.min() == 1 && heights.max() == 99)
  }

  @Test func aBandGoesThereAndBackAndIsBrokenToo() {
    let band = Band([0, 1, 2, 3, 4], lower: [1, 1, .nan, 2, 2], upper: [5, 6, 7, 8, 9])
    #expect(paths(drawn(band)) == ["M0,95L1,94 1,99 0,99ZM3,92L4,91 4,98 3,98Z"])
    // Down to 0 is down to the axis.
    #expect(
      paths(drawn(Band([0, 1], lower: [0, 0], upper: [10, 100]), y: .log()))
        == ["M0,50L1,0 1,100 0,100Z"])
  }

  @Test func tenThousandPointsAreCompactAndThoseInOnePlaceAreOne() {
    let count = 10_000
    let x = Gallery.uniforms(count, 1.1).map { 100 * $0 }
    let y = Gallery.uniforms(count, 2.3).map { 100 * $0 }
    #expect(drawn(Scatter(x, y)).utf8.count < 14 * count)
    #expect(paths(drawn(Scatter([1, 1, 1.01], [2, 2, 2]))) == ["M1 98h0"])
    let byClass = drawn(Scatter(x, y, classes: (0..<count).map { $0 % 3 }))
    // In eight pieces of three classes, so that no class covers the others.
    #expect(paths(byClass).count == 24)
    #expect(byClass.utf8.count < 14 * count)
  }

  @Test func aClassHasTheColourOfItsNumberAndAName() {
    let scatter = Scatter(
      [1, 2, 3], [1, 2, 3], classes: [3, 12, -1], names: ["a", "b", "c", "d"])
    let legend = scatter.outline.legend
    #expect(legend.map(\.label) == ["-1", "d", "12"])
    #expect(legend.map(\.color) == [.series(-1), .series(3), .series(12)])
    let content = drawn(scatter)
    for name in ["c9", "c3", "c2"] { #expect(content.contains("class=\"\(name)\"")) }
  }

  @Test func pointsWithValuesAreColouredFromTheLeastToTheGreatest() {
    let scatter = Scatter([1, 2, 3, 4], [1, 1, 1, 1], values: [0, 10, 5, .nan])
    let strokes = SVGReader("<svg>\(drawn(scatter))</svg>").all("path")
      .map { ($0.attributes["d"] ?? "", $0.attributes["stroke"] ?? "") }
    #expect(strokes.map(\.0) == ["M1 99h0", "M3 99h0", "M2 99h0"])
    #expect(strokes[0].1.hasPrefix("#44") && strokes[2].1.hasPrefix("#f"))
    #expect(scatter.outline.colorBar?.low == 0 && scatter.outline.colorBar?.high == 10)
  }

  @Test func everyShapeHasItsSize() throws {
    for marker in Marker.allCases {
      let content = drawn(Scatter([50], [50], marker: marker, size: 10))
      #expect(paths(content).count == 1, "\(marker)")
      #expect(abs(numbers(paths(content)[0])[0] - 50) <= 5, "\(marker)")
    }
    let sizes = drawn(Scatter([1, 2, 3], [1, 2, 3], sizes: [4, .nan, 8]))
    #expect(sizes.contains("stroke-width=\"4\"") && sizes.contains("stroke-width=\"8\""))
    #expect(paths(sizes).count == 2)
  }

  @Test func aHistogramCountsItsValues() {
    let histogram = Histogram([0, 0.5, 1, 1.5, 2, .nan, .infinity], bins: 2)
    #expect(histogram.outline.x == Interval([0, 1, 2]))
    #expect(histogram.outline.y == Interval([0, 2, 3]))
    #expect(paths(drawn(histogram))[0] == "M0,100 0,98 1,98 1,97 2,97 2,100")
    #expect(histogram.outline.words == "histogram of 5 values in 2 bins")
  }

  @Test func aDensityHasTheAreaOne() {
    let histogram = Histogram(
      [1, 2, 3], weights: [1, 1, 2], bins: 4, range: 0...8, measure: .density)
    // Bins of a width of 2, with a quarter and three quarters of the weight.
    #expect(histogram.outline.y == Interval([0, 0.125, 0.375]))
    #expect(Histogram([5, 5, 5]).outline.x == Interval([4.5, 5.5]))
    #expect(Histogram([]).outline.x.isEmpty && drawn(Histogram([])).isEmpty)
    let count = Histogram(Gallery.normals(1000, 1.7)).outline.words
    #expect(
      count.hasPrefix("histogram of 1000 values in ")
        && count != "histogram of 1000 values in 1 bin")
  }

  @Test(arguments: [1e308, Double.leastNonzeroMagnitude, 1e-300])
  func absurdHistogramsEnd(scale: Double) {
    let content = drawn(Histogram([-scale, 0, scale], measure: .density))
    #expect(!content.contains("nan") && !content.contains("inf"))
  }

  @Test func theContourOfAPlaneIsALineAtItsPlace() {
    let plane = Field(x: 0...10, y: 0...10, columns: 6, rows: 6) { x, _ in x }
    let lines = Contours.lines(of: plane, at: 3, isClosed: false)
    #expect(lines.count == 1)
    #expect(lines[0].count == 6 && lines[0].allSatisfy { abs($0.x - 3) < 1e-12 })
    // Higher values are at the left, so the line goes down.
    #expect(lines[0].map(\.y) == [10, 8, 6, 4, 2, 0])
  }

  @Test func theContourOfACircleIsClosed() {
    let cone = Field(x: -2...2, y: -2...2, columns: 41, rows: 41) { x, y in
      -(x * x + y * y).squareRoot()
    }
    let lines = Contours.lines(of: cone, at: -1.03, isClosed: false)
    #expect(lines.count == 1 && lines[0].first == lines[0].last)
    for point in lines[0] {
      #expect(abs((point.x * point.x + point.y * point.y).squareRoot() - 1.03) < 0.01)
    }
    // Anticlockwise around higher values: the area is positive.
    #expect(abs(area(lines[0]) - .pi * 1.03 * 1.03) < 0.02)
  }

  private func area(_ ring: [Point]) -> Double {
    zip(ring, ring.dropFirst()).reduce(0) { $0 + ($1.0.x * $1.1.y - $1.1.x * $1.0.y) / 2 }
  }

  @Test func filledAreasEndAtTheEdgeAndAtHoles() {
    let high = Field(x: 0...4, y: 0...4, columns: 5, rows: 5) { _, _ in 1 }
    let rings = Contours.lines(of: high, at: 0.5, isClosed: true)
    #expect(rings.count == 1 && abs(area(rings[0]) - 16) < 1e-12)
    var values = high.values
    values[12] = .nan
    let holed = Field(x: high.x, y: high.y, values: values)
    let around = Contours.lines(of: holed, at: 0.5, isClosed: true)
    // The hole's corners are its neighbours: a square standing on its corner, with area 2.
    #expect(around.count == 2 && abs(around.map(area).reduce(0, +) - 14) < 1e-12)
    #expect(Contours.lines(of: holed, at: 0.5, isClosed: false).isEmpty)
  }

  @Test(arguments: [(0.4, 2), (0.6, 2)])
  func theMeanOfASaddleDecides(level: Double, count: Int) {
    let saddle = Field(x: [0, 1], y: [0, 1], values: [1, 0, 0, 1])
    let lines = Contours.lines(of: saddle, at: level, isClosed: false)
    #expect(lines.count == count)
    // Below the mean of 0.5 the two high corners are joined, above it they are apart.
    let lowCorner = lines.contains { line in
      line.contains { $0.x == 1 } && line.contains { $0.y == 0 }
    }
    #expect(lowCorner == (level < 0.5))
  }

  @Test func fieldsTooSmallOrConstantHaveNoContours() {
    for field in [
      Field(x: [], y: [], values: []), Field(x: [1], y: [1], values: [3]),
      Field(x: [0, 1], y: [0, 1], values: [2, 2, 2, 2]),
      Field(x: [0, 1], y: [0, 1], values: [.nan, .nan, .nan, .infinity]),
    ] {
      #expect(SVGReader(Figure { Contour(field) }.svg).error == nil)
      #expect(SVGReader(Figure { Contour(field, fill: .viridis) }.svg).error == nil)
      #expect(SVGReader(Figure { HeatMap(field) }.svg).error == nil)
    }
  }

  @Test func anEllipseIsAtItsDeviations() {
    // (x − m)ᵀ Σ⁻¹ (x − m) = k².
    let (xx, xy, yy) = (9.0, 4.0, 4.0)
    let ellipse = Ellipse(
      mean: (50, 50), covariance: (xx, xy, yy), deviations: [2], opacity: 0)
    let values = numbers(paths(drawn(ellipse))[0])
    let determinant = xx * yy - xy * xy
    for index in stride(from: 0, to: values.count, by: 2) {
      let (u, v) = (values[index] - 50, 100 - values[index + 1] - 50)
      let distance = (yy * u * u - 2 * xy * u * v + xx * v * v) / determinant
      #expect(abs(distance - 4) < 0.05)
    }
    #expect(ellipse.outline.x == Interval([44, 50, 56]))
    #expect(ellipse.outline.y == Interval([46, 50, 54]))
  }

  @Test(arguments: [(1.0, 3.0, 1.0), (-1, 0, 1), (.nan, 0, 1), (0, 1, 1)])
  func whatIsNoCovarianceHasNoEllipse(xx: Double, xy: Double, yy: Double) {
    let ellipse = Ellipse(mean: (0, 0), covariance: (xx, xy, yy))
    #expect(drawn(ellipse).isEmpty && ellipse.outline.x.isEmpty)
  }

  @Test func neighboursOfOneColourAreOnePiece() {
    let map = HeatMap(Field(matrix: [0, 0, 1, 1, 1, .nan], columns: 3), hasColorBar: false)
    let content = drawn(map)
    #expect(paths(content) == ["M0 0h2", "M2 0h1M0 1h2"])
    #expect(content.contains("scale(1 -1)"))
    // Uneven cells are rectangles.
    let uneven = HeatMap(Field(x: [1, 2, 5], y: [1, 2], values: [0, 0, 0, 1, 1, 1]))
    #expect(paths(drawn(uneven)) == ["M0.5 99.5H6.5V98.5H0.5z", "M0.5 98.5H6.5V97.5H0.5z"])
  }

  @Test func aSmoothDensityIsSmall() {
    let field = Field(x: -3...3, y: -3...3, columns: 100, rows: 100, Gallery.mixture)
    #expect(drawn(HeatMap(field)).utf8.count < 50_000)
  }

  @Test func coloursOnBothSidesOfZeroAreSymmetric() {
    let scale = HeatMap(Field(matrix: [-1, 3], columns: 2), colors: .diverging).outline.colorBar
    #expect(scale?.low == -3 && scale?.high == 3)
    #expect(scale?.level(0) == 32)
  }

  @Test func segmentsAreAsDenseAsTheirWeights() {
    let segments = Segments(
      from: ([0, 0, 0, 0], [0, 0, 0, 0]), to: ([1, 2, 3, 4], [1, 2, 3, 4]),
      weights: [2, 0, 1, .nan])
    let lines = SVGReader("<svg>\(drawn(segments))</svg>").all("path").map(\.attributes)
    #expect(lines.map { $0["d"] } == ["M0,100L3,97", "M0,100L1,99"])
    #expect(lines.map { $0["stroke-opacity"] } == ["0.5", nil])
    #expect(
      drawn(Segments(from: ([0], [0]), to: ([1], [1]), weights: [0])).isEmpty)
  }

  @Test func anArrowPointsToItsEnd() {
    let path = paths(drawn(Arrows(from: ([10], [10]), to: ([40], [10]))))[0]
    #expect(path == "M10,90L40,90M33.66,92.96L40,90 33.66,87.04")
    #expect(drawn(Arrows(from: ([1, 2], [1, 2]), to: ([1, .nan], [1, 2]))).isEmpty)
  }

  @Test func aRuleOutsideThePlaneIsNotDrawn() {
    #expect(paths(drawn(Rule(x: 30))) == ["M30 100V0"])
    #expect(drawn(Rule(y: 101)).isEmpty && drawn(Rule(y: .nan)).isEmpty)
    #expect(drawn(Rule(y: -1), y: .log()).isEmpty)
  }

  @Test func barsOnALogarithmicAxisStandOnItsEnd() {
    let bars = SVGReader("<svg>\(drawn(Bars([10], at: [50], width: 10), y: .log()))</svg>")
    let box = bars.all("rect").first?.attributes
    #expect(box?["x"] == "45" && box?["y"] == "50" && box?["height"] == "50")
  }

  @Test func aPictureIsItsBytes() {
    let picture = drawn(Picture(png: Gallery.png, x: 10...20, y: 0...50))
    let image = SVGReader("<svg>\(picture)</svg>").all("image").first?.attributes
    #expect(image?["x"] == "10" && image?["y"] == "50" && image?["height"] == "50")
    #expect(
      image?["href"] == "data:image/png;base64," + Data(Gallery.png).base64EncodedString())
  }
}
