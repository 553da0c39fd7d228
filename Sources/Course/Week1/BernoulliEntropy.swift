import Distributions
import Plots
import Results
import Tensor

/// The entropy of a coin against its probability; it is largest, log 2, for a fair coin.
let bernoulliEntropyItem = CourseItem(
  "bernoulli-entropy", week: 1, "entropy of a coin against its probability of heads"
) { _, _ in
  let probabilities = (0...100).map { Double($0) / 100 }
  let entropies = probabilities.map(entropy)
  var results = Results([
    "entropy-fair": .number(entropy(0.5)), "entropy-quarter": .number(entropy(0.25)),
    "entropy-tenth": .number(entropy(0.1)), "entropy-certain": .number(entropy(0)),
  ])
  results.tables["values.csv"] = ["probability": probabilities, "entropy": entropies]
  results.add(
    Figure(
      title: "Entropy of a coin", x: .linear("probability of heads"),
      y: .linear("entropy", unit: "nats")
    ) {
      Line(probabilities, entropies)
    })
  return results
}

/// The entropy, in nats, of a coin with a given probability of heads.
private func entropy(_ probability: Double) -> Double {
  let coin = Bernoulli(logits: logit(Tensor([probability], dtype: .float64)))
  return coin.entropy.doubles[0]
}
