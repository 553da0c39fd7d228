import DifferentialEquations
import Foundation
import Tensor
import Testing

@Suite struct DormandPrinceTests {
  private let one = Tensor([[1.0]], dtype: .float64)

  @Test(arguments: [1e-3, 1e-6, 1e-9]) func theErrorFollowsTheTolerance(_ tolerance: Double) throws
  {
    let solver = DormandPrince(relativeTolerance: tolerance, absoluteTolerance: tolerance)
    let solution = try solver.solve(gaussianField, from: one, over: (0, 1))
    #expect(abs(solution.state.scalar - 2.5) < 10 * tolerance)
    #expect(solution.times.last == 1 && solution.stiffSince == nil)
    // Six slopes per step, the initial one, and one to find the first step size.
    #expect(solution.evaluations == 6 * (solution.steps + solution.rejectedSteps) + 2)
  }

  @Test func theStepsGrowWithTheFifthRootOfTheTolerance() throws {
    let evaluations = try [1e-5, 1e-10].map { tolerance in
      let solver = DormandPrince(relativeTolerance: tolerance, absoluteTolerance: tolerance)
      let end = try solver.solve({ t, x in Foundation.cos(t) * x }, from: one, over: (0, 20))
      #expect(abs(end.state.scalar - Foundation.exp(Foundation.sin(20))) < 100 * tolerance)
      return Double(end.evaluations)
    }
    let ratio = evaluations[1] / evaluations[0]
    #expect(ratio > 5 && ratio < 15, "\(evaluations)")
  }

  /// The Arenstorf orbit returns to its starting point (Hairer, Nørsett and Wanner 1993, page 130).
  @Test func theOrbitOfArenstorfCloses() throws {
    let (mu, period) = (0.012277471, 17.0652165601579625588917206249)
    let start = Tensor([[0.994, 0, 0, -2.00158510637908252240537862224]], dtype: .float64)
    let field: VectorField = { _, state in
      let x = state.doubles
      func cubed(_ a: Double) -> Double {
        Foundation.pow((x[0] + a) * (x[0] + a) + x[1] * x[1], 1.5)
      }
      let (earth, moon) = (cubed(mu), cubed(mu - 1))
      let ax = x[0] + 2 * x[3] - (1 - mu) * (x[0] + mu) / earth - mu * (x[0] - 1 + mu) / moon
      let ay = x[1] - 2 * x[2] - (1 - mu) * x[1] / earth - mu * x[1] / moon
      return Tensor([[x[2], x[3], ax, ay]], dtype: .float64)
    }
    let solver = DormandPrince(relativeTolerance: 1e-9, absoluteTolerance: 1e-9)
    let end = try solver.solve(field, from: start, over: (0, period), dense: true)
    #expect(abs(end.state.doubles[0] - 0.994) < 1e-3 && abs(end.state.doubles[1]) < 1e-2)
    #expect(end.rejectedSteps > 0 && end.steps < 1_000)
    // Between the steps, the interpolation is nearly as accurate as at them.
    let (middle, ahead) = (period / 2, try solver.solve(field, from: start, over: (0, period / 2)))
    for (a, b) in zip(end.state(at: middle).doubles, ahead.state.doubles) {
      #expect(abs(a - b) < 1e-5)
    }
  }

  @Test func denseOutputIsAsExactAsTheSteps() throws {
    let solver = DormandPrince(relativeTolerance: 1e-8, absoluteTolerance: 1e-8)
    let intervals: [(start: Double, end: Double)] = [(0, 2), (2, 0)]
    for interval in intervals {
      let start = Tensor([[Foundation.exp(Foundation.sin(interval.start))]], dtype: .float64)
      let solution = try solver.solve(
        { t, x in Foundation.cos(t) * x }, from: start, over: interval, dense: true)
      for time in stride(from: 0, through: 2, by: 0.013) {
        let error = abs(solution.state(at: time).scalar - Foundation.exp(Foundation.sin(time)))
        #expect(error < 1e-6, "at \(time): \(error)")
      }
    }
  }

  @Test func everyExampleKeepsItsTolerance() throws {
    // One fast example among many slow ones: a norm over the batch would hide its error.
    let rates = Tensor(
      [30] + Array(repeating: 0.01, count: 999), shape: [1000, 1], dtype: .float64)
    let solution = try DormandPrince(relativeTolerance: 1e-6, absoluteTolerance: 1e-8).solve(
      { _, x in -rates * x }, from: .ones([1000, 1], dtype: .float64), over: (0, 0.3))
    #expect(abs(solution.state.doubles[0] - Foundation.exp(-9)) < 1e-7)
  }

  @Test func singlePrecisionWorks() throws {
    let solution = try DormandPrince().solve(
      gaussianField, from: Tensor([[1.0], [-1], [0]]), over: (0, 1))
    for (found, expected) in zip(solution.state.doubles, [2.5, 1.5, 2]) {
      #expect(abs(found - expected) < 1e-4)
    }
  }

  @Test func nothingMovesWhereThereIsNoSlopeOrNoTime() throws {
    let still = try DormandPrince().solve({ _, x in 0 * x }, from: one, over: (0, 5))
    #expect(still.state.scalar == 1 && still.steps < 20)
    let none = try DormandPrince().solve({ _, x in x }, from: one, over: (2, 2), dense: true)
    #expect(none.state.scalar == 1 && none.state(at: 2).scalar == 1 && none.steps == 1)
  }

  /// The van der Pol equation with a large parameter.
  @Test func aStiffEquationIsToldWithItsRejectedSteps() throws {
    let field: VectorField = { _, state in
      let x = state.doubles
      return Tensor(
        [[x[1], 1e5 * ((1 - x[0] * x[0]) * x[1] - x[0])]], dtype: .float64)
    }
    let start = Tensor([[2, -0.66]], dtype: .float64)
    let error = #expect(throws: ODEError.self) {
      try DormandPrince(maximumSteps: 500).solve(field, from: start, over: (0, 2))
    }
    guard case .tooManySteps(let progress, 500)? = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect(progress.stiffSince != nil && progress.rejectedSteps > 0)
    #expect(progress.steps + progress.rejectedSteps == 500)
    let text = "\(ODEError.tooManySteps(progress, limit: 500))"
    #expect(text.contains("stiff") && text.contains("\(progress.rejectedSteps) rejected"))
  }

  @Test func stiffnessIsToldWhereTheEndIsReachedToo() throws {
    let start = Tensor([[1.5]], dtype: .float64)
    let solution = try DormandPrince().solve(
      { t, x in 2_000 * (Foundation.cos(t) - x) }, from: start, over: (0, 1))
    #expect(abs(solution.state.scalar - Foundation.cos(1)) < 1e-3)
    #expect(solution.stiffSince != nil)
  }

  @Test func aSolutionThatRunsToInfinityIsAnError() {
    // x = 1 / (1 − t).
    #expect(throws: ODEError.self) {
      try DormandPrince().solve({ _, x in square(x) }, from: one, over: (0, 2))
    }
    #expect {
      try DormandPrince().solve({ _, x in x / 0 }, from: one, over: (0, 2))
    } throws: { "\($0)".contains("expected a finite slope") }
  }
}
