// A new model: a density in the plane as a mixture of Gaussians, trained by its gradient.
//
//   swift run -c release new-model
//
// A model inside the package, with `pushforward train`, checkpoints and a report, takes a file and
// a row in a registry: CONTRIBUTING.md shows an example.
import Datasets
import NN
import Settings
import Tensor

/// A mixture of Gaussians, each with a separate standard deviation for each coordinate.
final class PlaneMixture: LossModel, Generative {
  struct Configuration: ModelConfiguration {
    @Setting("components", in: 1...1000) var components = 16
  }

  static let kind = "plane-mixture"
  let configuration: Configuration
  let dataShape: DataShape
  let logits: Parameter
  let means: Parameter
  let logDeviations: Parameter

  var members: Members {
    ["logits": logits, "means": means, "logDeviations": logDeviations]
  }

  init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    self.configuration = configuration
    dataShape = data
    let count = configuration.components
    logits = Parameter(wrappedValue: Tensor.zeros([count]))
    means = Parameter(wrappedValue: random.normal([count, data.count]))
    logDeviations = Parameter(wrappedValue: Tensor.zeros([count, data.count]))
  }

  var metrics: [Metric] { [Metric("loss", unit: "nats per point")] }

  /// log Σₖ πₖ N(x; μₖ, diag σₖ²) for points `[n, d]`: `[n]`.
  func logDensity(of x: Tensor) -> Tensor {
    let (logSigma, mu) = (logDeviations.wrappedValue, means.wrappedValue)
    let gaps = (x.expanded(at: 1) - mu) * exp(-logSigma)  // [n, k, d]
    let constant = 0.5 * Double(dataShape.count) * 1.8378770664093454  // log 2π
    let logs = -0.5 * square(gaps).sum(along: 2) - logSigma.sum(along: 1) - constant
    return (logs + logSoftmax(logits.wrappedValue)).logSumExp(along: 1)
  }

  func loss(of batch: Batch, using random: Random) -> Loss {
    Loss(-logDensity(of: batch.images).mean())
  }

  func sample(count: Int, using random: Random) -> Tensor {
    let components = random.categorical([count], logits: logits.wrappedValue).scalars.map {
      Int($0)
    }
    let scale = exp(logDeviations.wrappedValue.gatheredRows(at: components))
    return means.wrappedValue.gatheredRows(at: components)
      + scale * random.normal([count, dataShape.count])
  }
}

let data = PointData(.eightGaussians)
let random = Random(seed: 0)
let model = PlaneMixture(.init(), for: DataShape(data.train.element), using: random)
let adam = Adam(for: model, learningRate: 0.02)
for epoch in 1...5 {
  var (sum, count) = (0.0, 0)
  for batch in try Batches(data.train, size: 256).epoch(shuffledBy: random) {
    let (loss, gradients) = valueWithGradient(of: model) {
      model.loss(of: batch, using: random).total
    }
    adam.update(along: gradients)
    (sum, count) = (sum + loss.scalar, count + 1)
  }
  print("epoch \(epoch): \(sum / Double(count)) nats per point (the minimum is 1.69)")
}
print("samples: \(model.sample(count: 3, using: random).doubles)")
