import Plots

/// Plots two-dimensional codes as points, coloured by label.
///
/// Codes of images crowd in the centre with a few far out. If the outer tenths of the codes take up
/// half of an axis or more, a second panel shows the middle without them.
///
/// - Parameters:
///   - codes: The coordinates of each code in turn, `[labels.count, 2]`; codes that are not finite
///     are left out.
///   - labels: The label of each code.
public func codesFigure(_ codes: [Float], labels: [Int]) -> FigureGrid {
  precondition(
    codes.count == 2 * labels.count,
    "codesFigure: expected two coordinates for each of \(labels.count) labels, found \(codes.count)"
  )
  let coordinates = (0..<2).map { axis in labels.indices.map { Double(codes[2 * $0 + axis]) } }
  func panel(_ title: String, _ ranges: [ClosedRange<Double>?]) -> Figure {
    Figure(
      title: title, x: .linear("z₁", range: ranges[0]), y: .linear("z₂", range: ranges[1]),
      width: 420, height: 420
    ) {
      Scatter(coordinates[0], coordinates[1], classes: labels)
    }
  }
  let middles = coordinates.map(middle)
  let title = "Codes of the test images"
  guard middles.contains(where: { $0?.isNarrow == true }) else {
    return Figure.grid([panel(title, [nil, nil])], columns: 1)
  }
  let inner = panel("The middle 80 % along each axis", middles.map { $0?.range })
  // One below the other, so that their texts can be read on a phone.
  return Figure.grid([panel("All", [nil, nil]), inner], columns: 1, title: title)
}

/// The range of the middle eight tenths of some values, and whether it is less than half of the
/// whole range; nil for too few values.
private func middle(_ values: [Double]) -> (range: ClosedRange<Double>, isNarrow: Bool)? {
  let sorted = values.filter(\.isFinite).sorted()
  guard let first = sorted.first, let last = sorted.last, sorted.count >= 50 else { return nil }
  let (low, high) = (sorted[sorted.count / 10], sorted[sorted.count * 9 / 10])
  return (low...high, high - low < (last - first) / 2)
}
