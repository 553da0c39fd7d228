import Plots

/// A panel for each workload and axis: the time of a step against the quantity that its arithmetic
/// grows with, and for each curve the line of a proportional cost.
func scalingFigure(_ points: [ScalingPoint]) -> FigureGrid {
  var series: [(key: String, points: [ScalingPoint])] = []
  for point in points {
    let key = "\(point.work): \(point.axis)"
    if let index = series.firstIndex(where: { $0.key == key }) {
      series[index].points.append(point)
    } else {
      series.append((key, [point]))
    }
  }
  return Figure.grid(
    series.map { panel($0.key, $0.points) }, columns: 2,
    title: "Cost of a training step by its size")
}

private func panel(_ title: String, _ points: [ScalingPoint]) -> Figure {
  let threads = Set(points.map(\.threads)).sorted()
  var sizes: [(units: Double, label: String)] = []
  for point in points where !sizes.contains(where: { $0.units == point.units }) {
    let isSquared = point.units != Double(point.size)
    sizes.append((point.units, "\(point.size)\(isSquared ? "²" : "")"))
  }
  return Figure(
    title: title,
    x: .log(points.first?.unit ?? "").ticks(at: sizes.map(\.units), labels: sizes.map(\.label)),
    y: .log("time of a step", unit: "ms"), width: 420, height: 330
  ) {
    for (index, count) in threads.enumerated() {
      let curve = points.filter { $0.threads == count }.sorted { $0.units < $1.units }
      Line(
        curve.map(\.units), curve.map(\.ms), label: count == 1 ? "1 thread" : "\(count) threads",
        color: .series(index), hasDots: true)
      if let last = curve.last {
        // Through the largest point, in which fixed costs have the smallest share.
        Line(
          curve.map(\.units), curve.map { last.ms * $0.units / last.units },
          label: index == threads.count - 1 ? "linear" : "", color: .series(index), width: 1,
          dash: .dotted)
      }
    }
  }
}
