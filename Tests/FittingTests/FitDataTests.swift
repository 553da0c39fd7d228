import Datasets
import Tensor
import Testing

@testable import Fitting

@Suite struct FitDataTests {
  private func data(
    _ csv: String, target: String? = nil, weights: String? = nil, missing: Bool = false
  ) throws -> FitData {
    FitData(
      try Table(csv: Array(csv.utf8), path: "t.csv").selecting(
        target: target, weights: weights, allowingMissing: missing))
  }

  @Test func columnsAndWeights() throws {
    let data = try data("a,w,b\n1,2,3\n4,0,6\n", weights: "w")
    #expect(data.names == ["a", "b"])
    #expect(data.points == Tensor([1.0, 3, 4, 6], shape: [2, 2], dtype: .float64))
    #expect(data.weights == Tensor([2, 0], dtype: .float64))
    #expect(data.column(1) == [3, 6])
  }

  @Test func numbersAreClassesToo() throws {
    let data = try data("x,y\n0,2\n1,1\n3,2\n", target: "y")
    let classes = try data.targetClasses()
    #expect(classes.labels == [1, 0, 1] && classes.names == ["1", "2"])
    #expect(try data.targetNumbers() == Tensor([2, 1, 2], dtype: .float64))
  }

  @Test func missingNumbersWhereAllowed() throws {
    let points = try data("x,y\n1,NA\n,2\n", missing: true).points.doubles
    #expect(points[0] == 1 && points[1].isNaN && points[2].isNaN && points[3] == 2)
    #expect(throws: TableError.self) { try data("x,y\n1,NA\n,2\n") }
    #expect(throws: TableError.self) { try data("x\n1\ninf\n", missing: true) }
    #expect(throws: TableError.self) { try data("x\n1\na\n", missing: true) }
  }

  @Test func mistakesAreNamed() throws {
    #expect(throws: FitError.oneClass(path: "t.csv", column: "y", name: "a")) {
      try data("x,y\n1,a\n2,a\n", target: "y").targetClasses()
    }
    #expect(throws: FitError.targetIsText(path: "t.csv", column: "y")) {
      try data("x,y\n1,a\n2,b\n", target: "y").targetNumbers()
    }
    #expect(throws: FitError.noTarget(path: "t.csv", kind: "classes")) {
      try data("x\n1\n").targetClasses()
    }
    #expect(
      throws: TableError.negativeWeight(path: "t.csv", column: "w", row: 2, found: -1)
    ) { try data("x,w\n1,1\n1,-1\n", weights: "w") }
    #expect(throws: TableError.noWeight(path: "t.csv", column: "w")) {
      try data("x,w\n1,0\n1,0\n", weights: "w")
    }
  }
}
