import Files
import Settings

/// An error in a table, or in what is requested of it.
public enum TableError: Error, Equatable, Sendable {
  /// The file is empty.
  case empty(path: String)
  /// There are no rows, or only a heading.
  case noRows(path: String)
  /// An array has neither one nor two dimensions.
  case notATable(path: String, shape: [Int])
  /// There are more columns than the limit.
  case tooManyColumns(path: String, limit: Int)
  /// A row's number of fields differs from the first row's.
  case fieldCount(path: String, position: TablePosition, expected: Int, found: Int)
  /// A field of a column of numbers is missing (then `found` is empty), not a number or not finite.
  case notANumber(
    path: String, position: TablePosition, place: Int, column: String, found: String,
    isTarget: Bool)
  /// The class of a row is missing.
  case missingClass(path: String, position: TablePosition, place: Int, column: String)
  /// A column to predict has more distinct texts than classes are allowed.
  case tooManyClasses(path: String, column: String, limit: Int)
  /// There is no column of that name; the existing names are given.
  case unknownColumn(path: String, found: String, names: [String])
  /// All columns are left out.
  case noColumns(path: String)
  /// A column has a number beyond the range of float32.
  case tooLarge(path: String, column: String, found: Double)
  /// There are too few rows for training and testing.
  case tooFewRows(path: String, found: Int)
  /// A row has a negative weight.
  case negativeWeight(path: String, column: String, row: Int, found: Double)
  /// All weights are zero.
  case noWeight(path: String, column: String)
}

extension TableError: CustomStringConvertible {
  /// One line with the file, the position, what was expected and what was found.
  public var description: String {
    switch self {
    case .empty(let path):
      "\(path): expected a table, found an empty file"
    case .noRows(let path):
      "\(path): expected at least one row, found none"
    case .notATable(let path, let shape):
      "\(path): expected an array of one or two dimensions, found the shape \(shape)"
    case .tooManyColumns(let path, let limit):
      "\(path): expected at most \(limit) columns, found more"
    case .fieldCount(let path, let position, let expected, let found):
      "\(path), \(position): expected \(fields(expected)) as in the first row, found \(found)"
    case .notANumber(let path, let position, let place, let column, let found, let isTarget):
      "\(path), \(position), \(name(column, place)): expected a finite number, found"
        + " \(found.isEmpty ? "an empty field" : "'\(found.prefix(60))'")"
        + (isTarget ? "" : "; to leave the column out: --without \(option(column))")
    case .missingClass(let path, let position, let place, let column):
      "\(path), \(position), \(name(column, place)): expected a class, found an empty field"
    case .tooManyClasses(let path, let column, let limit):
      "\(path): expected at most \(limit) distinct texts in column '\(column)', the one to predict,"
        + " found more"
    case .unknownColumn(let path, let found, let names):
      "\(path): expected the name of a column, found '\(found)'; \(advice(found, names))"
    case .noColumns(let path):
      "\(path): expected at least one column, found all of them left out"
    case .tooLarge(let path, let column, let found):
      "\(path): expected numbers up to \(Float.greatestFiniteMagnitude) in column '\(column)', found"
        + " \(found)"
    case .tooFewRows(let path, let found):
      "\(path): expected at least 2 rows, for training and testing, found \(found)"
    case .negativeWeight(let path, let column, let row, let found):
      "\(path), row \(row) without the heading: expected a weight of at least 0 in column '\(column)',"
        + " found \(found)"
    case .noWeight(let path, let column):
      "\(path): expected a positive weight in column '\(column)', found only zeros"
    }
  }
}

/// The column in messages; one without a name is identified by its position.
private func name(_ column: String, _ place: Int) -> String {
  column == "\(place)" ? "column \(place)" : "column \(place) '\(column)'"
}

private func fields(_ count: Int) -> String { "\(count) \(count == 1 ? "field" : "fields")" }

/// A suggestion for the intended name if one is near, and otherwise the existing names.
private func advice(_ found: String, _ names: [String]) -> String {
  if let near = nearest(to: found, among: names) { return "did you mean '\(near)'?" }
  let shown = names.prefix(20).joined(separator: ", ")
  return "there are \(shown)\(names.count > 20 ? " and \(names.count - 20) more" : "")"
}

/// A name as typed in a shell after an option for names.
private func option(_ name: String) -> String { shellWord(NameList([name]).record.description) }
