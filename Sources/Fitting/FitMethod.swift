import Results
import Settings
import Tensor

/// A method of `pushforward fit`: its settings, and what it finds in a table.
///
/// A method is one file and one row of ``fitRegistry``. Its properties are declared with `@Setting` and
/// are its options; those that all methods share (the table, its columns, the weights, the folder, the
/// seed) are in ``FitSettings``.
///
/// ```swift
/// struct KMeansFit: FitMethod {
///   static let name = "k-means"
///   static let summary = "clusters with the nearest of K centres (Lloyd 1982)"
///   @Setting("clusters", in: 1...10_000) var clusters = 3
///   init() {}
///   func fit(_ data: FitData, using random: Random) throws -> Results { … }
/// }
/// ```
public protocol FitMethod: SettingGroup {
  /// What it is called on the command line: `k-means`.
  static var name: String { get }
  /// What it is, in a few words, with its source.
  static var summary: String { get }
  /// More for its help; empty if nothing is to be said.
  static var notes: String { get }
  /// Whether rows may have missing numbers, which are NaN then.
  static var allowsMissing: Bool { get }
  /// Why rows cannot be weighted, in a sentence without its dot; nil where `--weights` is an option.
  static var noWeights: String? { get }
  /// Whether a column to predict is needed.
  static var needsTarget: Bool { get }
  /// Whether a column to predict may be named.
  static var takesTarget: Bool { get }
  /// Whether data must be given.
  static var needsData: Bool { get }

  /// Fits the method to rows.
  ///
  /// - Returns: The estimates for `result.json`, tables, figures.
  /// - Throws: ``FitError`` or the method's own error for data that it cannot be fitted to.
  func fit(_ data: FitData, using random: Random) throws -> Results

  /// Reads what the settings name, by default a table, and fits the method to it.
  ///
  /// - Throws: What reading and fitting throw.
  func fit(reading settings: FitSettings, using random: Random) throws -> Results
}

extension FitMethod {
  /// Nothing.
  public static var notes: String { "" }
  /// False.
  public static var allowsMissing: Bool { false }
  /// Rows can be weighted.
  public static var noWeights: String? { nil }
  /// False.
  public static var needsTarget: Bool { false }
  /// Where one is needed.
  public static var takesTarget: Bool { needsTarget }
  /// True.
  public static var needsData: Bool { true }

  /// Fits the method to the table that the settings name.
  public func fit(reading settings: FitSettings, using random: Random) throws -> Results {
    try fit(FitData(reading: settings, allowingMissing: Self.allowsMissing), using: random)
  }
}

/// What all methods of `pushforward fit` can be told.
public struct FitSettings: SettingGroup {
  /// The table.
  @Setting("table to fit to (.csv, .npy)", placeholder: "FILE", absence: "must be given")
  public var data: String? = nil
  /// Columns to take.
  @Setting("columns to take", absence: "all") public var columns: NameList? = nil
  /// Columns to leave out.
  @Setting("columns to leave out", absence: "none") public var without: NameList? = nil
  /// Column to be predicted.
  @Setting("column to be predicted", placeholder: "NAME", absence: "none")
  public var target: String? = nil
  /// Column that says how often each row counts.
  @Setting("column that says how often each row counts", placeholder: "NAME", absence: "all equal")
  public var weights: String? = nil
  /// Folder in which the fit's own folder is made.
  @Setting("folder in which the fit's own folder is made", placeholder: "DIR")
  public var out = "runs"
  /// Seed of all that is random.
  @Setting("seed of all that is random", in: .atLeast(0)) public var seed = 0
  /// Threads.
  @Setting("threads; results do not depend on it", in: 1...256, absence: "all processors")
  public var threads: Int? = nil
  /// Whether nothing but errors is printed.
  @Setting("print nothing but errors") public var quiet = false

  /// The defaults.
  public init() {}
}
