import CommandLine
import Foundation
import Tensor

/// The time per operation of a program, for a terminal of 80 columns.
///
/// ```
/// operation            direction   calls  seconds  share %  GFLOP/s  GB/s
/// matmul               backward    3,283    6.103     52.4    171.3   4.1
/// affine               forward     1,876    3.341     28.7    168.0   3.9
/// adam                 forward     3,752    2.202     18.9           20.2
/// total                            8,911   11.646    100.0    138.0   7.1
/// The operations took 92.1 % of 12.645 s; the rest is data, files, pictures.
/// ```
struct ProfileTable: CustomStringConvertible {
  private let profile: Profile

  init(_ profile: Profile) {
    self.profile = profile
  }

  /// The lines.
  var description: String {
    let heading = ["operation", "direction", "calls", "seconds", "share %", "GFLOP/s", "GB/s"]
    let rows = [heading] + profile.entries.map(row) + [total]
    let widths = heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        // Words are left-aligned, numbers right-aligned.
        let gap = String(repeating: " ", count: cell.1 - cell.0.count)
        return column < 2 ? cell.0 + gap : gap + cell.0
      }.joined(separator: "  ")
    }
    let trimmed = lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    let share = decimal(100 * profile.seconds / max(profile.elapsedSeconds, 1e-9), 1)
    return trimmed.joined(separator: "\n")
      + "\nThe operations took \(share) % of \(decimal(profile.elapsedSeconds, 3)) s;"
      + " the rest is data, files, pictures."
  }

  private func row(_ entry: Profile.Entry) -> [String] {
    row(
      entry.name, entry.isBackward ? "backward" : "forward", calls: entry.calls,
      seconds: entry.seconds, arithmetic: entry.arithmetic, bytes: entry.bytes)
  }

  private var total: [String] {
    func sum(_ figure: KeyPath<Profile.Entry, Int>) -> Int {
      profile.entries.reduce(0) { $0 + $1[keyPath: figure] }
    }
    return row(
      "total", "", calls: sum(\.calls), seconds: profile.seconds, arithmetic: sum(\.arithmetic),
      bytes: sum(\.bytes))
  }

  private func row(
    _ name: String, _ direction: String, calls: Int, seconds: Double, arithmetic: Int, bytes: Int
  ) -> [String] {
    /// Billions per second; empty for none.
    func rate(_ count: Int) -> String {
      count == 0 || seconds == 0 ? "" : decimal(Double(count) / seconds / 1e9, 1)
    }
    return [
      name, direction, Readable.count(calls), decimal(seconds, 3),
      decimal(100 * seconds / max(profile.seconds, 1e-9), 1), rate(arithmetic), rate(bytes),
    ]
  }

  private func decimal(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}

/// Runs a part of a program and, if requested, prints the time per operation, however the part
/// ends.
public func profiling<Result>(_ isWanted: Bool, _ body: () throws -> Result) rethrows -> Result {
  guard isWanted else { return try body() }
  Profile.start()
  defer { Console.printLines(of: "\(ProfileTable(Profile.stop()))") }
  return try body()
}
