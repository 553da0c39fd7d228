import Results
import Tensor

/// A figure or an exercise of the course on probabilistic generative models.
///
/// Its values are computed by the library's own functions; tests compare them with theory.
public struct CourseItem: Sendable {
  /// The name on the command line, such as `bernoulli-entropy`.
  public let name: String
  /// The week of the course, counted from 1.
  public let week: Int
  /// A short description.
  public let summary: String
  /// Makes the item, with fewer draws or steps if `isQuick` is true.
  public let make: @Sendable (_ isQuick: Bool, _ random: Random) throws -> Results

  /// Creates an item for a figure or an exercise.
  ///
  /// - Parameters:
  ///   - name: The name on the command line.
  ///   - week: The week of the course, counted from 1.
  ///   - summary: A short description.
  ///   - make: The function that makes the item, with `figure.svg` among the figures, and a table
  ///     `values.csv`.
  public init(
    _ name: String, week: Int, _ summary: String,
    make: @escaping @Sendable (_ isQuick: Bool, _ random: Random) throws -> Results
  ) {
    (self.name, self.week, self.summary, self.make) = (name, week, summary, make)
  }
}
