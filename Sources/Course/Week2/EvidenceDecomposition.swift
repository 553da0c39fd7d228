import Inference
import Plots
import Results
import Tensor

/// log p(x) = L(q) + KL(q ‖ p(z | x)) for every q; the bound is tight if q is the posterior.
let evidenceDecompositionItem = CourseItem(
  "evidence-decomposition", week: 2, "log-evidence as the bound and a divergence, for every q"
) { _, _ in
  let mixture = try GaussianMixture(
    weights: Tensor([0.5, 0.5], dtype: .float64), means: Tensor([[0], [3]], dtype: .float64),
    covariances: .ones([2, 1, 1], dtype: .float64))
  let x = Tensor([[1]], dtype: .float64)
  func bound(_ q: Double) -> EvidenceBound {
    mixture.bound(responsibilities: Tensor([[q, 1 - q]], dtype: .float64), of: x)
  }
  let evidence = mixture.logDensity(of: x).doubles[0]
  let posterior = mixture.responsibilities(of: x).doubles[0]
  let shares = (1..<100).map { Double($0) / 100 }
  let bounds = shares.map { bound($0).value }
  var results = Results([
    "log-evidence": .number(evidence), "posterior": .number(posterior),
    "bound": .number(bound(0.3).value), "divergence": .number(evidence - bound(0.3).value),
    "bound-at-posterior": .number(bound(posterior).value),
  ])
  results.tables["values.csv"] = [
    "q": shares, "bound": bounds, "divergence": bounds.map { evidence - $0 },
  ]
  results.add(
    Figure(
      title: "Evidence lower bound", x: .linear("q(z = 1)"), y: .linear("bound", unit: "nats")
    ) {
      Line(shares, bounds, label: "bound")
      Rule(y: evidence, label: "log-evidence")
      Rule(x: posterior, label: "posterior", dash: .dotted)
    })
  return results
}
