extension Tensor: CustomStringConvertible {
  /// The shape, the element type and the values, with the middle of long axes left out.
  ///
  /// ```
  /// Tensor [2, 3] float32
  /// [[1.0, 2.0, 3.0],
  ///  [4.0, 5.0, 6.0]]
  /// ```
  public var description: String {
    // An empty tensor may have 2⁴⁷ rows.
    "Tensor \(shape) \(dtype)\n"
      + (count == 0 ? "[]" : text(of: 0, from: 0, texts: elementTexts, indent: 1))
  }

  /// The number of values shown at each end of a long axis.
  private static let shownAtEachEnd = 3

  /// The indices shown of an axis of this size; `nil` stands for the omitted ones.
  private static func shownIndices(_ size: Int) -> [Int?] {
    if size <= 2 * shownAtEachEnd + 1 { return Array(0..<size) }
    return Array(0..<shownAtEachEnd) + [nil] + Array(size - shownAtEachEnd..<size)
  }

  private var elementTexts: (Int) -> String {
    switch dtype {
    case .float32: { "\((pointer + $0 * 4).load(as: Float.self))" }
    case .float64: { "\((pointer + $0 * 8).load(as: Double.self))" }
    }
  }

  private func text(
    of axis: Int, from offset: Int, texts: (Int) -> String, indent: Int
  ) -> String {
    if axis == rank { return texts(offset) }
    let stride = shape[(axis + 1)...].reduce(1, *)
    let parts = Self.shownIndices(shape[axis]).map { index in
      index.map {
        text(of: axis + 1, from: offset + $0 * stride, texts: texts, indent: indent + 1)
      } ?? "…"
    }
    let isInnermost = axis == rank - 1
    let separator = isInnermost ? ", " : ",\n" + String(repeating: " ", count: indent)
    return "[" + parts.joined(separator: separator) + "]"
  }
}
