import GaussianProcesses
import Plots
import Results
import Tensor

/// Kernels as functions of the distance, and functions drawn with each of them.
let kernelSamplesItem = CourseItem(
  "kernel-samples", week: 4, "kernels, and functions drawn from their Gaussian processes"
) { isQuick, random in
  let kernels: [(name: String, kernel: any Kernel)] = [
    ("squared exponential", SquaredExponential(length: 1)),
    ("Matérn ½", Matern(.half, length: 1)), ("Matérn 3/2", Matern(.threeHalves, length: 1)),
    ("rational quadratic", RationalQuadratic(length: 1, alpha: 0.5)),
    ("periodic", Periodic(period: 2, length: 1)),
    ("locally periodic", LocallyPeriodic(period: 2, length: 1, decay: 2)),
    ("linear", Linear(variance: 1)),
  ]
  let grid = grid(-4...4, count: isQuick ? 41 : 161).doubles
  let x = Tensor(grid, shape: [grid.count, 1], dtype: .float64)
  let center = Tensor([1.0], shape: [1, 1], dtype: .float64)
  var results = Results([
    "squared-exponential": .number(value(SquaredExponential(length: 2), at: 1)),
    "rational-quadratic": .number(value(RationalQuadratic(length: 1, alpha: 2), at: 1)),
    "periodic": .number(value(Periodic(period: 1, length: 1), at: 0.5)),
    "locally-periodic": .number(
      value(LocallyPeriodic(period: 1, length: 1, decay: 1), at: 0.5)),
  ])
  var table = ResultTable(x, names: ["x"])
  var panels: [Figure] = []
  for (name, kernel) in kernels {
    let covariances = kernel(x, center).reshaped(to: [-1]).doubles
    let samples = try GaussianProcess(kernel: kernel).samples(
      3, of: .function, at: x, using: random)
    table.add(name, .numbers(covariances))
    panels.append(
      Figure(
        title: name, x: .linear("x"), y: .linear("k(x, 1)"), width: 320, height: 200
      ) { Line(grid, covariances) })
    panels.append(
      Figure(
        title: "samples", x: .linear("x"), y: .linear("f(x)"), width: 320, height: 200
      ) {
        for row in rows(of: samples.values) { Line(grid, row, width: 1.5) }
      })
  }
  results["largest-jitter"] = .number(
    try GaussianProcess(SquaredExponential(length: 1))
      .samples(1, of: .function, at: x, using: random).jitter)
  results.tables["values.csv"] = table
  results.add(Figure.grid(panels, columns: 2))
  return results
}

/// k(0, r).
private func value(_ kernel: some Kernel, at distance: Double) -> Double {
  kernel(
    Tensor([0.0], shape: [1, 1], dtype: .float64),
    Tensor([distance], shape: [1, 1], dtype: .float64)
  ).scalar
}

extension GaussianProcess {
  /// Creates a noise-free process with any kernel.
  fileprivate init(kernel: any Kernel) { self.init(kernel, noiseVariance: 0) }
}
