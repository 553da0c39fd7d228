import Tensor

/// A model that turns noise into data along a time.
public protocol PathModel: Generative {
  /// The field that states follow, in a word: `velocity`, `score`.
  var fieldName: String { get }

  /// The states of new examples along their paths.
  ///
  /// - Parameters:
  ///   - count: The number of examples.
  ///   - frames: The desired number of times, 2 or more; the first is that of the noise, the last
  ///     that of the data.
  ///   - random: Draws the noise.
  /// - Returns: The times in order, spread evenly among the model's own steps, so that there may be
  ///   fewer.
  func path(count: Int, frames: Int, using random: Random) -> [PathFrame]
}

/// The states of examples at one time on their path from noise to data.
public struct PathFrame {
  /// The time in the model's own units.
  public let time: Double
  /// The states, `[count, dataShape.count]`; those of images may lie beyond [0, 1].
  public let states: Tensor
  /// The field that states `[batch, dataShape.count]` follow at this time, of the same shape.
  public let field: (Tensor) -> Tensor

  /// Creates a frame.
  public init(time: Double, states: Tensor, field: @escaping (Tensor) -> Tensor) {
    (self.time, self.states, self.field) = (time, states, field)
  }
}

extension [PathFrame] {
  /// `count` of these, spread evenly and including the first and the last; all if there are no
  /// more.
  public func spread(_ count: Int) -> [PathFrame] {
    guard self.count > count, count > 1 else { return self }
    return (0..<count).map { self[$0 * (self.count - 1) / (count - 1)] }
  }
}
