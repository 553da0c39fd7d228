import Files

/// The table of figures by step, `steps.csv`: a row at regular intervals of steps.
///
/// Each write rewrites the whole file, so new rows wait until they amount to a sixteenth of those
/// written: a run can be watched, and a long one does not spend its time on the table.
struct StepLog {
  private let interval: Int
  private var table: CSVFile
  private var waiting: [[CSVFile.Field]] = []
  private var writtenCount = 0

  private static let name = "steps.csv"

  /// Writes a table with only its header.
  init(in folder: RunFolder, columns: [String], interval: Int) throws {
    precondition(
      interval > 0, "StepLog: expected an interval of one step or more, found \(interval)")
    self.interval = interval
    table = try CSVFile(Self.name, in: folder, columns: ["epoch", "step"] + columns)
  }

  /// Cuts the table of a run back to the rows that it had after a step.
  ///
  /// Nothing depends on the table, so a run continues without rows that are lost or cannot be read.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - columns: The names of the figures.
  ///   - interval: The number of steps from row to row.
  ///   - step: The number of steps until the checkpoint.
  ///   - report: Called with a message if rows are missing or the file was changed.
  /// - Throws: `OutputError` if it cannot be written.
  init(
    in folder: RunFolder, columns: [String], interval: Int, resumingAfter step: Int,
    reporting report: (String) -> Void
  ) throws {
    let path = folder.path(of: Self.name)
    let expected = step / interval
    self.interval = interval
    table = CSVFile(notYetWritten: Self.name, in: folder, columns: ["epoch", "step"] + columns)
    do {
      let bytes = [UInt8](try contents(ofFile: path))
      let rows = try StepRows(bytes, path: path, columns: table.columns)
        .upTo(step: step, every: interval)
      table.add(rows)
      writtenCount = rows.count
      if rows.count < expected {
        report(
          "'\(path)': expected a row for every \(interval) steps until step \(step), \(expected) in"
            + " all, found \(rows.count); the run continues without the others")
      } else if !bytes.starts(with: table.text.utf8) {
        report("'\(path)' was saved in another form; its rows are used as they are")
      }
    } catch let error as UnreadableFile where error.isMissing && expected == 0 {
      // No row was due yet.
    } catch {
      report("\(error); the run continues, and the table begins after step \(step)")
    }
    try table.write()
  }

  /// Adds the figures of a step, counted from 1 over the whole run, if it falls on the interval.
  mutating func add(_ figures: [Double], epoch: Int, step: Int) throws {
    guard step.isMultiple(of: interval) else { return }
    waiting.append([.integer(epoch), .integer(step)] + figures.map { .number($0) })
    if 16 * waiting.count > writtenCount { try writeWaiting() }
  }

  /// Writes the waiting rows.
  mutating func writeWaiting() throws {
    if waiting.isEmpty { return }
    try table.append(contentsOf: waiting)
    writtenCount += waiting.count
    waiting = []
  }
}
