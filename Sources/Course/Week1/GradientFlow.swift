import Estimators
import Plots
import Results
import Tensor

/// The gradient flow of both divergences from N(2, 0.8²) to N(0, 1).
///
/// The forward one widens the moving distribution before its mean arrives, since its gradient in σ
/// contains (μ − μ₀)²; the reverse one moves the mean and the deviation independently.
let gradientFlowItem = CourseItem(
  "gradient-flow", week: 1, "paths of N(μ, σ²) down the gradient of KL, forward and reverse"
) { _, _ in
  let target = GaussianGradientFlow.Point(mean: 0, deviation: 1)
  let start = GaussianGradientFlow.Point(mean: 2, deviation: 0.8)
  let steps = 1_200
  let flows = GaussianGradientFlow.Direction.allCases.map {
    GaussianGradientFlow(towards: target, $0)
  }
  let paths = flows.map { $0.path(from: start, rate: 0.01, steps: steps) }
  var results = Results([:])
  var table: ResultTable = ["time": (0...steps).map { 0.01 * Double($0) }]
  for (flow, path) in zip(flows, paths) {
    let name = flow.direction.rawValue
    let velocity = flow.velocity(at: start)
    results[name + "-start-velocity"] = ResultValue([velocity.mean, velocity.deviation])
    results[name + "-end"] = ResultValue([path[steps].mean, path[steps].deviation])
    results[name + "-largest-deviation"] = .number(path.map(\.deviation).max() ?? .nan)
    results[name + "-divergence-falls"] = .flag(
      zip(path, path.dropFirst()).allSatisfy { flow.divergence(at: $1) <= flow.divergence(at: $0) })
    table.add(name + "-mean", .numbers(path.map(\.mean)))
    table.add(name + "-deviation", .numbers(path.map(\.deviation)))
  }
  results.tables["values.csv"] = table
  let times = (0...steps).map { 0.01 * Double($0) }
  results.add(
    Figure.grid(
      [
        Figure(title: "Paths", x: .linear("mean μ"), y: .linear("standard deviation σ")) {
          for (flow, path) in zip(flows, paths) {
            Line(path.map(\.mean), path.map(\.deviation), label: flow.direction.rawValue)
          }
          Scatter([0], [1], label: "target", color: .text, marker: .cross, size: 9)
        },
        Figure(title: "Divergence", x: .linear("time"), y: .log("KL", unit: "nats")) {
          for (flow, path) in zip(flows, paths) {
            Line(times, path.map { flow.divergence(at: $0) }, label: flow.direction.rawValue)
          }
        },
      ], columns: 2))
  return results
}
