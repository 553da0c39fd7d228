import Testing

@testable import Plots

@Suite struct FigureTests {
  private var small: Figure {
    Figure(
      title: "A < B", caption: "Two points.", x: .linear("x", unit: "m"), y: .log("y"),
      width: 200, height: 160
    ) {
      Line([0, 1, 2], [1, 10, 100], label: "up & down")
    }
  }

  @Test func aSmallFigureIsTheseBytes() {
    let svg = small.svg(id: "small")
    #expect(
      svg.hasPrefix(
        """
        <svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" \
        aria-labelledby="small-title small-desc" viewBox="0 0 200 192" width="200" height="192">
        <title id="small-title">A &lt; B</title>
        <desc id="small-desc">Horizontal axis: x (m), from 0 to 2. Vertical axis: y, logarithmic, \
        from 1 to 100. up &amp; down: line through 3 points, from 1 to 100. Two points.</desc>
        <style>
        .plot{--plot-paper:#ffffff;
        """))
    #expect(
      body(svg) == """
        <rect class="cp" width="200" height="192" fill="currentColor"/>
        <path class="cf" d="M37.68 67V127M112.84 67V127M188 67V127M37.68 124.78H188M37.68 97H188\
        M37.68 69.22H188" stroke="currentColor"/>
        <path class="c0" d="M37.68,124.78L112.84,97 188,69.22" fill="none" stroke="currentColor" \
        stroke-width="2" stroke-linejoin="round" stroke-linecap="round"><title>up &amp; down</title></path>
        <path class="cm" d="M37.68 67V127H188M37.68 127v5M112.84 127v5M188 127v5M37.68 126.05h-2\
        M37.68 124.78h-4M37.68 116.42h-2M37.68 111.52h-2M37.68 108.05h-2M37.68 105.36h-2\
        M37.68 103.16h-2M37.68 101.3h-2M37.68 99.69h-2M37.68 98.27h-2M37.68 97h-4M37.68 88.64h-2\
        M37.68 83.75h-2M37.68 80.28h-2M37.68 77.58h-2M37.68 75.38h-2M37.68 73.53h-2\
        M37.68 71.91h-2M37.68 70.49h-2M37.68 69.22h-4" fill="none" stroke="currentColor"/>
        <text class="cm" x="37.68" y="144" text-anchor="middle">0</text>
        <text class="cm" x="112.84" y="144" text-anchor="middle">1</text>
        <text class="cm" x="188" y="144" text-anchor="middle">2</text>
        <text class="cm" x="30.68" y="128.78" text-anchor="end">1</text>
        <text class="cm" x="30.68" y="101" text-anchor="end">10</text>
        <text class="cm" x="30.68" y="73.22" text-anchor="end">100</text>
        <text class="ct title" x="8" y="20">A &lt; B</text>
        <path class="c0" d="M8 34h24" stroke="currentColor" stroke-width="2"/>
        <text class="cm" x="38" y="38">up &amp; down</text>
        <text class="cm" x="8" y="56">y</text>
        <text class="cm" x="112.84" y="160" text-anchor="middle">x (m)</text>
        <text class="cm" x="8" y="181">Two points.</text>
        </svg>

        """)
  }

  @Test func barsARuleAndPointsAreTheseBytes() {
    let figure = Figure(width: 150, height: 120) {
      Bars([1, .nan, 3])
      Rule(y: 2)
      Scatter([0, 1, 1, .infinity], [1, 2, 2, 3], marker: .square, size: 4)
    }
    let lines = body(figure.svg(id: "b")).split(separator: "\n")
    #expect(
      lines[2...7].joined(separator: "\n") == """
        <g class="c0" fill="currentColor" fill-opacity="0.85">
        <rect x="26.84" y="67.64" width="27.71" height="24.36"><title>1</title></rect>
        <rect x="106.01" y="18.92" width="27.71" height="73.08"><title>3</title></rect>
        </g>
        <path class="cm" d="M22.56 43.28H138" fill="none" stroke="currentColor" stroke-width="1.5" \
        stroke-linejoin="round" stroke-dasharray="7 4"/>
        <path class="c1" d="M38.93 65.88h3.52v3.52h-3.52zM78.52 41.52h3.52v3.52h-3.52z" \
        fill="currentColor"/>
        """)
  }

  /// Every mark is well-formed, accessible to screen readers, and contains only finite numbers.
  @Test(arguments: Gallery.drawings.map(\.name))
  func everyDrawingIsWellFormed(name: String) throws {
    let grid = try #require(Gallery.drawings.first { $0.name == name }).grid
    let svg = grid.svg
    let reader = SVGReader(svg)
    #expect(reader.error == nil)
    let root = try #require(reader.elements.first)
    #expect(root.name == "svg" && root.attributes["role"] == "img")
    let ids = reader.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    let labels = try #require(root.attributes["aria-labelledby"]).split(separator: " ")
    #expect(labels.count == 2 && labels.allSatisfy { ids.contains(String($0)) })
    let title = try #require(reader.texts("title").first)
    #expect(!title.isEmpty && reader.texts("desc").first?.isEmpty == false)
    for element in reader.elements {
      for (attribute, value) in element.attributes where attribute != "href" {
        #expect(!value.contains("nan") && !value.contains("inf"), "\(attribute)=\(value)")
      }
    }
    // The same bytes each time.
    #expect(svg == grid.svg)
    // All references are internal.
    #expect(!svg.replacing("http://www.w3.org/2000/svg", with: "").contains("http"))
  }

  @Test(arguments: Gallery.figures.map(\.name))
  func textsAreInsideTheDrawing(name: String) throws {
    let figure = try #require(Gallery.figures.first { $0.name == name }).figure
    let reader = SVGReader(figure.svg)
    let root = try #require(reader.elements.first).attributes
    let width = try #require(Double(root["width"] ?? ""))
    let height = try #require(Double(root["height"] ?? ""))
    for text in reader.all("text") where text.attributes["transform"] == nil {
      let x = try #require(Double(text.attributes["x"] ?? ""))
      let y = try #require(Double(text.attributes["y"] ?? ""))
      let length = textWidth(text.text)
      let left =
        switch text.attributes["text-anchor"] {
        case "middle": x - length / 2
        case "end": x - length
        default: x
        }
      #expect(left >= -1 && left + length <= width + 1, "\(text.text)")
      #expect(y > 8 && y < height, "\(text.text)")
    }
  }

  @Test func equalFiguresHaveEqualNamesAndOthersOthers() {
    func id(_ figure: Figure) -> String? {
      SVGReader(figure.svg).all("desc").first?.attributes["id"]
    }
    var other = small
    other.title = "Another"
    #expect(id(small) == id(small))
    #expect(id(small) != id(other))
  }

  @Test func coloursAndPatternsAreThoseOfTheSeries() {
    let x = [0.0, 1]
    let figure = Figure {
      Line(x, x)
      Band(x, lower: x, upper: x)
      Rule(y: 0)
      Line(x, x)
      Line(x, x, color: .text)
      Ellipse(mean: (0, 0), covariance: (1, 0, 1), opacity: 0)
      Line(x, x)
    }
    let marks = SVGReader(figure.svg).all("path").dropFirst().dropLast().map(\.attributes)
    #expect(marks.map { $0["class"] } == ["c0", "c0", "cm", "c1", "ct", "ct", "c2"])
    #expect(
      marks.map { $0["stroke-dasharray"] } == [nil, nil, "7 4", "7 4", nil, nil, "2 3"])
  }

  @Test func theLegendShowsTheColourAndThePatternOfEachLine() {
    let figure = Figure {
      Line([0, 1], [0, 1], label: "a")
      Line([0, 1], [0, 1], label: "b")
      Line([0, 1], [0, 1], label: "c", dash: .dashDotted)
    }
    let keys = SVGReader(figure.svg).all("path").map(\.attributes)
      .filter { $0["d"]?.hasSuffix("h24") == true }
    #expect(keys.map { $0["class"] } == ["c0", "c1", "c2"])
    #expect(keys.map { $0["stroke-dasharray"] } == [nil, "7 4", "9 3 2 3"])
  }

  @Test func whatIsOutsideAGivenRangeIsCutOff() throws {
    let figure = Figure(x: .linear(range: 0...1), y: .linear(range: 0...1)) {
      Line([-5, 5], [-1e300, 1e300])
      Scatter([0.5, 2], [0.5, 0.5], size: 4)
    }
    let reader = SVGReader(figure.svg(id: "cut"))
    let clip = try #require(reader.all("clipPath").first).attributes["id"]
    #expect(clip == "cut-clip-0")
    #expect(reader.all("g").first?.attributes["clip-path"] == "url(#cut-clip-0)")
    let paths = reader.all("path").compactMap { $0.attributes["d"] }
    #expect(paths.filter { $0.hasSuffix("h0") }.map { $0.count { $0 == "M" } } == [1])
    #expect(paths.allSatisfy { numbers($0).allSatisfy { abs($0) <= 1e5 } })
  }

  @Test func aUnitIsAsLongAcrossAsItIsDown() throws {
    let figure = Figure(hasEqualScales: true) {
      Ellipse(mean: (3, -2), covariance: (1, 0, 1), deviations: [2], opacity: 0)
    }
    let path = try #require(SVGReader(figure.svg).all("path").dropFirst().first).attributes["d"]
    let values = numbers(try #require(path))
    let x = stride(from: 0, to: values.count, by: 2).map { values[$0] }
    let y = stride(from: 1, to: values.count, by: 2).map { values[$0] }
    let (across, down) = (Interval(x), Interval(y))
    #expect(abs((across.high - across.low) - (down.high - down.low)) < 0.05)
  }

  @Test func planesOfAGridStandInLineAndShareTheirRange() throws {
    func panel(_ scale: Double) -> Figure {
      Figure(title: "×\(scale)", y: .linear("long label")) { Line([0, 1], [0, scale]) }
    }
    let grid = Figure.grid([panel(1), panel(1000), panel(2)], columns: 2, sharing: [.y])
    let reader = SVGReader(grid.svg)
    let lines = reader.all("path").filter { $0.attributes["stroke-width"] == "2" }
      .map { numbers($0.attributes["d"] ?? "") }
    #expect(lines.count == 3)
    // The second panel is one width to the right, the third one height below.
    #expect(abs(lines[1][0] - lines[0][0] - 400) < 0.01)
    #expect(lines[0][1] == lines[1][1] && lines[2][0] == lines[0][0])
    #expect(abs(lines[2][1] - lines[0][1] - 290) < 0.01)
    let rises = lines.map { $0[1] - $0[3] }
    #expect(rises[0] < 1 && rises[1] > 100 && rises[2] < 1)
    #expect(reader.texts("title").first == "×1.0; ×1000.0; ×2.0")
  }

  @Test func textsAreEscaped() {
    let hostile = "</text><script>\"'&\u{0}\u{1B}"
    let figure = Figure(
      title: hostile, caption: hostile, x: .categories([hostile], label: hostile),
      y: .linear(hostile, unit: hostile)
    ) {
      Bars([1], label: hostile)
      Line([0], [1], label: hostile)
      Annotation(hostile, x: 0, y: 0)
    }
    let reader = SVGReader(figure.svg)
    #expect(reader.error == nil)
    #expect(reader.all("script").isEmpty)
    #expect(reader.texts("title").first == "</text><script>\"'&\u{FFFD}\u{FFFD}")
  }

  @Test func longTextsAreSetInLines() {
    let text = String(repeating: "word ", count: 60) + String(repeating: "x", count: 200)
    let lines = wrapped(text, width: 300)
    #expect(lines.count > 5 && lines.allSatisfy { textWidth($0) <= 300 })
    #expect(lines.joined().filter { $0 == "x" }.count == 200)
    let figure = Figure(title: text, caption: text, width: 120, height: 90) {}
    #expect(SVGReader(figure.svg).error == nil)
  }

  @Test func aFigureCanBeMadeOfBranchesAndLoops() {
    let hasBand = true
    let figure = Figure {
      for index in 0..<3 { Line([0, 1], [0, Double(index)]) }
      if hasBand { Band([0, 1], lower: [0, 0], upper: [1, 1]) } else { Rule(y: 0) }
      if !hasBand { Rule(x: 0) }
      [Rule(x: 1), Rule(x: 2)]
    }
    #expect(figure.marks.count == 6)
  }

  @Test func mistakesStopTheProgram() async {
    await #expect(processExitsWith: .failure) { _ = Line([0], [1, 2]) }
    await #expect(processExitsWith: .failure) { _ = Figure(width: 0) {} }
    await #expect(processExitsWith: .failure) { _ = Axis.log(range: 0...1) }
    await #expect(processExitsWith: .failure) { _ = Picture(png: [1, 2], x: 0...1, y: 0...1) }
    await #expect(processExitsWith: .failure) { _ = Field(x: [0, 0], y: [0], values: [1, 2]) }
  }
}
