import Images

/// Where the figures and pictures of each epoch go besides the run's own files, such as a file for
/// TensorBoard.
public protocol EpochLog: Sendable {
  /// Adds what is known after a step.
  ///
  /// - Throws: `OutputError` if it cannot be written.
  func add(
    figures: [(name: String, value: Double)], pictures: [(name: String, image: Image)], step: Int
  ) throws
}
