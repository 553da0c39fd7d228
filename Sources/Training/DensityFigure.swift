import NN
import Plots
import Tensor

/// Plots an invertible model of the plane: test points, its density, and its image of a grid of
/// codes.
///
/// - Parameters:
///   - model: A model of points in the plane, whose codes are points too.
///   - points: Test points, `[count, 2]`.
func densityFigure(
  of model: any PriorModel & EncodingModel & LikelihoodModel, beside points: Tensor
) -> FigureGrid {
  let (x, y) = (range(of: column(0, of: points)), range(of: column(1, of: points)))
  let data = Figure(
    title: "test points", x: .linear("x1"), y: .linear("x2"), width: 300, height: 300
  ) {
    Scatter(column(0, of: points), column(1, of: points), size: 2.5, opacity: 0.6)
  }
  let density = Figure(
    title: "density", x: .linear("x1"), y: .linear("x2"), width: 300, height: 300
  ) {
    HeatMap(densityField(of: model, x, y, dtype: points.dtype), hasColorBar: false)
  }
  let grid = Figure(
    title: "grid of codes", x: .linear("x1"), y: .linear("x2"), width: 300, height: 300
  ) {
    for (line, isAcross) in gridLines(of: model, dtype: points.dtype) {
      Line(column(0, of: line), column(1, of: line), color: .series(isAcross ? 0 : 1), width: 1)
    }
  }
  return Figure.grid(
    [data, density, grid], columns: 3,
    title: "test points, the density, and the image of the grid of codes",
    caption: "The grid lines are codes from -3 to 3 in each coordinate, in steps of 0.5.")
}

/// The density on 100×100 points.
private func densityField(
  of model: some LikelihoodModel, _ x: (low: Double, high: Double),
  _ y: (low: Double, high: Double),
  dtype: DType
) -> Field {
  let (across, down) = (
    Bins(x.low, x.high, count: 100).middles, Bins(y.low, y.high, count: 100).middles
  )
  let places = Tensor(
    down.flatMap { y in across.flatMap { x in [x, y] } }, shape: [across.count * down.count, 2],
    dtype: dtype)
  let logDensity = model.logLikelihood(
    of: places, sampleCount: 1, using: Random(seed: 0), afterEach: {})
  return Field(x: across, y: down, values: exp(logDensity).doubles)
}

/// The images of grid lines of codes, `[count, 2]` each, and whether each line runs along the first
/// coordinate.
private func gridLines(
  of model: some PriorModel, dtype: DType
) -> [(points: Tensor, isAcross: Bool)] {
  let along = (0...120).map { -3 + 0.05 * Double($0) }
  return [true, false].flatMap { isAcross in
    (0...12).map { line in
      let place = -3 + 0.5 * Double(line)
      let codes = along.flatMap { isAcross ? [$0, place] : [place, $0] }
      return (
        model.decode(Tensor(codes, shape: [along.count, 2], dtype: dtype)), isAcross
      )
    }
  }
}
