import Tensor

/// A model that leads noise to data along a time.
public protocol PathModel: Generative {
  /// What a state follows at a time, in a word: `velocity`, `score`.
  var fieldName: String { get }

  /// The states of new examples on their way.
  ///
  /// - Parameters:
  ///   - count: How many examples.
  ///   - frames: How many times are wanted, 2 or more: the first is that of the noise, the last that of the
  ///     data.
  ///   - random: Draws the noise.
  /// - Returns: The times in their order, evenly spread among the model's own steps, so that there may be
  ///   fewer.
  func path(count: Int, frames: Int, using random: Random) -> [PathFrame]
}

/// The states of examples at a time on their way from noise to data.
public struct PathFrame {
  /// The time, as the model counts it.
  public let time: Double
  /// The states, `[count, dataShape.count]`; those of images may lie beyond [0, 1].
  public let states: Tensor
  /// What states `[batch, dataShape.count]` follow at the time, of the same shape.
  public let field: (Tensor) -> Tensor

  /// A frame of these.
  public init(time: Double, states: Tensor, field: @escaping (Tensor) -> Tensor) {
    (self.time, self.states, self.field) = (time, states, field)
  }
}

extension [PathFrame] {
  /// So many of these, the first and the last included, evenly spread; all where there are no more.
  public func spread(_ count: Int) -> [PathFrame] {
    guard self.count > count, count > 1 else { return self }
    return (0..<count).map { self[$0 * (self.count - 1) / (count - 1)] }
  }
}
