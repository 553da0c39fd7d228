import Foundation
import FoundationXML
import Plots
import Tensor
import Testing

@testable import Training

/// Drawings of examples that are not images.
@Suite struct ExamplesFigureTests {
  private let random = Random(seed: 1)

  private func texts(_ figure: FigureGrid) throws -> [String] {
    let document = try XMLDocument(data: Data(figure.svg.utf8))
    return try document.nodes(forXPath: "//*[local-name()='text']").map { $0.stringValue ?? "" }
  }

  @Test func pointsInThePlaneHaveAPanelForEachGroup() throws {
    let figure = examplesFigure(
      ["test examples": random.normal([50, 2]), "samples": random.normal([7, 2])],
      title: "Moons")
    #expect(figure.figures.map(\.title) == ["test examples", "samples"])
    #expect(figure.columns == 2 && figure.sharing == [.x, .y])
    let texts = try texts(figure)
    for text in ["Moons", "test examples", "samples", "x1", "x2"] {
      #expect(texts.contains(text), "\(texts)")
    }
  }

  @Test(arguments: [(1, 1, ["x"]), (3, 3, ["x1", "x2", "x3"]), (9, 9, []), (40, 9, ["x9"])])
  func otherNumbersOfFeaturesAreHistograms(count: Int, panels: Int, names: [String]) throws {
    let figure = examplesFigure(
      ["test examples": random.normal([50, count]), "samples": random.normal([50, count])])
    #expect(figure.figures.count == panels && figure.columns == min(3, panels))
    #expect(figure.caption == (count > 9 ? "The first 9 of 40 columns." : ""))
    let texts = try texts(figure)
    for name in names { #expect(texts.contains(name), "\(texts)") }
    #expect(texts.contains("density") && texts.contains("samples"))
    #expect(!texts.contains("x10"))
  }

  @Test func columnsMayHaveNames() throws {
    let named = examplesFigure(
      ["rows": random.normal([5, 3])], names: ["age", "<weight>", "price"])
    #expect(try texts(named).filter { ["age", "<weight>", "price"].contains($0) }.count == 3)
    let plane = examplesFigure(["rows": random.normal([5, 2])], names: ["age", "weight"])
    #expect(try Set(["age", "weight"]).isSubset(of: texts(plane)))
  }

  /// A model that has learned little may produce anything.
  @Test(arguments: [1, 2, 4], [Double.nan, .infinity, -.infinity, 0, 1e30, -1e300])
  func anythingIsDrawn(count: Int, value: Double) throws {
    let same = Tensor(filledWith: value, [20, count], dtype: .float64)
    for samples in [
      same, Tensor.concatenated([same, random.normal([20, count], dtype: .float64)]),
    ] {
      let figure = examplesFigure(
        ["test examples": random.normal([20, count]), "samples": samples])
      #expect(figure.svg.count > 500)
      _ = try texts(figure)
    }
  }

  /// The same numbers give the same bytes, because a resumed run must write them again.
  @Test func theDrawingDependsOnNothingElse() {
    let points = random.normal([30, 2])
    #expect(examplesFigure(["a": points]).svg == examplesFigure(["a": points]).svg)
  }
}
