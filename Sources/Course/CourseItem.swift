import Results
import Tensor

/// A figure or an exercise of the course on probabilistic generative models.
///
/// Its values are computed by the library's own functions; tests compare them with theory.
public struct CourseItem: Sendable {
  /// What it is called on the command line: `bernoulli-entropy`.
  public let name: String
  /// The week of the course, from 1.
  public let week: Int
  /// What it shows, in a few words.
  public let summary: String
  /// Makes it, with fewer draws or steps where `isQuick`.
  public let make: @Sendable (_ isQuick: Bool, _ random: Random) throws -> Results

  /// Lists a figure or an exercise.
  ///
  /// - Parameters:
  ///   - name: What it is called on the command line.
  ///   - week: The week of the course, from 1.
  ///   - summary: What it shows, in a few words.
  ///   - make: Makes it: `figure.svg` among the figures, and a table `values.csv`.
  public init(
    _ name: String, week: Int, _ summary: String,
    make: @escaping @Sendable (_ isQuick: Bool, _ random: Random) throws -> Results
  ) {
    (self.name, self.week, self.summary, self.make) = (name, week, summary, make)
  }
}
