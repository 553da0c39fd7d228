import Results
import Settings
import Tensor

/// A method of `pushforward fit`: its settings, and the fit of a table.
///
/// A method is one file and one row of ``fitRegistry``. Its options are properties declared with
/// `@Setting`; the options that all methods share (the table, its columns, the weights, the folder,
/// the seed) are in ``FitSettings``.
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
  /// The name on the command line: `k-means`.
  static var name: String { get }
  /// A description in a few words, with its source.
  static var summary: String { get }
  /// Further text for the help; empty for none.
  static var notes: String { get }
  /// Whether rows may have missing numbers, represented as NaN.
  static var allowsMissing: Bool { get }
  /// The reason why rows cannot be weighted, a sentence without its full stop; nil if `--weights`
  /// is an option.
  static var noWeights: String? { get }
  /// Whether a column to predict is required.
  static var needsTarget: Bool { get }
  /// Whether a column to predict may be named.
  static var takesTarget: Bool { get }
  /// Whether data are required.
  static var needsData: Bool { get }

  /// Fits the method to rows.
  ///
  /// - Returns: The estimates for `result.json`, tables, figures.
  /// - Throws: ``FitError`` or the method's own error for data that cannot be fitted.
  func fit(_ data: FitData, using random: Random) throws -> Results

  /// Reads the data that the settings name, by default a table, and fits the method to them.
  ///
  /// - Throws: The errors of reading and fitting.
  func fit(reading settings: FitSettings, using random: Random) throws -> Results
}

extension FitMethod {
  /// Empty by default.
  public static var notes: String { "" }
  /// False by default.
  public static var allowsMissing: Bool { false }
  /// Nil by default: rows can be weighted.
  public static var noWeights: String? { nil }
  /// False by default.
  public static var needsTarget: Bool { false }
  /// By default, only if one is required.
  public static var takesTarget: Bool { needsTarget }
  /// True by default.
  public static var needsData: Bool { true }

  /// Fits the method to the table that the settings name.
  public func fit(reading settings: FitSettings, using random: Random) throws -> Results {
    try fit(FitData(reading: settings, allowingMissing: Self.allowsMissing), using: random)
  }
}

/// The settings that all methods of `pushforward fit` share.
public struct FitSettings: SettingGroup {
  /// The table.
  @Setting("table to fit to (.csv, .npy)", placeholder: "FILE", absence: "must be given")
  public var data: String? = nil
  /// Columns to take.
  @Setting("columns to take", absence: "all") public var columns: NameList? = nil
  /// Columns to leave out.
  @Setting("columns to leave out", absence: "none") public var without: NameList? = nil
  /// Column to predict.
  @Setting("column to predict", placeholder: "NAME", absence: "none")
  public var target: String? = nil
  /// Column with the weight of each row.
  @Setting("column with the count of each row", placeholder: "NAME", absence: "all equal")
  public var weights: String? = nil
  /// Folder in which the fit's own folder is made.
  @Setting("folder in which the fit's own folder is made", placeholder: "DIR")
  public var out = "runs"
  /// Seed of all random numbers.
  @Setting("seed of all random numbers", in: .atLeast(0)) public var seed = 0
  /// Threads.
  @Setting("threads; results do not depend on it", in: 1...256, absence: "all processors")
  public var threads: Int? = nil
  /// Whether nothing but errors is printed.
  @Setting("print nothing but errors") public var quiet = false

  /// The defaults.
  public init() {}
}
