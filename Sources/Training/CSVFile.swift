import Tensor

/// A table of numbers in a run folder, such as `loss.csv`: a header, then a row for each epoch.
///
/// The file on disk is complete after every row, so that it can be plotted while the run continues.
/// Numbers are written in the shortest form that reads back as the same value, in every locale, and
/// nothing depends on the clock: the same run writes the same bytes.
///
/// ```swift
/// var losses = try CSVFile("loss.csv", in: folder, columns: ["epoch", "train_loss"])
/// try losses.append([.integer(1), .number(128.25)])   // "1,128.25"
/// ```
public struct CSVFile: Sendable {
  /// One number of a row.
  public enum Field: Equatable, Sendable {
    /// A whole number.
    case integer(Int)
    /// A number in double precision.
    case number(Double)
    /// A number in single precision, printed with the fewer digits that this precision needs.
    case single(Float)
    /// An empty field: the column has no value in this row.
    case empty
  }

  /// The name of the file in its folder.
  public let name: String

  /// The names of the columns, in order.
  public let columns: [String]

  private let folder: RunFolder
  /// The contents of the file.
  private(set) var text: String

  /// Writes a table with only its header.
  ///
  /// - Throws: `OutputError` if the file cannot be written.
  public init(_ name: String, in folder: RunFolder, columns: [String]) throws {
    self.init(notYetWritten: name, in: folder, columns: columns)
    try write()
  }

  /// Creates a table with only its header, which is not written yet.
  init(notYetWritten name: String, in folder: RunFolder, columns: [String]) {
    self.name = name
    self.folder = folder
    self.columns = columns
    text = columns.joined(separator: ",") + "\n"
  }

  /// Reopens the table of a resumed run, with the rows that it had at a checkpoint.
  ///
  /// - Parameters:
  ///   - name: The name of the file in its folder.
  ///   - folder: The run's folder.
  ///   - columns: The names of the columns, in order.
  ///   - text: The contents of the file: the header and rows of finite numbers.
  /// - Throws: `CheckpointError` if it contains anything else.
  init(_ name: String, in folder: RunFolder, columns: [String], resuming text: String) throws {
    self.name = name
    self.folder = folder
    self.columns = columns
    self.text = text
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 1, lines[0] == columns.joined(separator: ","), lines.last == "",
      rows.allSatisfy({ $0.count == columns.count && $0.allSatisfy(\.isFinite) })
    else {
      throw CheckpointError.damaged(
        path: folder.path(of: name),
        reason: "its rows are not numbers of the columns \(columns.joined(separator: ", "))")
    }
  }

  /// The numbers of the rows; NaN for fields that are not numbers.
  var rows: [[Double]] {
    text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
    }
  }

  /// Adds a row, which must have one field for each column.
  ///
  /// The whole file is rewritten, because rows are few and appending could leave a partial row. If
  /// writing fails, the table is unchanged.
  ///
  /// - Throws: `OutputError` if the file cannot be written.
  public mutating func append(_ row: [Field]) throws {
    try append(contentsOf: [row])
  }

  /// Adds rows, each with one field for each column, and writes the file once.
  ///
  /// - Throws: `OutputError` if the file cannot be written; the table is then unchanged.
  public mutating func append(contentsOf rows: [[Field]]) throws {
    var longer = self
    longer.add(rows)
    try longer.write()
    self = longer
  }

  /// Adds rows without writing them yet.
  mutating func add(_ rows: [[Field]]) {
    for row in rows {
      precondition(
        row.count == columns.count,
        "\(name): a row of \(row.count) fields for \(columns.count) columns")
      text += row.map(\.description).joined(separator: ",") + "\n"
    }
  }

  /// Writes the file.
  ///
  /// - Throws: `OutputError` if it cannot be written.
  func write() throws { try folder.write(text, to: name) }
}

extension CSVFile.Field: CustomStringConvertible {
  /// The number as written in the file.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .single(let value): "\(value)"
    case .empty: ""
    }
  }
}
