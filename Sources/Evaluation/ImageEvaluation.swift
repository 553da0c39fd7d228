import CommandLine
import Datasets
import Models
import NN
import Settings
import Tensor
import Training

/// Judges samples of images, compares them with the training images, writes and reports the
/// results.
func reportImages(
  _ samples: JudgedSamples, train: Batches, test: Batches, _ judging: Judging,
  _ session: some RunLog, _ evaluation: inout Configuration, using random: Random
) throws {
  let first = FirstSamples(count: min(Novelty.count, test.count))
  if samples.isOfGivenClasses {
    try judging.report(
      to: session, &evaluation,
      ofClasses: { first.kept(samples.draw(labels: $0, using: random)) })
  } else {
    let classes = samples.classes
    try judging.report(
      to: session, &evaluation, drawn: samples.record,
      ofClasses: classes > 0 ? (classes, { samples.draw($1, of: $0, using: random) }) : nil
    ) { first.kept(samples.draw($0, using: random)) }
  }
  guard judging.isWanted, test.count > 0, !Interrupt.isRequested else { return }
  if first.missing > 0 { _ = first.kept(samples.draw(first.missing, using: random)) }
  try reportNovelty(of: first.samples, train: train, test: test, session, &evaluation)
}

/// The first samples drawn for a judge, kept for the comparison with training images.
private final class FirstSamples {
  private(set) var missing: Int
  private var parts: [Tensor] = []

  init(count: Int) { missing = count }

  var samples: Tensor { Tensor.concatenated(parts) }

  /// Keeps samples until there are enough, and returns them.
  func kept(_ drawn: Tensor) -> Tensor {
    if missing > 0 {
      parts.append(drawn.sliced(0..<min(missing, drawn.shape[0])))
      missing -= parts[parts.count - 1].shape[0]
    }
    return drawn
  }
}

/// Measures how close samples are to training images, shows some of them side by side, writes and
/// reports the results.
private func reportNovelty(
  of samples: Tensor, train: Batches, test: Batches, _ session: some RunLog,
  _ evaluation: inout Configuration
) throws {
  let novelty = Novelty(
    of: samples, beside: test, among: train, isInterrupted: { Interrupt.isRequested })
  guard let novelty else {
    return session.say("interrupted before the samples were compared with training images")
  }
  evaluation["nearest-training-distance"] = .number(novelty.sampleDistance)
  evaluation["test-nearest-training-distance"] = .number(novelty.testDistance)
  try session.write(evaluation: evaluation)
  try session.folder.write(novelty.picture(of: test.imageShape), to: "nearest")
  session.list(["nearest.png": "samples, each next to the training image nearest to it"])
  session.say(
    "a sample differs from the training image nearest to it by \(Readable.metric(novelty.sampleDistance))"
      + " per pixel (root mean square), a test image by \(Readable.metric(novelty.testDistance))")
}
