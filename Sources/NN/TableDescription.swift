import Files
import Foundation

/// The names of a table's columns, and their units.
///
/// They convert standardised rows back to the units of the file. A model trained on a table stores
/// the description in its own file.
public struct TableDescription: Codable, Equatable, Sendable {
  /// The name of the description in a model's file.
  public static let detailName = "table"

  /// The names of the columns.
  public let columns: [String]
  /// Converts the file's units to those of the rows, and back.
  public let standardization: Standardization

  /// Combines names and units, one of each per column.
  public init(columns: [String], standardization: Standardization) {
    precondition(
      columns.count == standardization.means.count
        && columns.count == standardization.deviations.count,
      "TableDescription: expected as many names as columns, found \(columns.count) and"
        + " \(standardization.means.count)")
    self.columns = columns
    self.standardization = standardization
  }

  /// Reads a text written by ``text``, or an untrusted one; nil if it does not describe this many
  /// columns with finite numbers and deviations above 0.
  public init?(text: String, columns count: Int) {
    guard let read = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)),
      read.columns.count == count, read.standardization.means.count == count,
      read.standardization.deviations.count == count,
      read.standardization.means.allSatisfy(\.isFinite),
      read.standardization.deviations.allSatisfy({ $0.isFinite && $0 > 0 })
    else { return nil }
    self = read
  }

  /// The description as JSON.
  public var text: String { compactJSON(of: self) }
}
