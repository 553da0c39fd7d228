import Datasets
import Distributions
import Images
import NN
import Tensor

/// The pictures of a model: samples, reconstructions, interpolations, a map of its codes.
///
/// The model's capabilities determine which of them exist. Models of images give images, others
/// give drawings.
public struct ModelPictures {
  /// A picture with its name and a description.
  public struct Named {
    /// The name of its file, or of the folder of its files: `interpolations`.
    public let name: String
    /// A description: `from one test image to another, line by line`.
    public let contents: String
    /// The picture.
    public let picture: Picture

    /// Names a picture.
    public init(name: String, contents: String, _ picture: Picture) {
      (self.name, self.contents, self.picture) = (name, contents, picture)
    }

    /// Names a grid of images.
    public init(name: String, contents: String, grid: ImageGrid) {
      self.init(name: name, contents: contents, .images(grid))
    }
  }

  private let model: any Model
  private let test: Batches
  private let codes: Random.State
  private let noise: Random.State

  /// Creates the pictures of a model.
  ///
  /// - Parameters:
  ///   - model: The model; it is used in inference mode and restored to its mode afterwards.
  ///   - test: The images to reconstruct.
  ///   - codes: Draws the codes of the samples: the same every time.
  ///   - noise: Draws a denoising model's noise: the same every time.
  public init(_ model: any Model, test: Batches, codes: Random, noise: Random) {
    self.model = model
    self.test = test
    (self.codes, self.noise) = (codes.state, noise.state)
  }

  /// The pictures after each epoch: a hundred samples, from the same codes every time, and test
  /// images, each next to its reconstruction unless that is exact.
  public var eachEpoch: [Named] {
    model.inInference {
      if !model.dataShape.isImage { return figures }
      var pictures: [Named] = []
      if let model = model as? any Generative {
        pictures.append(
          Named(
            name: "samples",
            contents: "images of the same 100 random codes"
              + (model.classesInTurn(count: 1).isEmpty ? "" : ", of each class in turn"),
            grid: grid(
              shownSamples(of: model, count: 100, using: Random(state: codes)), columns: 10)))
      }
      if let model = reconstructing {
        pictures.append(reconstructions(by: model))
      }
      return pictures
    }
  }

  /// The pictures after training: interpolations and the map of two-dimensional codes; the way from
  /// noise to data; for the plane, the density and the grid of codes.
  public var atTheEnd: [Named] {
    model.inInference {
      if let model = model as? any PathModel { return paths(of: model) }
      if model.dataShape.sizes == [2], let density { return [density] }
      guard let model = model as? any PriorModel, model.dataShape.isImage else { return [] }
      var pictures = [interpolations(of: model)]
      let classes = (model as? any ClassConditional)?.conditionalClasses ?? 0
      if classes > 0 { pictures.append(analogies(of: model, classes: classes)) }
      if model.latentSize == 2 {
        let codes = standardNormalGrid(side: 20)
        let labels = classes == 0 ? [] : Array(repeating: 0, count: codes.shape[0])
        pictures.append(
          Named(
            name: "manifold",
            contents: "the images of a grid of codes" + (classes == 0 ? "" : ", of class 0"),
            grid: grid(model.decode(codes, labels: labels), columns: 20)))
      }
      return pictures
    }
  }

  /// The model, if its reconstructions are worth showing.
  private var reconstructing: (any EncodingModel)? {
    (model as? any EncodingModel).flatMap { type(of: $0).isInvertible ? nil : $0 }
  }

  /// For data other than images: samples next to test examples, and these next to their
  /// reconstructions.
  private var figures: [Named] {
    let batch = firstBatch
    var pictures: [Named] = []
    if let model = model as? any Generative {
      let samples = model.sample(count: batch.count, using: Random(state: codes)).flattened()
      pictures.append(
        Named(
          name: "samples", contents: "test examples, and equally many samples",
          .figure(examplesFigure(["test examples": batch.images, "samples": samples]))))
    }
    if let model = reconstructing {
      let input = model.corrupted(batch.images, using: Random(state: noise)) ?? batch.images
      pictures.append(
        Named(
          name: "reconstructions", contents: "test examples, and their reconstructions",
          .figure(
            examplesFigure(
              [
                "test examples": batch.images,
                "reconstructions": model.reconstruct(input, labels: batch.labels),
              ]))))
    }
    return pictures
  }

  /// The density in the plane for a model whose codes are points too.
  private var density: Named? {
    guard let model = model as? any PriorModel & EncodingModel & LikelihoodModel,
      type(of: model).isInvertible
    else { return nil }
    return Named(
      name: "density", contents: "test points, the density, and the image of the grid of codes",
      .figure(densityFigure(of: model, beside: firstBatch.images)))
  }

  private func reconstructions(by model: some EncodingModel) -> Named {
    let batch = firstBatch
    let noisy = model.corrupted(batch.images, using: Random(state: noise))
    let shown = 0..<min(noisy == nil ? 50 : 30, batch.count)
    let input = (noisy ?? batch.images).sliced(shown)
    let parts =
      [batch.images.sliced(shown)] + (noisy == nil ? [] : [input])
      + [model.reconstruct(input, labels: Array(batch.labels[shown]))]
    return Named(
      name: "reconstructions",
      contents: noisy == nil
        ? "test images, each next to its reconstruction"
        : "test images, each next to its noisy copy and its reconstruction",
      grid: ImageGrid.grouped(
        parts.map(\.scalars), imageHeight: test.imageShape[0], imageWidth: test.imageShape[1],
        channels: test.imageShape[2], columns: 5))
  }

