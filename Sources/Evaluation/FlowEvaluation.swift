import CommandLine
import Datasets
import Models
import NN
import Settings
import Tensor
import Training

/// Measures how exactly a flow reconstructs test examples from their codes, writes the error and
/// reports it.
func reportInverse(
  of model: any FlowModel, on test: Batches, _ session: some RunLog,
  _ evaluation: inout Configuration
) throws {
  guard let batch = test.epoch(shuffledBy: nil).first(where: { _ in true }) else { return }
  let error = model.inInference { model.inverseError(of: batch.images) }
  evaluation["inverse-error"] = .number(error)
  try session.write(evaluation: evaluation)
  let noun = test.dataset.exampleNoun
  session.say(
    "over \(Readable.count(batch.count)) test \(noun.plural), decoding the code differs by"
      + " \(Readable.metric(error)) at most")
}

/// Compares a flow's density of test points with the distribution that they were drawn from, if it
/// is known; writes and reports the comparison.
///
/// The difference of the means is an estimate of KL(data ‖ model).
func reportExcess(
  of model: any FlowModel, on test: Batches, _ session: some RunLog,
  _ evaluation: inout Configuration
) throws {
  guard let points = test.dataset as? Points else { return }
  var mean = WeightedMean()
  for batch in test.epoch(shuffledBy: nil) {
    let known = -points.distribution.logDensity(of: batch.images).mean().scalar
    let found = model.inInference { -model.flow.logDensity(of: batch.images).mean().scalar }
    mean.add([known, found - known], count: batch.count)
  }
  let (known, excess) = (mean.values[0], mean.values[1])
  evaluation["data-nats-per-point"] = .number(known)
  evaluation["excess-nats-per-point"] = .number(excess)
  try session.write(evaluation: evaluation)
  session.say(
    "-log p of the test points by their own density: \(Readable.metric(known)) nats; the model's is"
      + " \(Readable.metric(excess)) more")
}
