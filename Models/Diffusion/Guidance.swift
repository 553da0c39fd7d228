import NN
import Tensor

/// How samples are drawn along a path: the method, its steps, and the class.
public struct PathSampling: Sendable {
  /// The number of steps; nil for the model's own.
  public var steps: Int?
  /// The class of all samples, or nil for samples of any.
  public var label: Int?
  /// s of classifier-free guidance: 0 leaves the class out, 1 is the conditional model, larger values
  /// go beyond.
  public var guidance: Double

  /// The model's own number of steps, without a class.
  public init(steps: Int? = nil, label: Int? = nil, guidance: Double = 1) {
    (self.steps, self.label, self.guidance) = (steps, label, guidance)
  }
}

extension TimeNetwork {
  /// (1 − s) · f(x) + s · f(x, label): classifier-free guidance (Ho and Salimans 2022, equation 6, in
  /// which s is 1 + w).
  ///
  /// - Parameters:
  ///   - x: States, `[batch, …]`.
  ///   - time: One time for all.
  ///   - label: The class of all states; nil for none.
  ///   - guidance: s.
  public func guided(
    _ x: Tensor, at time: Double, label: Int?, guidance: Double
  ) -> Tensor {
    let times = Tensor(filledWith: time, [x.shape[0]], dtype: x.dtype)
    guard let label, guidance != 0 else { return self(x, at: times, labels: []) }
    precondition(
      label >= 0 && label < classes,
      "guided: expected a class in 0 ..< \(classes), found \(label)")
    let conditional = self(
      x, at: times, labels: Array(repeating: label, count: x.shape[0]))
    if guidance == 1 { return conditional }
    return (1 - guidance) * self(x, at: times, labels: []) + guidance * conditional
  }

  /// The labels as the network sees them in training: each left out with a probability, so that it
  /// learns the unconditional function too (Ho and Salimans 2022, algorithm 1).
  func dropped(_ labels: [Int], probability: Double, using random: Random) -> [Int] {
    if classes == 0 || labels.isEmpty { return [] }
    let isDropped = random.bernoulli([labels.count], probability: probability).scalars
    return zip(labels, isDropped).map { $1 == 1 ? classes : $0 }
  }
}
