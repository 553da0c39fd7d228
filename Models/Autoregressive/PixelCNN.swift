import NN
import Settings
import Tensor

/// An autoregressive model of grey images with gated convolutions (van den Oord and others,
/// "Conditional image generation with PixelCNN decoders", 2016).
///
/// p(x) = Π p(x_i | x_<i) in reading order; each factor is a distribution over 2, 4 or 8 grey
/// levels. An image's grey values are rounded down to the model's levels, so two levels suit
/// `--binarize stochastic`.
public final class PixelCNN: LossModel, CompletingModel, LikelihoodModel {
  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Grey levels.
    @Setting("grey levels", in: .oneOf([2, 4, 8])) public var levels = 2
    /// Channels of a layer.
    @Setting("channels of a layer", in: layerWidths) public var width = 32
    /// Gated layers after the first.
    @Setting("gated layers after the first", in: 1...64) public var depth = 5

    /// The defaults.
    public init() {}

    /// Checks the settings against the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      let expected = "grey images of two pixels or more a side"
      try expectImages(data, expected)
      guard data.sizes[2] == 1, data.sizes[0] > 1, data.sizes[1] > 1 else {
        throw UnsuitableSetting("data", data.sizesText, "expected \(expected)")
      }
    }
  }

  /// The name on the command line and in files.
  public static let kind = "pixelcnn"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// The gated layers.
  public let layers: [GatedPixelLayer]
  /// From the horizontal stack to the logits of the levels; with two levels, to the upper level's
  /// logit.
  public let head: Sequential

  /// The layers and the head.
  public var members: Members {
    Members(layers.enumerated().map { ("layers.\($0.offset)", $0.element) } + [("head", head)])
  }

  /// The reach of the first layer, and of the others.
  private static let (firstReach, reach) = (3, 1)

  /// Creates a model.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "PixelCNN")
    self.configuration = configuration
    dataShape = data
    let width = configuration.width
    layers = (0...configuration.depth).map { index in
      GatedPixelLayer(
        index == 0 ? 1 : width, width, reach: index == 0 ? Self.firstReach : Self.reach,
        isFirst: index == 0, using: random)
    }
    head = Sequential {
      ReLU()
      Conv2D(width, width, kernel: 1, using: random)
      ReLU()
      Conv2D(
        width, configuration.levels == 2 ? 1 : configuration.levels, kernel: 1, using: random)
    }
  }

  /// A description of the layers.
  public var description: String {
    (["PixelCNN  // \(parameterCount) parameters"] + layers.map { "\($0)" } + ["head: \(head)"])
      .joined(separator: "\n")
  }
}

// MARK: - Densities

extension PixelCNN {
  /// −log p(x), in nats.
  public var metrics: [Metric] { [Metric("loss", unit: "nats per image")] }

  /// −log p(x), averaged over the batch, in nats.
  public func loss(of batch: Batch, using random: Random) -> Loss {
    Loss(-logProbability(of: batch.images).mean())
  }

  /// The level of each pixel, 0 … levels − 1, of grey values in [0, 1].
  public func levels(of images: Tensor) -> Tensor {
    let count = configuration.levels
    return (1..<count).reduce(Tensor.zeros(images.shape, dtype: images.dtype)) {
      $0 + (images .>= Double($1) / Double(count))
    }
  }

  /// log p(x) of images `[batch, pixels]`: `[batch]`, in nats.
  public func logProbability(of images: Tensor) -> Tensor {
    let levels = levels(of: images)
    let logits = logits(of: levels.reshaped(to: [images.shape[0]] + dataShape.sizes))
    if configuration.levels == 2 {
      return bernoulliLogDensity(of: levels, logits: logits.reshaped(to: images.shape))
    }
    let logProbabilities = logSoftmax(logits)
    let places = levels.doubles.map { Int($0) }
    return logProbabilities.gatheredElements(at: places, along: 3).flattened().sum(along: 1)
  }