  /// Ten rows of images: between the codes of two test images each, or between random codes if the
  /// model cannot encode images.
  private func interpolations(of model: some PriorModel) -> Named {
    guard let encoder = model as? any EncodingModel else {
      let ends = Random(state: codes).normal([100, model.latentSize])
      let lines = interpolatedOnArc(
        from: ends.gatheredRows(at: (0..<10).map { 2 * $0 }),
        to: ends.gatheredRows(at: (0..<10).map { 2 * $0 + 1 }), steps: 10)
      // Row by row: how a convolution rounds depends on the number of images.
      let classes = model.classesInTurn(count: 10)
      let images = (0..<10).map { line in
        model.decode(
          lines.sliced(10 * line..<10 * line + 10),
          labels: classes.isEmpty ? [] : Array(repeating: classes[line], count: 10))
      }
      return Named(
        name: "interpolations", contents: "from one code to another, line by line",
        grid: grid(Tensor.concatenated(images), columns: 10))
    }
    let images = firstBatch.images.sliced(0..<min(20, firstBatch.count))
    let count = images.shape[0]
    let rows = 0..<max(1, count / 2)
    let labels = Array(firstBatch.labels.prefix(count))
    let codes = encoder.encode(images, labels: labels)
    let lines = interpolated(
      from: codes.gatheredRows(at: Array(rows)),
      to: codes.gatheredRows(at: rows.map { count - 1 - $0 }), steps: 10)
    return Named(
      name: "interpolations", contents: "from one test image to another, line by line",
      grid: grid(
        model.decode(lines, labels: rows.flatMap { Array(repeating: labels[$0], count: 10) }),
        columns: 10))
  }

  /// The images of one code in each class, one code per row: the code of a test image, or a random
  /// one if the model cannot encode images (Kingma, Rezende, Mohamed and Welling 2014, figure 1).
  private func analogies(of model: some PriorModel, classes: Int) -> Named {
    let shown = min(classes, 20)
    let count = min(10, firstBatch.count)
    let labels = Array(firstBatch.labels.prefix(count))
    let codes =
      (model as? any EncodingModel)?.encode(firstBatch.images.sliced(0..<count), labels: labels)
      ?? Random(state: self.codes).normal([count, model.latentSize])
    let lines = (0..<count).flatMap { Array(repeating: $0, count: shown) }
    return Named(
      name: "classes", contents: "in each row the images of one code, one for each class",
      grid: grid(
        model.decode(
          codes.gatheredRows(at: lines), labels: lines.indices.map { $0 % shown }),
        columns: shown))
  }

  /// Some samples from noise to image, row by row; for other data, the density and the field along
  /// the way.
  private func paths(of model: some PathModel) -> [Named] {
    let random = Random(state: codes)
    guard model.dataShape.isImage else {
      let path = model.path(count: 3_000, frames: 31, using: random)
      guard let figure = pathFigure(path, fieldName: model.fieldName) else { return [] }
      return [
        Named(
          name: "paths", contents: "the way from noise to data: density and \(model.fieldName)",
          .figure(figure))
      ]
    }
    let path = model.path(count: 10, frames: 10, using: random)
    let lines = Tensor.stacked(path.map { clamp($0.states, to: 0...1) }, along: 1)
    return [
      Named(
        name: "paths", contents: "from noise to image, line by line",
        grid: grid(lines, columns: path.count))
    ]
  }

  /// A batch as the model sees it: zeros and ones for a binarised data set.
  private var firstBatch: Batch {
    guard let batch = test.epoch(shuffledBy: nil).first(where: { _ in true }) else {
      preconditionFailure("ModelPictures: expected test images, found none")
    }
    return batch
  }

  private func grid(_ images: Tensor, columns: Int) -> ImageGrid {
    ImageGrid(
      images.scalars, imageHeight: model.dataShape.sizes[0], imageWidth: model.dataShape.sizes[1],
      channels: model.dataShape.sizes[2], columns: columns)
  }
}

/// Samples for pictures and judges, `[count, dataShape.count]`: if codes are N(0, I), the means of
/// the images of random codes, because what the model draws around them is noise.
///
/// A conditional model generates them for the classes given, or for each class in turn.
public func shownSamples(
  of model: some Generative, count: Int, labels: [Int]? = nil, using random: Random
) -> Tensor {
  model.inInference {
    let labels = labels ?? model.classesInTurn(count: count)
    if let model = model as? any PriorModel {
      return model.decode(random.normal([count, model.latentSize]), labels: labels)
    }
    let samples =
      labels.isEmpty
      ? nil : (model as? any ClassConditional)?.sample(labels: labels, using: random)
    return (samples ?? model.sample(count: count, using: random))
      .reshaped(to: [count, model.dataShape.count])
  }
}
