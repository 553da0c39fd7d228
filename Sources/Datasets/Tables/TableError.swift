import Files
import Settings

/// What can be wrong with a table, or with what is asked of it.
public enum TableError: Error, Equatable, Sendable {
  /// There is nothing in the file.
  case empty(path: String)
  /// There is no row, or only a heading.
  case noRows(path: String)
  /// An array has neither one nor two dimensions.
  case notATable(path: String, shape: [Int])
  /// There are more columns than are read.
  case tooManyColumns(path: String, limit: Int)
  /// A row has another number of fields than the first one.
  case fieldCount(path: String, position: TablePosition, expected: Int, found: Int)
  /// A field of a column of numbers is missing (then `found` is empty), no number or not finite.
  case notANumber(
    path: String, position: TablePosition, place: Int, column: String, found: String,
    isTarget: Bool)
  /// The class of a row is missing.
  case missingClass(path: String, position: TablePosition, place: Int, column: String)
  /// A column to predict has more different texts than there can be classes.
  case tooManyClasses(path: String, column: String, limit: Int)
  /// There is no column of that name; these are the names there are.
  case unknownColumn(path: String, found: String, names: [String])
  /// All columns are left out.
  case noColumns(path: String)
  /// A column has a number that float32 does not hold.
  case tooLarge(path: String, column: String, found: Double)
  /// There are too few rows to train on some and to test with others.
  case tooFewRows(path: String, found: Int)
  /// A row has a negative weight.
  case negativeWeight(path: String, column: String, row: Int, found: Double)
  /// All weights are zero.
  case noWeight(path: String, column: String)
}

extension TableError: CustomStringConvertible {
  /// One line for a person: the file, the place, what was expected, what was found.
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
      "\(path): expected at most \(limit) different texts in column '\(column)', which is to be predicted,"
        + " found more"
    case .unknownColumn(let path, let found, let names):
      "\(path): expected the name of a column, found '\(found)'; \(advice(found, names))"
    case .noColumns(let path):
      "\(path): expected at least one column, found all of them left out"
    case .tooLarge(let path, let column, let found):
      "\(path): expected numbers up to \(Float.greatestFiniteMagnitude) in column '\(column)', found"
        + " \(found)"
    case .tooFewRows(let path, let found):
      "\(path): expected at least 2 rows, to train on and to test with, found \(found)"
    case .negativeWeight(let path, let column, let row, let found):
      "\(path), row \(row) without the heading: expected a weight of at least 0 in column '\(column)',"
        + " found \(found)"
    case .noWeight(let path, let column):
      "\(path): expected a positive weight in column '\(column)', found only zeros"
    }
  }
}

/// The column as messages name it; one without a name of its own is its place.
private func name(_ column: String, _ place: Int) -> String {
  column == "\(place)" ? "column \(place)" : "column \(place) '\(column)'"
}

private func fields(_ count: Int) -> String { "\(count) \(count == 1 ? "field" : "fields")" }

/// The name that was meant, if there is one near, and otherwise those there are.
private func advice(_ found: String, _ names: [String]) -> String {
  if let near = nearest(to: found, among: names) { return "did you mean '\(near)'?" }
  let shown = names.prefix(20).joined(separator: ", ")
  return "there are \(shown)\(names.count > 20 ? " and \(names.count - 20) more" : "")"
}

/// A name as it can be typed in a shell behind an option of names.
private func option(_ name: String) -> String { shellWord(NameList([name]).record.description) }
