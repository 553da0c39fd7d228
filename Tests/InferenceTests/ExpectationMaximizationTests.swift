import Inference
import Testing

@Suite struct ExpectationMaximizationTests {
  /// A model whose bound takes these values, one per sweep.
  private struct Scripted: LatentVariableModel {
    let bounds: [Double]
    func posterior(at sweep: Int, from previous: Int?) -> Int { sweep }
    func bound(of posterior: Int, at sweep: Int) -> EvidenceBound {
      EvidenceBound(value: bounds[sweep])
    }
    func parameters(maximizing posterior: Int, from previous: Int) -> Int { previous + 1 }
  }

  private func fit(_ bounds: [Double], sweeps: Int = 10) throws
    -> ExpectationMaximization.Fit<Scripted>
  {
    try ExpectationMaximization(iterationLimit: sweeps).fit(Scripted(bounds: bounds), from: 0)
  }

  @Test func anObjectiveThatFallsIsNoConvergence() throws {
    let fit = try fit([-10, -5, -5.001])
    #expect(fit.reason == .objectiveFell && !fit.hasConverged)
    // The model from before the failed sweep is returned.
    #expect(fit.parameters == 1 && fit.objective == -5 && fit.bounds.count == 3)
  }

  @Test func roundingIsNoFall() throws {
    // The limit is 1e-10 relative to the objective.
    let rounding = try fit([-1_000, -1_000 - 0.9e-7])
    #expect(rounding.reason == .smallGain && rounding.hasConverged)
    #expect(try fit([-1_000, -1_000 - 1.1e-7]).reason == .objectiveFell)
  }

  @Test func anObjectiveThatIsNotFiniteIsTold() throws {
    let fit = try fit([-10, .nan])
    #expect(fit.reason == .objectiveNotFinite && !fit.hasConverged && fit.parameters == 0)
    #expect(try self.fit([-.infinity]).reason == .objectiveNotFinite)
    #expect(try self.fit([-10, -5, -3], sweeps: 2).reason == .iterationLimit)
  }
}
