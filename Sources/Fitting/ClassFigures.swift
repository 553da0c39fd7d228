import Plots
import Tensor

/// Plots rows by class in one or two columns, with the probability of each class.
struct ClassFigure {
  let title: String
  let data: FitData
  let labels: [Int]
  let classNames: [String]
  /// log p(c ∣ x) of inputs `[m, d]`: `[m, K]`.
  let logPosterior: (Tensor) -> Tensor

  /// The probabilities along a single column.
  func line() -> Figure {
    let inputs = data.column(0)
    let places = evenPlaces(over: inputs)
    let shares = exp(logPosterior(Tensor(places, dtype: .float64))).transposed()
    return Figure(
      title: title, x: .linear(data.names[0]), y: .linear("probability of the class")
    ) {
      for index in classNames.indices {
        Line(places, shares.sliced(index..<index + 1).doubles, color: .series(index))
      }
      Scatter(
        inputs, inputs.map { _ in -0.05 }, classes: labels, names: classNames, opacity: 0.6)
    }
  }

  /// The plane of the first two columns; if there are no more columns, with the borders at which a
  /// class has probability ½.
  func plane(@MarkBuilder adding marks: () -> [any Mark] = { [] }) -> Figure {
    let (x, y) = (data.column(0), data.column(1))
    let hasBorders = data.names.count == 2
    return Figure(
      title: title,
      caption: hasBorders ? "Lines: a class has probability ½." : "The first two columns.",
      x: .linear(data.names[0]), y: .linear(data.names[1])
    ) {
      Scatter(x, y, classes: labels, names: classNames, opacity: 0.8)
      marks()
      if hasBorders { borders(evenPlaces(over: x, count: 81), evenPlaces(over: y, count: 81)) }
    }
  }

  private func borders(_ x: [Double], _ y: [Double]) -> [any Mark] {
    let shares = exp(logPosterior(planePoints(x, y))).transposed()
    let drawn = classNames.count == 2 ? 1..<2 : 0..<classNames.count
    return drawn.map { index in
      let field = Field(x: x, y: y, values: shares.sliced(index..<index + 1).doubles)
      return Contour(field, levels: [0.5], color: .text, width: 1)
    }
  }
}
