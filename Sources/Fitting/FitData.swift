import Datasets
import Inference
import Settings
import Tensor

/// The rows that a method is fitted to.
public struct FitData: Sendable {
  /// The file, as named in error messages.
  public let path: String
  /// The columns, `[count, names.count]`, float64; NaN where a method allows missing numbers.
  public private(set) var points: Tensor
  /// The names of the columns.
  public let names: [String]
  /// The column to predict, if one was named.
  public let target: SelectedTable.Target?
  /// Its name.
  public let targetName: String?
  /// The weights of the rows, `[count]`, if a column has them.
  public let weights: Tensor?

  /// The number of rows.
  public var count: Int { points.shape[0] }

  /// Reads the table that the settings name and selects its columns.
  ///
  /// - Throws: ``FitError/noData`` if they name none, and the errors of reading a table.
  public init(reading settings: FitSettings, allowingMissing: Bool = false) throws {
    guard let path = settings.data else { throw FitError.noData }
    self.init(
      try Table(path: path).selecting(
        columns: settings.columns?.names, without: settings.without?.names ?? [],
        target: settings.target, weights: settings.weights, allowingMissing: allowingMissing))
  }

  /// Takes the selected part of a table.
  public init(_ table: SelectedTable) {
    path = table.path
    points = table.rows()
    names = table.names
    target = table.target
    targetName = table.targetName
    weights = table.weights.map { Tensor($0, dtype: .float64) }
  }

  /// The number of rows, or the sum of their weights.
  var totalWeight: Double { weights?.sum().scalar ?? Double(count) }

  /// The weighted mean of numbers or vectors, one for each row, `[count, …]`.
  func rowMean(_ x: Tensor) -> Tensor {
    guard let weights else { return x.mean(along: 0) }
    let shares = (weights / weights.sum()).expanded(at: 0)
    return shares.matmul(x.rank == 1 ? x.expanded(at: 1) : x).reshaped(
      to: Array(x.shape.dropFirst()))
  }

  /// The variance of each column about its mean, divided by the total weight, `[names.count]`.
  var variances: Tensor { rowMean(square(points - rowMean(points))) }

  /// The rows, centred and divided by each column's standard deviation (1/n), with the means and
  /// deviations, `[names.count]`.
  ///
  /// - Throws: ``FitError`` for a constant column.
  func standardized() throws(FitError) -> (data: FitData, means: Tensor, deviations: Tensor) {
    let (means, deviations) = (rowMean(points), sqrt(variances))
    if let column = deviations.doubles.firstIndex(of: 0) {
      throw .unsuitable(
        path: path, expected: "varying numbers in column '\(names[column])'",
        found: "one value in all rows; leave it out with --without")
    }
    var data = self
    data.points = (points - means) / deviations
    return (data, means, deviations)
  }

  /// The numbers of a column, in the order of the rows.
  public func column(_ index: Int) -> [Double] {
    let (values, width) = (points.doubles, names.count)
    return (0..<count).map { values[$0 * width + index] }
  }

  /// The numbers to predict, `[count]`.
  ///
  /// - Throws: ``FitError`` if the target has classes or was not named.
  public func targetNumbers() throws(FitError) -> Tensor {
    switch target {
    case .numbers(let numbers)?: return Tensor(numbers, dtype: .float64)
    case .classes?: throw .targetIsText(path: path, column: targetName ?? "")
    case nil: throw .noTarget(path: path, kind: "numbers")
    }
  }

  /// The classes to predict: an index for each row, and their names.
  ///
  /// In a column of numbers, each distinct number is a class, in ascending order.
  ///
  /// - Throws: ``FitError`` without a target, and for fewer than two classes or more than a thousand.
  public func targetClasses() throws(FitError) -> (labels: [Int], names: [String]) {
    let classes: (labels: [Int], names: [String])
    switch target {
    case .classes(let labels, let names)?: classes = (labels, names)
    case .numbers(let numbers)?:
      let values = Set(numbers).sorted()
      guard values.count <= SelectedTable.largestClassCount else {
        throw .tooManyClasses(
          path: path, column: targetName ?? "", found: values.count)
      }
      let places = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
      classes = (
        numbers.map { places[$0] ?? 0 },
        values.map { Int(exactly: $0).map(String.init) ?? "\($0)" }
      )
    case nil: throw .noTarget(path: path, kind: "classes")
    }
    guard classes.names.count > 1 else {
      throw .oneClass(path: path, column: targetName ?? "", name: classes.names.first ?? "")
    }
    return classes
  }
}

/// An error in the data of a fit.
public enum FitError: Error, Equatable, Sendable {
  /// A method needs a table, and none was named.
  case noData
  /// A method needs a column to predict.
  case noTarget(path: String, kind: String)
  /// A method predicts numbers, and the column contains texts.
  case targetIsText(path: String, column: String)
  /// The column to predict has only one value.
  case oneClass(path: String, column: String, name: String)
  /// The column to predict has more values than classes are allowed.
  case tooManyClasses(path: String, column: String, found: Int)
  /// A method needs a different number of columns.
  case columnCount(path: String, expected: String, found: Int)
  /// A method needs other values: what it expected and found.
  case unsuitable(path: String, expected: String, found: String)
  /// An option that has an effect only with another, and what was found of that one.
  case needed(String, by: String, found: String = "none")
  /// An invalid corpus.
  case corpus(path: String, CorpusError)
  /// A model that a sampler does not support, and the methods that do.
  case noSampler(method: String, model: String, others: [String])
  /// A posterior that a method cannot approximate.
  case noPosterior(method: String, reason: String)
}

extension FitError: CustomStringConvertible {
  /// The error in one line.
  public var description: String {
    switch self {
    case .noData: "expected a table to fit to, found none; name it with --data"
    case .noTarget(let path, let kind):
      "\(path): expected a column with the \(kind) to predict, found none; name it with --target"
    case .targetIsText(let path, let column):
      "\(path): expected numbers in column '\(column)', the one to predict, found texts"
    case .oneClass(let path, let column, let name):
      "\(path): expected at least two classes in column '\(column)', found only '\(name)'"
    case .tooManyClasses(let path, let column, let found):
      "\(path): expected at most \(SelectedTable.largestClassCount) classes in column '\(column)', found"
        + " \(found) distinct numbers"
    case .columnCount(let path, let expected, let found):
      "\(path): expected \(expected), found \(found); choose some with --columns"
    case .unsuitable(let path, let expected, let found):
      "\(path): expected \(expected), found \(found)"
    case .needed(let option, let other, let found):
      "expected --\(option) with --\(other), found \(found)"
    case .corpus(let path, let error): "\(path): \(error)"
    case .noSampler(let method, let model, let others):
      "expected a model that \(method) can sample, found \(model); choose --method"
        + " \(alternatives(others))"
    case .noPosterior(let method, let reason): "\(method): \(reason)"
    }
  }
}
