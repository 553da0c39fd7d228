import Distributions
import Plots
import Results
import Tensor

/// The square of a number drawn uniformly from −2 … 2: the probabilities of points with the same
/// image add up.
let pushforwardDiscreteItem = CourseItem(
  "pushforward-discrete", week: 1, "probabilities of the square of a discrete number"
) { isQuick, random in
  let base = DiscretePoints.empirical(vector([-2, -1, 0, 1, 2]))
  let pushforward = base.pushforward { square($0) }
  let images = vector([0, 1, 4])
  let probabilities = pushforward.densities(at: images)
  let samples = square(base.sample([isQuick ? 2_000 : 20_000], using: random))
  let frequencies = DiscretePoints.empirical(samples).densities(at: images)
  var results = Results([
    "probabilities": ResultValue(probabilities), "frequencies": ResultValue(frequencies),
    "entropy-of-number": .number(base.entropy.scalar),
    "entropy-of-square": .number(pushforward.entropy.scalar),
  ])
  results.tables["values.csv"] = [
    "square": images.doubles, "probability": probabilities, "frequency": frequencies,
  ]
  let y = Axis.linear("probability", range: 0...0.5)
  results.add(
    Figure.grid(
      [
        Figure(title: "X", x: .linear("x", wholeNumbers: true), y: y) {
          Bars(base.densities(at: base.points), at: base.points.doubles, width: 0.4)
        },
        Figure(title: "X²", x: .linear("x²", wholeNumbers: true), y: y) {
          Bars(
            probabilities, at: images.doubles, label: "pushforward", offset: -0.15, width: 0.3)
          Bars(
            frequencies, at: images.doubles, label: "squares of samples", offset: 0.15, width: 0.3)
        },
      ], columns: 2))
  return results
}
