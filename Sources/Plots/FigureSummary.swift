extension Figure {
  /// The figure in words: its axes and its marks.
  var words: String {
    let outlines = marks.map(\.outline)
    func axis(_ name: String, _ axis: Axis, _ own: (MarkOutline) -> Interval) -> String {
      let interval = outlines.map(own).reduce(Interval()) { $0.union($1) }
      let heading = axis.name.isEmpty ? "\(name) axis" : "\(name) axis: \(axis.name)"
      switch axis.kind {
      case .categories(let names): return "\(heading), \(names.joined(separator: ", "))."
      case .linear, .logarithmic:
        let low =
          axis.range?.lowerBound ?? (axis.isLogarithmic ? interval.lowestPositive : interval.low)
        let high = axis.range?.upperBound ?? interval.high
        let scale = axis.isLogarithmic ? ", logarithmic" : ""
        if low > high { return "\(heading)\(scale)." }
        return "\(heading)\(scale), from \(Plots.words(low)) to \(Plots.words(high))."
      }
    }
    let shown = outlines.map(\.words).filter { !$0.isEmpty }
    var sentences = [axis("Horizontal", x, \.x), axis("Vertical", y, \.y)]
    sentences += shown.prefix(Self.mostMarks).map { $0 + "." }
    if shown.count > Self.mostMarks {
      sentences.append("And \(shown.count - Self.mostMarks) more.")
    }
    return sentences.joined(separator: " ")
  }

  /// The number of marks described before the rest is only counted.
  private static let mostMarks = 12
}

/// The description of a mark, preceded by its label: `train: line through 30 points`.
func words(_ label: String, _ description: String) -> String {
  label.isEmpty ? description : "\(label): \(description)"
}

/// A number of things: `1 point`, `30 points`.
func words(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }
