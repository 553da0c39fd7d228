import Distributions
import Plots
import Results
import Tensor

/// Huffman codes for ever longer blocks of a loaded coin's throws: the bits per throw fall to the
/// entropy and never exceed it by more than one bit per block.
let optimalCodesItem = CourseItem(
  "optimal-codes", week: 1, "mean length of Huffman codes against the entropy"
) { isQuick, _ in
  let coin = vector([0.9, 0.1])
  let entropy = try ProbabilityTable(coin).entropy(in: .bits)
  let sizes = Array(1...(isQuick ? 6 : 10))
  var (block, rates) = (vector([1]), [Double]())
  for size in sizes {
    block = (block.expanded(at: 1) * coin).flattened(from: 0)
    rates.append(try HuffmanCode(probabilities: block.doubles).meanLength / Double(size))
  }
  let dyadic = [0.5, 0.25, 0.125, 0.125]
  let p = try ProbabilityTable(vector([0.2, 0.5, 0.3]))
  let uniform = try ProbabilityTable(vector([1, 1, 1]) / 3)
  var results = Results([
    "entropy": .number(entropy), "length-of-one": .number(rates[0]),
    "length-of-pairs": .number(rates[1]), "lengths": ResultValue(rates),
    "dyadic-entropy": .number(try ProbabilityTable(vector(dyadic)).entropy(in: .bits)),
    "dyadic-length": .number(try HuffmanCode(probabilities: dyadic).meanLength),
    "own-code": .number(p.entropy()), "code-of-uniform": .number(p.crossEntropy(to: uniform)),
  ])
  let places = sizes.map(Double.init)
  results.tables["values.csv"] = ["block": places, "bits-per-throw": rates]
  results.add(
    Figure(
      title: "Codes of a coin with probabilities 0.9 and 0.1",
      x: .linear("throws in a block", wholeNumbers: true),
      y: .linear("mean length", unit: "bits per throw")
    ) {
      Line(places, rates, label: "Huffman code", hasDots: true)
      Rule(y: entropy, label: "entropy")
      Band(
        places, lower: places.map { _ in entropy }, upper: places.map { entropy + 1 / $0 },
        label: "entropy to entropy + 1 bit a block", color: .muted)
    })
  return results
}
