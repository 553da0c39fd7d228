import NN
import Tensor

extension TimeNetwork {
  /// (1 − s) · f(x) + s · f(x, label): classifier-free guidance (Ho and Salimans 2022, equation 6,
  /// where s is 1 + w).
  ///
  /// - Parameters:
  ///   - x: States, `[batch, …]`.
  ///   - time: The time of all states.
  ///   - label: The class of all states; nil for none.
  ///   - guidance: The guidance scale s.
  public func guided(
    _ x: Tensor, at time: Double, label: Int?, guidance: Double = 1
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

  /// Drops labels with a probability, in training, so that the network learns the unconditional
  /// function too (Ho and Salimans 2022, algorithm 1).
  func dropped(_ labels: [Int], probability: Double, using random: Random) -> [Int] {
    if classes == 0 || labels.isEmpty { return [] }
    let isDropped = random.bernoulli([labels.count], probability: probability).scalars
    return zip(labels, isDropped).map { $1 == 1 ? classes : $0 }
  }
}

extension SteerableModel where Configuration: FieldConfiguration {
  /// The sampling choices of a model of a field, with these samplers.
  func choices(
    among samplers: [SamplingChoices.Sampler], own: String
  ) -> SamplingChoices {
    var choices = SamplingChoices()
    (choices.samplers, choices.ownSampler) = (samplers, own)
    choices.classes = dataShape.classes
    choices.hasGuidance = configuration.labelDropout > 0
    return choices
  }
}

extension TimeNetwork {
  /// The type of its numbers.
  var dtype: DType { parameters.first?.parameter.wrappedValue.dtype ?? .float32 }
}
