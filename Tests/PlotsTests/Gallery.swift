import Foundation

@testable import Plots

/// A drawing with each mark, as it is typically used.
enum Gallery {
  static let drawings: [(name: String, grid: FigureGrid)] =
    figures.map { ($0.name, FigureGrid([$0.figure], columns: 1)) } + [("grid", grid)]

  static let figures: [(name: String, figure: Figure)] = [
    ("line", line), ("trajectory", trajectory), ("band", band), ("scatter", scatter),
    ("classes", classes), ("values", values), ("histogram", histogram), ("contour", contour),
    ("filled", filled), ("ellipse", ellipse), ("heat-map", heatMap), ("matrix", matrix),
    ("picture", picture), ("bars", bars), ("names", names), ("segments", segments),
    ("arrows", arrows), ("logarithmic", logarithmic), ("empty", Figure {}),
  ]

  /// A deterministic sequence, evenly spread but without a visible pattern.
  static func uniforms(_ count: Int, _ seed: Double = 1) -> [Double] {
    (1...max(1, count)).map { index in
      let value = (Double(index) * 0.618_033_988_749_895 * seed + seed * 0.37) * 7.77
      return value - value.rounded(.down)
    }
  }

  static func normals(_ count: Int, _ seed: Double = 1) -> [Double] {
    zip(uniforms(count, seed), uniforms(count, seed + 0.414_213_562)).map {
      (-2 * Foundation.log(max($0, 1e-12))).squareRoot() * cos(2 * .pi * $1)
    }
  }

  static let epochs = (1...10).map(Double.init)

  static var line: Figure {
    Figure(
      title: "Loss & more", x: .linear("epoch", wholeNumbers: true),
      y: .linear("loss", unit: "nats per image")
    ) {
      Line(epochs, epochs.map { 100 + 64 / $0 }, label: "train", hasDots: true)
      Line(epochs, epochs.map { 103 + 25 / $0 }, label: "test", hasDots: true)
      Line(epochs, epochs.map { $0 == 5 ? .nan : 120 - $0 }, label: "broken <at> 5")
      Scatter([10], [105.5], label: "best, epoch 10", color: .text, marker: .ring, size: 12)
    }
  }

  static var trajectory: Figure {
    let times = (0...300).map { Double($0) / 20 }
    return Figure(title: "Trajectories", x: .linear("x"), y: .linear("y"), hasEqualScales: true) {
      Line(
        times.map { exp(-$0 / 10) * cos($0) }, times.map { exp(-$0 / 10) * sin($0) },
        label: "spiral")
      Line([-1, 0, 1, 1], [-1, -0.5, -0.5, 1], label: "steps", isStepped: true)
      Annotation("start", x: 1, y: 0, offset: (x: 6, y: 4))
    }
  }

  static var band: Figure {
    let x = (0...60).map { Double($0) / 10 }
    let mean = x.map { sin($0) }
    let deviation = x.map { 0.1 + 0.5 * abs(cos($0 * 0.7)) }
    return Figure(
      title: "Gaussian process",
      caption:
        "Posterior after five observations; the band is two standard deviations wide "
        + "on each side of the mean.",
      x: .linear("time", unit: "s"), y: .linear("f")
    ) {
      Line(x, mean, label: "mean")
      Band(
        x, lower: zip(mean, deviation).map { $0 - 2 * $1 },
        upper: zip(mean, deviation).map { $0 + 2 * $1 })
      Band(x, lower: mean.map { $0 - 0.3 }, upper: mean.map { $0 + 0.3 }, label: "noise")
      Scatter(
        [0.7, 1.9, 3.1, 4.4, 5.2], [0.6, 0.95, 0.02, -0.9, -0.8], label: "data", color: .text)
      Rule(y: 0)
      Rule(x: 2.5, label: "now")
    }
  }

  static var scatter: Figure {
    Figure(title: "Shapes", x: .linear("x", range: -3...3), y: .linear("y")) {
      for (index, marker) in Marker.allCases.enumerated() {
        Scatter(
          normals(12, Double(index) + 1.3), normals(12, Double(index) + 7.1), label: "\(marker)",
          marker: marker, size: 9)
      }
      Scatter([-2, 0, 2], [-3, -3, -3], label: "sizes", sizes: [4, 10, 24], opacity: 0.5)
    }
  }

  static var classes: Figure {
    let count = 10_000
    let labels = (0..<count).map { $0 % 10 }
    let x = zip(normals(count, 1.234), labels).map { 0.45 * $0 + 3 * cos(Double($1) * 0.63) }
    let y = zip(normals(count, 5.678), labels).map { 0.45 * $0 + 3 * sin(Double($1) * 0.63) }
    return Figure(title: "Codes", x: .linear("z₁"), y: .linear("z₂"), width: 500, height: 420) {
      Scatter(x, y, classes: labels)
    }
  }

  static var values: Figure {
    let x = normals(400, 2.2)
    let y = normals(400, 3.3)
    return Figure(title: "Weights", x: .linear("x"), y: .linear("y")) {
      Scatter(x, y, values: zip(x, y).map { $0 + $1 }, valueLabel: "weight")
    }
  }

  static var histogram: Figure {
    let x = (-40...40).map { Double($0) / 10 }
    return Figure(title: "Samples", x: .linear("x"), y: .linear("density")) {
      Histogram(normals(2000, 1.7), measure: .density, label: "samples")
      Line(x, x.map { exp(-$0 * $0 / 2) / (2 * .pi).squareRoot() }, label: "N(0, 1)")
    }
  }

