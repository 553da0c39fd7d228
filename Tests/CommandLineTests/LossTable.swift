import Foundation
import Testing

/// A `loss.csv` or a similar table, read in strict accordance with its format.
struct LossTable {
  /// The columns of `train-vae`.
  static let vae =
    "epoch,step,train_loss,train_reconstruction,train_kl,test_loss,test_reconstruction,test_kl"

  let rows: [[String: Double]]

  /// Reads the table of a run, which must have this header; an incomplete or non-numeric line fails
  /// the test.
  init(
    of run: String, in workspace: Workspace, header: String = vae, name: String = "loss.csv"
  ) throws {
    let text = String(decoding: try workspace.contents(of: "\(run)/\(name)"), as: UTF8.self)
    try #require(text.hasSuffix("\n"))
    let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    try #require(lines.first.map(String.init) == header)
    let columns = header.split(separator: ",").map(String.init)
    rows = try lines.dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      try #require(fields.count == columns.count, "\(line)")
      let values = try fields.map { try #require(Double($0), "\(line)") }
      try #require(values.allSatisfy { $0.isFinite }, "\(line)")
      return Dictionary(uniqueKeysWithValues: zip(columns, values))
    }
  }

  /// One column, a number per epoch.
  func column(_ name: String) -> [Double] { rows.map { $0[name] ?? .nan } }
}
