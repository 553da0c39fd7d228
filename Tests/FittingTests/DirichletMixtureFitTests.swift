import Results
import Tensor
import Testing

@testable import Fitting

@Suite struct DirichletMixtureFitTests {
  /// Two groups of ten, far apart.
  private let csv =
    "x,y\n"
    + (0..<20).map { row in
      let far = row % 2 == 0 ? 0.0 : 20.0
      return "\(far + Double(row % 5) / 4),\(far + Double(row % 7) / 6)\n"
    }.joined()

  @Test(arguments: [DirichletMixtureFit.Method.variational, .gibbs])
  func findsTwoGroups(_ kind: DirichletMixtureFit.Method) throws {
    var method = DirichletMixtureFit()
    (method.method, method.alpha, method.within) = (kind, 0.5, 0.02)
    (method.truncation, method.starts, method.sweeps, method.warmUp) = (3, 1, 10, 5)
    let results = try method.fit(fitData(csv), using: Random(seed: 2))
    #expect(results.number("clusters") == 2)
    guard case .list(let sizes)? = results["sizes"] else {
      throw FitError.noTarget(path: "", kind: "")
    }
    #expect(sizes == [.integer(10), .integer(10)])
    #expect(results.tables["clusters.csv"]?.columns.map(\.name) == ["x", "y", "cluster"])
    #expect(results.figures["figure.svg"] != nil)
  }

  @Test func constantColumnsAreTold() throws {
    #expect(throws: FitError.self) {
      try DirichletMixtureFit().fit(fitData("x,y\n0,1\n1,1\n"), using: Random(seed: 0))
    }
  }
}
