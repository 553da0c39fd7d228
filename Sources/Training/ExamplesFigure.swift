import NN
import Plots
import Tensor

/// Plots examples that are not images: points in the plane as points, values as histograms.
///
/// - Parameters:
///   - examples: Groups of examples, `[count, features]` each, with the name of each group.
///   - names: The names of the features; by default their numbers.
///   - title: The title.
/// - Returns: For two features, a panel of points for each group; otherwise a histogram of each of
///   the first nine features, with all groups on top of each other.
public func examplesFigure(
  _ examples: KeyValuePairs<String, Tensor>, names: [String]? = nil, title: String = ""
) -> FigureGrid {
  let count = examples.first?.value.shape.last ?? 0
  let names = names ?? (1...max(1, count)).map { count == 1 ? "x" : "x\($0)" }
  if count == 2 {
    let panels = examples.map { name, points in
      Figure(
        title: name, x: .linear(names[0]), y: .linear(names[1]), width: 330, height: 330
      ) {
        Scatter(column(0, of: points), column(1, of: points), size: 2.5, opacity: 0.6)
      }
    }
    return Figure.grid(panels, columns: 2, sharing: [.x, .y], title: title)
  }
  let shown = min(count, 9)
  let panels = (0..<shown).map { feature in
    Figure(x: .linear(names[feature]), y: .linear("density"), width: 260, height: 220) {
      for (name, values) in examples {
        Histogram(column(feature, of: values), measure: .density, label: name)
      }
    }
  }
  let rest = count > shown ? "The first \(shown) of \(count) columns." : ""
  return Figure.grid(panels, columns: min(3, shown), title: title, caption: rest)
}

/// A column of a table of rows.
func column(_ index: Int, of rows: Tensor) -> [Double] {
  let (values, width) = (rows.doubles, rows.shape[rows.rank - 1])
  return (0..<values.count / width).map { values[$0 * width + index] }
}
