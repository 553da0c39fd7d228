import NN
import Settings
import Tensor

/// An autoregressive model of black and white pixels with a masked network (Germain, Gregor, Murray
/// and Larochelle, "MADE: Masked autoencoder for distribution estimation", 2015).
///
/// p(x) = Π p(x_d | x_<d), where each factor is a Bernoulli distribution; all are computed in one
/// pass. With several orders, each training step uses one of them, and the density is their average
/// (section 4.2). Grey values are treated as probabilities; `--binarize stochastic` draws zeros and
/// ones.
public final class MADE: LossModel, CompletingModel, LikelihoodModel {
  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Widths of the hidden layers.
    @Setting("widths of the hidden layers", in: layerWidths) public var hidden = [1024, 1024]
    /// Orders of the pixels that share the weights.
    @Setting("orders of the pixels that share the weights", in: 1...64) public var orders = 1
    /// Also connect the pixels directly to the outputs.
    @Setting("also connect the pixels directly to the outputs") public var direct = false

    /// The defaults.
    public init() {}

    /// Checks the settings against the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      try expectImages(data, "images, whose values are probabilities of a one")
    }
  }

  /// The name on the command line and in files.
  public static let kind = "made"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// From pixels to their logits, `[batch, pixels]`.
  public let network: MaskedPerceptron
  /// Whether the loss uses one order or the average over all orders.
  public var mode = Mode.training

  /// The network.
  public var members: Members { ["network": network] }

  /// Creates a model; its first order is reading order, and the others are random but reproducible.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "MADE")
    self.configuration = configuration
    dataShape = data
    // A model's file does not contain the orders: they follow from their number.
    let orderStream = Random(seed: 0x4d41_4445)
    let orders = (0..<configuration.orders).map { order in
      order == 0 ? Array(1...data.count) : orderStream.permutation(data.count).map { $0 + 1 }
    }
    network = MaskedPerceptron(
      data.count, hidden: configuration.hidden, orders: orders, isDirect: configuration.direct,
      using: random)
  }

  /// A description of the network.
  public var description: String { "MADE  // \(parameterCount) parameters\nnetwork: \(network)" }
}

// MARK: - Densities and samples

extension MADE {
  /// −log p(x), in nats.
  public var metrics: [Metric] { [Metric("loss", unit: "nats per image")] }

  /// −log p(x), averaged over the batch, in nats; in training mode, in one of the orders.
  public func loss(of batch: Batch, using random: Random) -> Loss {
    if mode == .inference { return Loss(-logProbability(of: batch.images).mean()) }
    let order = network.orders.count == 1 ? 0 : random.integer(below: network.orders.count)
    return Loss(-logProbability(of: batch.images, order: order).mean())
  }

  /// log p(x) of images `[batch, pixels]` in one of the orders: `[batch]`, in nats.
  public func logProbability(of images: Tensor, order: Int) -> Tensor {
    bernoulliLogDensity(of: images, logits: network(images, order: order))
  }

  /// log of the probability averaged over the orders for images `[batch, pixels]`: `[batch]`, in
  /// nats.
  public func logProbability(of images: Tensor) -> Tensor {
    let all = network.orders.indices.map { logProbability(of: images, order: $0) }
    if all.count == 1 { return all[0] }
    return Tensor.stacked(all).logSumExp(along: 0) - log(Tensor(all.count, dtype: images.dtype))
  }

  /// The likelihood is exact, as a product of conditional distributions.
  public static var hasExactLikelihood: Bool { true }

  /// The exact log p(x); the number of samples has no effect.
  public func logLikelihood(
    of examples: Tensor, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    let exact = logProbability(of: examples)
    try afterEach()
    return exact
  }

  /// Samples images of zeros and ones, pixel by pixel; with several orders, each draws its share of
  /// the images.
  public func sample(count: Int, temperature: Double, using random: Random) -> Tensor {
    precondition(
      temperature > 0, "MADE.sample: expected a temperature above 0, found \(temperature)")
    let orders = network.orders.count
    let parts = (0..<orders).compactMap { order -> Tensor? in
      let share = (count + orders - 1 - order) / orders
      if share == 0 { return nil }
      return network.unrolled(count: share, order: order) { _, logits in
        random.bernoulli(probability: sigmoid(logits.squeezed(at: 1) / temperature))
      }
    }
    return Tensor.concatenated(parts).reshaped(to: [count] + dataShape.sizes)
  }

  /// Completes images whose first rows are given, drawing the others in reading order, even if the
  /// model has other orders.
  public func completed(
    _ images: Tensor, from firstRow: Int, temperature: Double = 1, using random: Random
  ) -> Tensor {
    precondition(
      temperature > 0 && firstRow >= 0 && Array(images.shape.dropFirst()) == dataShape.sizes,
      "MADE.completed: expected images of shape [count] + \(dataShape.sizes), a row of 0 or more and a"
        + " temperature above 0, found \(images.shape), \(firstRow) and \(temperature)")
    let given = images.flattened().transposed()
    let known = firstRow * dataShape.sizes[1] * dataShape.sizes[2]
    return network.unrolled(count: images.shape[0]) { index, logits in
      index < known
        ? given.sliced(index..<index + 1).squeezed(at: 0)
        : random.bernoulli(probability: sigmoid(logits.squeezed(at: 1) / temperature))
    }.reshaped(to: images.shape)
  }
}
