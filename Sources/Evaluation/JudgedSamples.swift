import Datasets
import Distributions
import Models
import NN
import Settings
import Tensor
import Training

/// Draws the samples with which a model is evaluated.
struct JudgedSamples {
  let model: any Generative
  /// The sampler, its steps and the guidance, if not the model's own; no class.
  let options: SamplingOptions

  /// The maximum number of points for an energy distance, whose time grows quadratically.
  static let mostPoints = 20_000

  private var choices: SamplingChoices { SamplingChoices(of: model) }

  /// The number of classes that samples can be requested of.
  var classes: Int { choices.classes }

  /// How they are drawn, as recorded in `evaluation.json`; empty for a model without options.
  var record: Configuration {
    var record = Configuration()
    guard let sampler = choices.sampler(of: options) else { return record }
    record["sampler"] = .text(sampler.name)
    if let steps = options.steps ?? sampler.usualSteps {
      record["sampler-steps"] = .integer(steps)
    }
    if let guidance = options.guidance { record["guidance"] = .number(guidance) }
    return record
  }

  /// Whether samples need a class, because the model was trained only with classes.
  var isOfGivenClasses: Bool { ((model as? any ClassConditional)?.conditionalClasses ?? 0) > 0 }

  /// One sample of each of these classes, `[labels.count, dataShape.count]`.
  func draw(labels: [Int], using random: Random) -> Tensor {
    shownSamples(of: model, count: labels.count, labels: labels, using: random)
  }

  /// Samples `[count, dataShape.count]`; with guidance, about equally many of each class.
  func draw(_ count: Int, using random: Random) -> Tensor {
    if options.guidance != nil {
      let parts = (0..<classes).map { label in
        (label: label, count: count / classes + (label < count % classes ? 1 : 0))
      }
      return Tensor.concatenated(
        parts.filter { $0.count > 0 }.map { draw($0.count, of: $0.label, using: random) })
    }
    if options == SamplingOptions(), model.dataShape.isImage {
      return shownSamples(of: model, count: count, using: random)
    }
    return draw(count, of: nil, using: random)
  }

  /// Samples of a class, `[count, dataShape.count]`.
  func draw(_ count: Int, of label: Int?, using random: Random) -> Tensor {
    var options = options
    options.label = label
    return model.inInference {
      guard let steerable = model as? any SteerableModel else {
        return model.sample(count: count, using: random)
      }
      return steerable.sample(count: count, options, using: random)
    }.reshaped(to: [count, model.dataShape.count])
  }

  /// The energy distance between the test points and as many samples, at most 20,000; nil for fewer
  /// than two or if it is not finite.
  func energyDistance(
    from test: Batches, isInterrupted: () -> Bool, using random: Random
  ) -> (value: Double, count: Int)? {
    var (points, samples, count) = ([Tensor](), [Tensor](), 0)
    for batch in test.epoch(shuffledBy: nil) where count < Self.mostPoints {
      let size = min(batch.count, Self.mostPoints - count)
      points.append(batch.images.sliced(0..<size))
      samples.append(draw(size, using: random))
      count += size
      if isInterrupted() { return nil }
    }
    guard count > 1 else { return nil }
    let distance = Distributions.energyDistance(
      Tensor.concatenated(samples), Tensor.concatenated(points)
    ).scalar
    return distance.isFinite ? (distance, count) : nil
  }
}
