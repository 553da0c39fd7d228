import Files
import Plots

/// The results of a method: named values, tables and figures.
///
/// ```swift
/// var results = Results(["log-likelihood": .number(fit.logLikelihood)])
/// results.tables["density.csv"] = ["x": xs, "density": densities]
/// results.figures["figure.svg"] = Figure(title: "Density") { Line(xs, densities) }
/// ```
public struct Results: Sendable {
  /// The named values, in order: the contents of `result.json` and the printed lines.
  public var values: [ResultValue.Entry]
  /// The tables by the names of their files.
  public var tables: [String: ResultTable] = [:]
  /// The figures by the names of their files.
  public var figures: [String: FigureGrid] = [:]
  /// Remarks for the reader, for example that a fit did not converge.
  public var notes: [String] = []

  /// Lines that are only printed, after the values, and not saved.
  public var printed: [String] = []

  /// Names values.
  public init(_ values: KeyValuePairs<String, ResultValue>) {
    self.values = values.map { ResultValue.Entry($0.key, $0.value) }
  }

  /// The value under a name, or nil if there is none; setting an existing one keeps its place.
  public subscript(name: String) -> ResultValue? {
    get { values.first { $0.name == name }?.value }
    set {
      let place = values.firstIndex { $0.name == name }
      guard let newValue else {
        if let place { values.remove(at: place) }
        return
      }
      let entry = ResultValue.Entry(name, newValue)
      if let place { values[place] = entry } else { values.append(entry) }
    }
  }

  /// The number under a name; NaN if there is none.
  public func number(_ name: String) -> Double {
    switch self[name] {
    case .number(let number)?: number
    case .integer(let number)?: Double(number)
    default: .nan
    }
  }

  /// Adds one figure.
  public mutating func add(_ figure: Figure, as name: String = "figure.svg") {
    figures[name] = FigureGrid([figure], columns: 1)
  }

  /// Adds a grid of figures.
  public mutating func add(_ grid: FigureGrid, as name: String = "figure.svg") {
    figures[name] = grid
  }

  /// The lines to print: each value that fits on a line, the printed-only lines, and the notes.
  public var lines: [String] {
    let width = (values.map(\.name.count).max() ?? 0) + 2
    let named = values.map { entry in
      entry.name + ":" + String(repeating: " ", count: width - entry.name.count - 1)
        + entry.value.line
    }
    return named.map { String($0.prefix(300)) } + printed + notes.map { "note: " + $0 }
  }

  /// The files by name, with the values in a file of the given name.
  ///
  /// The values include the notes, if there are any.
  public func files(valuesName: String) throws -> [(name: String, bytes: [UInt8])] {
    var entries = values
    if !notes.isEmpty {
      entries.append(.init("notes", .list(notes.map { .text($0) })))
    }
    let json = try ResultValue.named(entries).json() + "\n"
    var files = [(name: valuesName, bytes: Array(json.utf8))]
    files += tables.sorted { $0.key < $1.key }.map { ($0.key, $0.value.csv) }
    files += figures.sorted { $0.key < $1.key }.map { ($0.key, Array($0.value.svg.utf8)) }
    return files
  }
}
