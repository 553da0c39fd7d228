import Images

/// A destination for each epoch's figures and pictures besides the run's own files, such as a file
/// for TensorBoard.
public protocol EpochLog: Sendable {
  /// Adds the results after a step.
  ///
  /// - Throws: `OutputError` if it cannot be written.
  func add(
    figures: [(name: String, value: Double)], pictures: [(name: String, image: Image)], step: Int
  ) throws
}
