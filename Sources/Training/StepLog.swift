import Foundation

/// The table of single steps' figures, `steps.csv`: a row every so many steps.
///
/// Each writing is of the whole file, so rows wait until they are a sixteenth of those written: a
/// run can be watched, and a long one does not spend its time on the table.
struct StepLog {
  private let interval: Int
  private var table: CSVFile
  private var waiting: [[CSVFile.Field]] = []
  private var writtenCount = 0

  /// Writes a table that has only its header.
  init(in folder: RunFolder, columns: [String], interval: Int) throws {
    precondition(
      interval > 0, "StepLog: expected an interval of one step or more, found \(interval)")
    self.interval = interval
    table = try CSVFile("steps.csv", in: folder, columns: ["epoch", "step"] + columns)
  }

  /// Cuts the table of a run back to the rows that it had after a step.
  ///
  /// - Throws: `CheckpointError` if it has not all of them.
  init(in folder: RunFolder, columns: [String], interval: Int, resumingAfter step: Int) throws {
    let (name, columns) = ("steps.csv", ["epoch", "step"] + columns)
    let path = folder.path(of: name)
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw CheckpointError.damaged(path: path, reason: "it is not there or cannot be read")
    }
    let count = step / interval
    let lines = text.split(separator: "\n", maxSplits: count + 1).prefix(count + 1)
    self.interval = interval
    table = try CSVFile(
      name, in: folder, columns: columns, resuming: lines.joined(separator: "\n") + "\n")
    let steps = table.rows.map { $0[1] }
    guard steps == (1...).prefix(count).map({ Double($0 * interval) }) else {
      throw CheckpointError.damaged(
        path: path, reason: "expected a row for every \(interval) steps until step \(step)")
    }
    try table.write()
    writtenCount = count
  }

  /// Takes the figures of a step, counted from 1 over the whole run, if it is its turn.
  mutating func add(_ figures: [Double], epoch: Int, step: Int) throws {
    guard step.isMultiple(of: interval) else { return }
    waiting.append([.integer(epoch), .integer(step)] + figures.map { .number($0) })
    if 16 * waiting.count > writtenCount { try writeWaiting() }
  }

  /// Writes the rows that still wait.
  mutating func writeWaiting() throws {
    if waiting.isEmpty { return }
    try table.append(contentsOf: waiting)
    writtenCount += waiting.count
    waiting = []
  }
}
