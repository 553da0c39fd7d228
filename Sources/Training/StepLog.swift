/// The table of single steps' figures, `steps.csv`: a row every so many steps.
///
/// Rows are kept and written together, because each writing is of the whole file.
struct StepLog {
  private let interval: Int
  private var table: CSVFile
  private var rows: [[CSVFile.Field]] = []

  /// Writes a table that has only its header.
  init(in folder: RunFolder, columns: [String], interval: Int) throws {
    precondition(
      interval > 0, "StepLog: expected an interval of one step or more, found \(interval)")
    self.interval = interval
    table = try CSVFile("steps.csv", in: folder, columns: ["epoch", "step"] + columns)
  }

  /// Takes the figures of a step, counted from 1 over the whole run, if it is its turn.
  mutating func add(_ figures: [Double], epoch: Int, step: Int) {
    guard step.isMultiple(of: interval) else { return }
    rows.append([.integer(epoch), .integer(step)] + figures.map { .number($0) })
  }

  /// Writes the rows that have been added since the last time.
  mutating func write() throws {
    if rows.isEmpty { return }
    try table.append(contentsOf: rows)
    rows = []
  }
}
