import Plots
import Testing
import Training

@Suite struct CodesFigureTests {
  /// Codes on a line, every tenth of them farther out by a given factor.
  private func codes(_ count: Int, outer: Float) -> [Float] {
    (0..<count).flatMap { index -> [Float] in
      let value = Float(index % 10) * (index % 20 == 9 ? outer : 1)
      return [value, -value]
    }
  }

  @Test func theMiddleHasAPanelWhereCodesCrowd() {
    let labels = (0..<100).map { $0 % 3 }
    #expect(codesFigure(codes(100, outer: 1), labels: labels).figures.count == 1)
    let figure = codesFigure(codes(100, outer: 50), labels: labels)
    #expect(figure.figures.count == 2)
    #expect(figure.figures[0].x.range == nil)
    #expect(figure.figures[1].x.range == 1...9 && figure.figures[1].y.range == -8...0)
  }

  @Test func labelsBeyondTenAndCodesThatAreNotFiniteAreDrawn() {
    let svg = codesFigure([0, 1, .nan, 1, 2, .infinity, 3, 4], labels: [0, 1, 2, 25]).svg
    #expect(svg.contains("2 points of 2 classes") && svg.contains(">25</text>"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(codesFigure([], labels: []).svg.hasPrefix("<svg "))
  }
}