  static func mixture(_ x: Double, _ y: Double) -> Double {
    let first = (x + 1) * (x + 1) + (y + 0.5) * (y + 0.5)
    let second = 2 * (x - 1.4) * (x - 1.4) + (y - 1) * (y - 1)
    return 0.6 * exp(-first / 1.2) + 0.4 * exp(-second)
  }

  static let density = Field(x: -3...3, y: -3...3, columns: 60, rows: 60, mixture)

  static var contour: Figure {
    Figure(title: "Contours", x: .linear("x"), y: .linear("y"), hasEqualScales: true) {
      HeatMap(density, label: "density", colors: .opacity)
      Contour(density, count: 6, label: "mixture")
      Scatter(
        normals(60, 4.4).map { 0.7 * $0 - 1 }, normals(60, 5.5).map { 0.7 * $0 - 0.5 },
        label: "draws", marker: .cross)
    }
  }

  static var filled: Figure {
    Figure(title: "Filled", x: .linear("x"), y: .linear("y")) {
      Contour(density, levels: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5], fill: .viridis, label: "density")
      Contour(density, levels: [0.25], color: .paper, dash: .dotted)
    }
  }

  static var ellipse: Figure {
    Figure(title: "Mixture", x: .linear("x"), y: .linear("y"), hasEqualScales: true) {
      Scatter(normals(300, 1.9), normals(300, 8.4), color: .muted, size: 3)
      Ellipse(mean: (0, 0), covariance: (1, 0, 1), deviations: [1, 2], label: "component 1")
      Ellipse(mean: (2, 1), covariance: (0.6, 0.4, 0.5), deviations: [1, 2], label: "component 2")
      Ellipse(mean: (-2, 1), covariance: (1, 1, 1), label: "on a line")
      Ellipse(mean: (0, 0), covariance: (1, 3, 1), label: "no covariance")
    }
  }

  static var heatMap: Figure {
    Figure(title: "Density", x: .linear("x"), y: .linear("y")) {
      HeatMap(density, label: "density")
      Scatter(
        normals(200, 4.4).map { 0.7 * $0 - 1 }, normals(200, 5.5).map { 0.7 * $0 - 0.5 },
        color: .rgb(255, 255, 255), size: 3)
    }
  }

  static var matrix: Figure {
    let count = 12
    var values = (0..<count * count).map {
      exp(-abs(Double($0 / count - $0 % count)) / 3) * ($0 % 5 == 0 ? -1 : 1)
    }
    values[30] = .nan
    return Figure(title: "Correlations", x: .linear("column"), y: .linear("row").reversed) {
      HeatMap(Field(matrix: values, columns: count), label: "r", colors: .diverging)
    }
  }

  /// Red, green, blue and white.
  static let png: [UInt8] = Array(
    Data(
      base64Encoded:
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEklEQVR42mP4z8DAA"
        + "MIM/4EAAB/uBfvxq7p3AAAAAElFTkSuQmCC"
    ) ?? Data())

  static var picture: Figure {
    Figure(title: "Picture", x: .linear("x"), y: .linear("y")) {
      Picture(png: png, x: 0...4, y: 0...3, description: "four colours")
      Line([0, 4], [0, 3], label: "diagonal", color: .text)
    }
  }

  static var bars: Figure {
    Figure(
      title: "Times", x: .categories(["EM", "variational", "MCMC"], label: "method"),
      y: .linear("time", unit: "s")
    ) {
      Bars([1.2, 3.4, 30], label: "first", offset: -0.2, width: 0.4)
      Bars([0.9, 2.1, 22], label: "second", offset: 0.2, width: 0.4)
    }
  }

  static var names: Figure {
    Figure(
      title: "Long names", x: .categories((1...12).map { "a rather long name \($0)" }),
      y: .linear("share", unit: "%")
    ) {
      Bars((1...12).map { Double($0 * 7 % 12) - 3 })
    }
  }

  static var segments: Figure {
    let x = normals(12, 2.5)
    let y = normals(12, 3.5)
    let u = normals(12, 6.5).map { $0 + 5 }
    let v = normals(12, 9.5)
    let pairs = (0..<144).map { ($0 / 12, $0 % 12) }
    let weights = pairs.map { exp(-abs(y[$0.0] - v[$0.1]) * 3) }
    return Figure(title: "Transport", x: .linear("x"), y: .linear("y")) {
      Segments(
        from: (pairs.map { x[$0.0] }, pairs.map { y[$0.0] }),
        to: (pairs.map { u[$0.1] }, pairs.map { v[$0.1] }), weights: weights, color: .muted)
      Scatter(x, y, label: "source")
      Scatter(u, v, label: "target", marker: .square)
    }
  }

  static var arrows: Figure {
    let x = (0..<81).map { Double($0 % 9 - 4) }
    let y = (0..<81).map { Double($0 / 9 - 4) }
    return Figure(title: "Vector field", x: .linear("x"), y: .linear("y"), hasEqualScales: true) {
      Arrows(
        from: (x, y), to: (zip(x, y).map { $0 - 0.2 * $1 }, zip(x, y).map { $1 + 0.2 * $0 }),
        label: "rotation")
    }
  }

  static var logarithmic: Figure {
    let x = (0...40).map { pow(10, Double($0) / 10) }
    return Figure(title: "Cost", x: .log("size"), y: .log("time", unit: "ms")) {
      Line(x, x.map { 0.02 * $0 + 1 }, label: "linear")
      Line(x, x.map { 1e-4 * $0 * $0 }, label: "quadratic")
      Line(x, x.map { 30 - $0 }, label: "negative from 30 on")
    }
  }

  static var grid: FigureGrid {
    Figure.grid(
      [line, logarithmic, contour, histogram], columns: 2, title: "Four panels",
      caption: "Planes in line, each with its own axes.")
  }
}
