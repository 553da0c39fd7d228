import OptimalTransport
import Plots
import Results
import Tensor

/// Barycenters between a ring and a cross, from one to the other.
let imageBarycentersItem = CourseItem(
  "image-barycenters", week: 5, "barycenters of two pictures on a grid"
) { isQuick, _ in
  let size = isQuick ? 16 : 48
  let ring = picture(size) { x, y in
    let radius = (x * x + y * y).squareRoot()
    return radius > 0.45 && radius < 0.75
  }
  let cross = picture(size) { x, y in
    min(Swift.abs(x), Swift.abs(y)) < 0.14 && max(Swift.abs(x), Swift.abs(y)) < 0.8
  }
  let images = Tensor.stacked([ring, cross])
  let shares = [0, 0.25, 0.5, 0.75, 1]
  let centers = try shares.map { share in
    try EntropicBarycenter(
      ofImages: images, weights: Tensor([1 - share, share], dtype: .float64),
      epsilon: isQuick ? 0.5 : 1.5, tolerance: 1e-5, sweepLimit: isQuick ? 100 : 1_000)
  }
  let middle = centers[2].weights
  var results = Results([
    "masses": ResultValue(centers.map { $0.weights.sum().scalar }),
    "converged": .flag(centers.allSatisfy(\.hasConverged)),
    // Both pictures are symmetric, so the barycenter is symmetric too.
    "asymmetry": .number(abs(middle - middle.transposed()).sum().scalar),
  ])
  results.tables["values.csv"] = ResultTable(
    centers.enumerated().map {
      (name: "share-\(shares[$0])", values: .numbers($1.weights.doubles))
    })
  results.add(
    Figure.grid(
      zip(shares, centers).map { share, center in
        Figure(
          title: "\(share)", x: .linear("column"), y: .linear("row").reversed, width: 220,
          height: 220
        ) {
          HeatMap(
            Field(matrix: center.weights.doubles, columns: size), colors: .opacity,
            hasColorBar: false)
        }
      }, columns: 5, title: "From a ring to a cross"))
  return results
}

/// A picture with the sum 1, in which the pixels of points inside a set in [−1, 1]² are bright.
private func picture(_ size: Int, _ isInside: (_ x: Double, _ y: Double) -> Bool) -> Tensor {
  let grid = grid(-1...1, count: size).doubles
  let pixels = grid.flatMap { y in grid.map { isInside($0, y) ? 1.0 : 1e-6 } }
  let image = Tensor(pixels, shape: [size, size], dtype: .float64)
  return image / image.sum()
}
