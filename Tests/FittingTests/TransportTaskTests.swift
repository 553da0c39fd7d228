import OptimalTransport
import Results
import Tensor
import Testing

@testable import Fitting

@Suite struct TransportTaskTests {
  private func task(_ change: (inout TransportSettings) -> Void = { _ in }) -> TransportTask {
    var settings = TransportSettings()
    change(&settings)
    return TransportTask(settings)
  }

  @Test func exactOnTheLine() throws {
    // W₂² of ½δ₀ + ½δ₁ and ½δ₁ + ½δ₃: ½ (1 + 4).
    let results = try task().plan(from: fitData("x\n0\n1\n"), to: fitData("x\n3\n1\n"))
    #expect(abs(results.number("cost") - 2.5) < 1e-12)
    #expect(abs(results.number("dual") - 2.5) < 1e-12)
    #expect(results["converged"] == true && results.number("entries") == 2)
    #expect(
      results.tables["plan.csv"] == ["from": [1, 2], "to": [2, 1], "mass": [0.5, 0.5]])
    #expect(results.figures["figure.svg"] != nil)
  }

  @Test func weightsOfThePlane() throws {
    let a = try fitData("x,y,w\n0,0,0.6\n0,1,0.4\n", weights: "w")
    let b = try fitData("x,y,w\n0,0,0.3\n0,1,0.7\n", weights: "w")
    #expect(abs(try task { $0.power = 1 }.plan(from: a, to: b).number("cost") - 0.3) < 1e-12)
    let half = try fitData("x,y,w\n0,0,0.3\n0,1,0.2\n", weights: "w")
    #expect(throws: TransportError.self) { try task().plan(from: a, to: half) }
    let normalized = try task { $0.normalize = true }.plan(from: a, to: half)
    #expect(abs(normalized.number("cost")) < 1e-12)
  }

  @Test func sinkhornOfTwoPoints() throws {
    // 1 / (1 + e^(1/ε)) for ε = 1.
    let points = try fitData("x\n0\n1\n")
    let results = try task {
      ($0.method, $0.epsilon) = (.sinkhorn, 1)
    }.plan(from: points, to: points)
    #expect(abs(results.number("cost") - 0.2689414213699951) < 1e-8)
    #expect(results["converged"] == true && results.number("entries") == 4)
    let early = try task {
      ($0.method, $0.epsilon, $0.sweeps, $0.tolerance) = (.sinkhorn, 0.001, 1, 1e-15)
    }.plan(from: fitData("x\n0\n1\n5\n"), to: fitData("x\n2\n0.7\n"))
    #expect(early["converged"] == false && early.notes.count == 1)
  }

  @Test func differentDimensionsAreTold() throws {
    #expect(throws: FitError.self) {
      try task().plan(from: fitData("x\n0\n"), to: fitData("x,y\n0,1\n"))
    }
  }

  @Test func barycenterOnTheLine() throws {
    let results = try task().barycenter(of: [fitData("x\n0\n2\n"), fitData("x\n4\n10\n")])
    #expect(results.tables["barycenter.csv"] == ["x": [2, 6], "weight": [0.5, 0.5]])
    #expect(abs(results.number("mean") - 4) < 1e-12)
  }

  @Test func barycenterInThePlane() throws {
    // The middle of the support receives the mass that two ends share.
    let both = try task { $0.epsilon = 0.2 }.barycenter(of: [
      fitData("x,y,w\n0,0,1\n1,0,0.000001\n", weights: "w"),
      fitData("x,y,w\n2,0,1\n1,0,0.000001\n", weights: "w"),
    ])
    guard case .numbers(let weights)? = both.tables["barycenter.csv"]?.columns.last?.values else {
      throw FitError.noTarget(path: "", kind: "")
    }
    #expect(weights[1] + weights[3] > 0.9, "\(weights)")
  }

  @Test func barycenterOfPictures() throws {
    var pixels = [Double](repeating: 0, count: 2 * 5 * 9)
    (pixels[2 * 9 + 1], pixels[45 + 2 * 9 + 7]) = (1, 2)
    let images = Tensor(pixels, shape: [2, 5, 9], dtype: .float64)
    let task = task { ($0.epsilon, $0.tolerance, $0.sweeps) = (0.5, 1e-6, 500) }
    let (results, image) = try task.barycenter(ofImages: images, paths: ["a.png", "b.png"])
    #expect(image.shape == [5, 9] && abs(image.sum().scalar - 1) < 1e-5)
    #expect(image.doubles.firstIndex(of: image.max().scalar) == 2 * 9 + 4)
    #expect(results.figures["figure.svg"] != nil)
    #expect(throws: FitError.self) {
      try task.barycenter(ofImages: images * 0.0, paths: ["a.png", "b.png"])
    }
  }
}
