import NN
import Settings
import Tensor

/// A model whose density is given by an invertible map from the data to N(0, I).
///
/// A flow for images operates on the logits of dequantised pixels (``PixelLogits``), a flow for
/// points or table rows on the numbers themselves.
public protocol FlowModel: LossModel, PriorModel, EncodingModel, LikelihoodModel, TemperedModel {
  /// The map from the data, `[batch, dataShape.count]`, to codes of the same shape.
  var flow: Flow { get }
}

/// A model that samples at a temperature, for more or less typical examples.
public protocol TemperedModel: Generative {
  /// Samples examples, `[count] + dataShape.sizes`, at a temperature above 0: 1 samples from the
  /// model itself, less favours examples of high density.
  func sample(count: Int, temperature: Double, using random: Random) -> Tensor
}

extension TemperedModel {
  /// Samples from the model itself.
  public func sample(count: Int, using random: Random) -> Tensor {
    sample(count: count, temperature: 1, using: random)
  }
}

// MARK: - Densities

extension FlowModel {
  /// −log p(x), and for images also the bits per pixel and channel.
  public var metrics: [Metric] {
    let loss = Metric("loss", unit: "nats per \(dataShape.element.exampleNoun.singular)")
    return dataShape.isImage ? [loss, Metric("bits per dimension", unit: "bits")] : [loss]
  }

  /// Initialises normalisations from the first batch.
  public func start(at batch: Batch, using random: Random) {
    guard dataShape.isImage else {
      _ = flow.start(at: batch.images)
      return
    }
    let noise = random.uniform(batch.images.shape, dtype: batch.images.dtype)
    _ = flow.start(at: PixelLogits.points(of: batch.images, noise: noise).points)
  }

  /// −log p(x), averaged over the batch, in nats; for images that of dequantised pixels in [0, 1].
  public func loss(of batch: Batch, using random: Random) -> Loss {
    let nats = -logDensity(of: batch.images, using: random).mean()
    guard dataShape.isImage else { return Loss(nats) }
    let bits = PixelLogits.bitsPerDimension(
      nats: stopGradient(nats).scalar, dimensions: dataShape.count)
    return Loss(nats, others: [bits])
  }

  /// log p(x) of examples `[batch, dataShape.count]`: `[batch]`, in nats; `random` dequantises pixels.
  public func logDensity(of examples: Tensor, using random: Random) -> Tensor {
    guard dataShape.isImage else { return flow.logDensity(of: examples) }
    let noise = random.uniform(examples.shape, dtype: examples.dtype)
    let (points, logDeterminant) = PixelLogits.points(of: examples, noise: noise)
    return flow.logDensity(of: points) + logDeterminant
  }

  /// log p(x), exact for points; for images a lower estimate of the log-probability among images of
  /// 256 grey values: log 1/K Σₖ p(uₖ) 256⁻ᴰ over K draws of the noise (Theis, van den Oord and
  /// Bethge 2016, equation 13; Hoogeboom, Cohen and Tomczak 2020).
  public func logLikelihood(
    of examples: Tensor, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    precondition(
      sampleCount > 0,
      "\(Self.self).logLikelihood: expected one sample or more, found \(sampleCount)")
    guard dataShape.isImage else {
      let exact = flow.logDensity(of: examples)
      try afterEach()
      return exact
    }
    let estimates = try (0..<sampleCount).map { _ in
      let estimate = logDensity(of: examples, using: random)
      try afterEach()
      return estimate
    }
    let mean = Tensor.stacked(estimates).logSumExp(along: 0)
    let logLevels = 5.545177444479562  // log 256
    return mean - log(Tensor(sampleCount, dtype: mean.dtype)) - Double(dataShape.count) * logLevels
  }
}

// MARK: - Codes and samples

extension FlowModel {
  /// Flows are invertible: decoding inverts the same layers.
  public static var isInvertible: Bool { true }

  /// The number of dimensions of an example.
  public var latentSize: Int { dataShape.count }

  /// The codes of examples; images are encoded without noise, each grey value at the middle of its
  /// interval.
  public func encode(_ examples: Tensor) -> Tensor {
    guard dataShape.isImage else { return flow.forward(examples) }
    let half = Tensor(filledWith: 0.5, examples.shape, dtype: examples.dtype)
    return flow.forward(PixelLogits.points(of: examples, noise: half).points)
  }

  /// The examples of codes.
  public func decode(_ codes: Tensor) -> Tensor {
    let x = flow.inverse(codes)
    return dataShape.isImage ? PixelLogits.images(of: x) : x
  }

  /// Samples examples by decoding codes from N(0, T² I) at the temperature T (Kingma and Dhariwal
  /// 2018, section 6).
  public func sample(count: Int, temperature: Double, using random: Random) -> Tensor {
    precondition(
      temperature > 0, "\(Self.self).sample: expected a temperature above 0, found \(temperature)")
    let dtype = flow.parameters.first?.parameter.wrappedValue.dtype ?? .float32
    let z = random.normal([count, latentSize], standardDeviation: temperature, dtype: dtype)
    return decode(z).reshaped(to: [count] + dataShape.sizes)
  }

  /// The largest difference between x and f⁻¹(f(x)), in the flow's own space.
  public func inverseError(of examples: Tensor) -> Double {
    var x = examples
    if dataShape.isImage {
      let half = Tensor(filledWith: 0.5, examples.shape, dtype: examples.dtype)
      x = PixelLogits.points(of: examples, noise: half).points
    }
    return abs(flow.inverse(flow.forward(x)) - x).max().scalar
  }
}

extension ModelConfiguration {
  /// Throws for data that a coupling cannot divide into a given part and a transformed part.
  func expectCoupling(_ data: DataShape) throws(UnsuitableSetting) {
    try expectNoText(data)
    guard data.count > 1 else {
      throw UnsuitableSetting(
        "data", data.sizesText,
        "expected examples of two numbers or more, as each depends on the others")
    }
  }
}
