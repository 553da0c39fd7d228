import Images
import Testing

@testable import Training

@Suite struct ScatterPlotTests {
  /// Red, green and blue at a place.
  private func color(_ plot: ScatterPlot, _ x: Int, _ y: Int) -> [UInt8] {
    Array(plot.pixels[3 * (y * plot.width + x)..<3 * (y * plot.width + x) + 3])
  }

  /// The places inside the square that are not white.
  private func places(_ plot: ScatterPlot) -> [[Int]] {
    (0..<plot.height).flatMap { y in
      (0..<plot.height).filter { color(plot, $0, y) != [255, 255, 255] }.map { [$0, y] }
    }
  }

  @Test func theFirstCoordinateGrowsToTheRightTheSecondUpwards() {
    // Equal coordinates share the middle of their ranks: the first quarter of the way.
    let plot = ScatterPlot([-1, 5, -1, 9, 3, 5], classes: [1, 4, 7])
    #expect((plot.width, plot.height) == (622, 600))
    let colors = (0..<10).map { legendColor(plot, $0) }
    #expect(Set(colors).count == 10)
    #expect(color(plot, 155, 443) == colors[1])
    #expect(color(plot, 155, 10) == colors[4])
    #expect(color(plot, 588, 443) == colors[7])
    // Three squares of two by two.
    #expect(places(plot).count == 12)
  }

  /// The colour of the legend's digit: the first one that is not white in its row.
  private func legendColor(_ plot: ScatterPlot, _ label: Int) -> [UInt8] {
    (plot.height..<plot.width).map { color(plot, $0, 10 + 58 * label) }
      .first { $0 != [255, 255, 255] } ?? []
  }

  @Test func pointsStandEvenlyInTheirOrder() {
    let plot = ScatterPlot([-7, 1, 100, 2, -6, 3], classes: [0, 0, 0])
    let found = places(plot)
    let corners = found.filter { place in
      !found.contains([place[0] - 1, place[1]]) && !found.contains([place[0], place[1] - 1])
    }
    #expect(corners == [[299, 10], [588, 299], [10, 588]])
  }

  @Test func pointsInOnePlaceStandInTheMiddle() {
    let plot = ScatterPlot([2, 3, 2, 3], classes: [0, 0])
    #expect(ScatterPlot([5, 5], classes: [0]).pixels == plot.pixels)
    #expect(places(plot) == [[299, 299], [300, 299], [299, 300], [300, 300]])
  }

  @Test func whatIsNotFiniteIsLeftOut() {
    let plot = ScatterPlot(
      [2, 3, .nan, 1, 4, .infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude],
      classes: [0, 1, 2, 3])
    #expect(places(plot).count == 8)
  }

  @Test func noPointsGiveTheLegendAlone() {
    #expect(places(ScatterPlot([], classes: [])).isEmpty)
  }

  @Test func thePictureIsThePixels() {
    let plot = ScatterPlot([0, 0], classes: [3])
    #expect(
      plot.image == Image(height: 600, width: 622, channels: 3, pixels: plot.pixels))
    #expect(plot.pixels.count == 3 * 622 * 600)
  }

  @Test func mistakesStopTheProgram() async {
    await #expect(processExitsWith: .failure) { _ = ScatterPlot([0, 0, 1], classes: [1]) }
    await #expect(processExitsWith: .failure) { _ = ScatterPlot([0, 0], classes: [10]) }
  }
}
