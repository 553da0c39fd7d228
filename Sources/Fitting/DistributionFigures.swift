import Estimators
import Plots
import Tensor

/// The density of a fitted family over the histogram of the data.
struct DensityCurve {
  let title: String
  let column: String
  let values: [Double]
  let weights: [Double]?
  let family: DistributionFamily
  /// The parameters, `[k]`.
  let parameters: Tensor
  /// The places where the density is drawn: whole numbers for a discrete family.
  let places: [Double]
  /// The density, or the probability of each whole number.
  let densities: [Double]

  init(
    title: String, column: String, values: [Double], weights: [Double]?,
    family: DistributionFamily, parameters: Tensor
  ) {
    (self.title, self.column, self.values, self.weights) = (title, column, values, weights)
    (self.family, self.parameters) = (family, parameters)
    let near = withoutFarTails(values)
    let (lowest, highest) = (near.first ?? 0, near.last ?? 1)
    if family.isDiscrete {
      // No more places than can be distinguished.
      let step = max(1, ((highest - lowest) / 400).rounded(.up))
      places = Array(stride(from: lowest, through: highest, by: step))
    } else {
      places = evenPlaces(over: [lowest, highest], count: 401)
    }
    let logs = family.logDensity(of: Tensor(places, dtype: .float64), parameters: parameters)
    densities = exp(logs).doubles
  }

  var figure: Figure {
    let (lowest, highest) = (places.first ?? 0, places.last ?? 1)
    let half = family.isDiscrete ? 0.5 : 0
    let isCounted = family.isDiscrete && highest - lowest < 200
    return Figure(
      title: title, x: .linear(column),
      y: .linear(family.isDiscrete ? "probability" : "density")
    ) {
      Histogram(
        values, weights: weights, bins: isCounted ? Int(highest - lowest) + 1 : nil,
        range: lowest - half...highest + half, measure: .density, label: "rows", color: .muted)
      if family.isDiscrete {
        Scatter(places, densities, label: "fitted", color: .series(0))
      } else {
        Line(places, densities, label: "fitted", color: .series(0))
      }
    }
  }
}

/// The rows, with ellipses of two standard deviations of a normal distribution: the density of one
/// column, the plane of two, the pairs of the first three.
func normalFigure(_ data: FitData, _ mean: [Double], _ covariance: [[Double]]) -> FigureGrid {
  let d = data.names.count
  if d == 1 {
    let curve = DensityCurve(
      title: "normal", column: data.names[0], values: data.column(0),
      weights: data.weights?.doubles, family: .normal,
      parameters: Tensor([mean[0], covariance[0][0].squareRoot()], dtype: .float64))
    return FigureGrid([curve.figure], columns: 1)
  }
  let pairs = d == 2 ? [(0, 1)] : [(0, 1), (0, 2), (1, 2)]
  let figures = pairs.map { i, j in
    Figure(x: .linear(data.names[i]), y: .linear(data.names[j])) {
      Scatter(data.column(i), data.column(j), label: "rows", color: .muted, opacity: 0.7)
      Ellipse(
        mean: (mean[i], mean[j]),
        covariance: (covariance[i][i], covariance[i][j], covariance[j][j]), deviations: [1, 2],
        label: "1 and 2 standard deviations", color: .series(0))
    }
  }
  return FigureGrid(
    figures, columns: pairs.count, title: "multivariate normal",
    caption: d > 3 ? "The first three columns." : "")
}

/// The densities of the first six components of a Dirichlet distribution, which are beta densities.
func dirichletFigure(_ data: FitData, _ concentration: [Double]) -> FigureGrid {
  let total = concentration.reduce(0, +)
  let figures = concentration.indices.prefix(6).map { index in
    let own = concentration[index]
    return DensityCurve(
      title: "", column: data.names[index], values: data.column(index),
      weights: data.weights?.doubles, family: .beta,
      parameters: Tensor([own, total - own], dtype: .float64)
    ).figure
  }
  return FigureGrid(
    figures, columns: min(3, figures.count), title: "Dirichlet",
    caption: concentration.count > 6 ? "The first six columns." : "")
}