  /// The logits of each pixel's levels, `[batch, height, width, levels]`, or of the upper of two
  /// levels.
  ///
  /// - Parameter levels: `[batch, height, width, 1]`; a pixel's logits depend on those before it.
  public func logits(of levels: Tensor) -> Tensor {
    let x = scaled(levels)
    return head(horizontal(x, across: vertical(x)))
  }

  /// Levels scaled for the network, from −1 to 1.
  private func scaled(_ levels: Tensor) -> Tensor {
    levels * (2 / Double(configuration.levels - 1)) - 1
  }

  /// The contribution of each layer's vertical stack to the horizontal one.
  private func vertical(_ x: Tensor) -> [Tensor] {
    var x = x
    return layers.map { layer in
      let (output, across) = layer.vertical(x)
      x = output
      return across
    }
  }

  private func horizontal(_ x: Tensor, across: [Tensor]) -> Tensor {
    zip(layers, across).reduce(x) { $1.0.horizontal($0, across: $1.1) }
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
}

// MARK: - Samples

extension PixelCNN {
  /// Samples images, pixel by pixel, from logits divided by the temperature.
  public func sample(count: Int, temperature: Double, using random: Random) -> Tensor {
    completed(
      Tensor.zeros([count] + dataShape.sizes), from: 0, temperature: temperature, using: random)
  }

  /// Completes images whose first rows are given, drawing the others.
  ///
  /// The vertical stack is computed once for each row, from the rows that it sees, and the
  /// horizontal one once for each pixel, from those to its left.
  ///
  /// - Parameters:
  ///   - images: Grey values, `[count, height, width, 1]`.
  ///   - firstRow: The first row that is drawn.
  ///   - temperature: Above 0; 1 samples from the model itself.
  ///   - random: Draws the pixels.
  /// - Returns: Grey values of the model's levels, of the same shape.
  public func completed(
    _ images: Tensor, from firstRow: Int, temperature: Double = 1, using random: Random
  ) -> Tensor {
    precondition(
      temperature > 0, "PixelCNN.sample: expected a temperature above 0, found \(temperature)")
    precondition(
      Array(images.shape.dropFirst()) == dataShape.sizes && firstRow >= 0,
      "PixelCNN.completed: expected images of shape [count] + \(dataShape.sizes), found"
        + " \(images.shape)")
    let (height, width) = (dataShape.sizes[0], dataShape.sizes[1])
    let seen = Self.firstReach + configuration.depth * Self.reach
    let images = images.converted(to: parameters[0].parameter.wrappedValue.dtype)
    var rows = levels(of: images).split(count: height, along: 1)
    for row in min(firstRow, height)..<height {
      let top = max(0, row - seen)
      // The row itself is not seen, whatever its contents.
      let strip = scaled(Tensor.concatenated(Array(rows[top...row]), along: 1))
      let across = vertical(strip).map { $0.sliced(row - top..<row - top + 1, along: 1) }
      var known = Tensor.zeros([images.shape[0], 1, 1, 1], dtype: images.dtype)
      for column in 0..<width {
        let part = across.map { $0.sliced(0..<column + 1, along: 2) }
        let hidden = horizontal(scaled(known), across: part)
        let logits = head(hidden.sliced(column..<column + 1, along: 2)) / temperature
        let drawn = level(logits, using: random)
        let before = known.sliced(0..<column, along: 2)
        let next = column + 1 < width ? [drawn, drawn] : [drawn]
        known = Tensor.concatenated((column == 0 ? [] : [before]) + next, along: 2)
      }
      rows[row] = known
    }
    return Tensor.concatenated(rows, along: 1) / Double(configuration.levels - 1)
  }

  /// Draws a level for each image from logits `[count, 1, 1, levels]`: `[count, 1, 1, 1]`.
  private func level(_ logits: Tensor, using random: Random) -> Tensor {
    if configuration.levels == 2 { return random.bernoulli(probability: sigmoid(logits)) }
    let rows = logits.reshaped(to: [logits.shape[0], configuration.levels])
    return random.categorical(logits: rows).converted(to: logits.dtype)
      .reshaped(to: [logits.shape[0], 1, 1, 1])
  }
}
