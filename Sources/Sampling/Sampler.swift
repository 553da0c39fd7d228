import Distributions
import Files
import Models
import NN
import Tensor

/// Opens a saved model from its file and generates examples such as images.
///
/// It does not depend on how models are trained, so that a sampling server links no training code.
/// One sampler serves any number of threads at once, each with its own `Random`; the same seed
/// gives the same examples.
///
/// ```swift
/// let sampler = try Sampler(path: "runs/vae-001/model.safetensors")
/// let images = try sampler.sample(count: 64, using: Random(seed: 1))   // [64, 28, 28, 1], in [0, 1]
/// ```
///
/// Images are `[count, height, width, channels]` in [0, 1], points and rows of a table `[count,
/// size]`, rows in the units of the file that the model was trained on. The model's file is
/// untrusted: a model never has more numbers than its file.
public final class Sampler: @unchecked Sendable {
  // Modules are not Sendable because training changes them; this one is private to the sampler and
  // never changes.
  private let model: any Model

  /// The kind of model, as named in its file: `vae`.
  public var kind: String { type(of: model).kind }
  /// The kind and shape of the generated examples.
  public var dataShape: DataShape { model.dataShape }
  /// The shape of an example: `[height, width, channels]` for an image.
  public var exampleShape: [Int] { model.dataShape.sizes }
  /// The columns of the table that the model was trained on, if it was one.
  public let table: TableDescription?
  /// The number of dimensions of its codes; 0 if it has none.
  public var latentSize: Int { (model as? any LatentVariableModel)?.latentSize ?? 0 }

  /// The number of examples generated at a time; more would take more memory and no less time.
  private static let batchSize = 256

  /// Opens the file of a model that a training run has saved.
  ///
  /// - Throws: `ModelFileError` if it cannot be read or is not a complete model, ``SamplingError``
  ///   if the model cannot generate examples.
  public init(path: String) throws {
    let file = try SafetensorsFile(path: path)
    try file.expectNoCheckpoint()
    let kind = try file.text("kind")
    let makers = registry.map(\.model).filter {
      $0 is any Generative.Type || $0 is any LatentVariableModel.Type || $0 is LanguageModel.Type
    }
    guard let maker = makers.first(where: { $0.kind == kind }) else {
      throw SamplingError.notGenerative(path: path, kind: kind, known: makers.map { $0.kind })
    }
    model = try maker.open(file)
    let shape = model.dataShape
    if shape.isImage, ![1, 3].contains(shape.sizes[2]) {
      throw file.unsuitable("shape", "that of images of 1 or 3 channels")
    }
    let text = shape.details[TableDescription.detailName]
    table = text.flatMap { TableDescription(text: $0, columns: shape.count) }
    if text != nil, table == nil {
      throw file.unsuitable("data.table", "names, means and deviations of \(shape.count) columns")
    }
  }

  /// The choice between the mean and a draw for a model with codes: examples drawn around the means
  /// of random codes are these means with noise.
  public enum Pixels: Sendable {
    /// The means of the examples of random codes.
    case means
    /// Examples drawn from the model.
    case drawn
  }

  /// Generates examples.
  ///
  /// - Parameters:
  ///   - count: The number of examples.
  ///   - pixels: Whether to return the means of p(x|z) or draws from it, if the model has such a
  ///     distribution; nil for means of images, since draws around them are noise, and for draws of
  ///     other data.
  ///   - temperature: Above 0, for models that support it: 1 samples from the model itself, less
  ///     favours examples of high density.
  ///   - options: The class, the sampler and its steps, if the model has a choice.
  ///   - random: Draws the examples.
  /// - Returns: `[count] + exampleShape`.
  /// - Throws: ``SamplingError`` if the model has no prior, no temperature, or weights too large to
  ///   compute with; `UnsuitableSetting` for an unsupported option.
  public func sample(
    count: Int, pixels: Pixels? = nil, temperature: Double = 1,
    _ options: SamplingOptions = .init(),
    using random: Random
  ) throws -> Tensor {
    guard let model = model as? any Generative else { throw SamplingError.noPrior(kind: kind) }
    try check(options)
    if temperature != 1 {
      guard let model = model as? any TemperedModel else {
        throw SamplingError.noTemperature(kind: kind)
      }
      return try batched(count) {
        model.sample(count: $0.count, temperature: temperature, using: random)
      }
    }
    if options != SamplingOptions(), let model = model as? any SteerableModel {
      return try batched(count) { model.sample(count: $0.count, options, using: random) }
    }
    let labels = try labels(count: count, options.label)
    if (pixels ?? (dataShape.isImage ? .means : .drawn)) == .means, model is any PriorModel {
      return try examples(of: try codes(count: count, using: random), labels)
    }
    return try batched(count) { part in
      guard !labels.isEmpty, let model = model as? any ClassConditional else {
        return model.sample(count: part.count, using: random)
      }
      return model.sample(labels: Array(labels[part]), using: random)
    }
  }

  /// Checks sampling options.
  ///
  /// - Throws: The first unsupported option.
  public func check(_ options: SamplingOptions) throws(UnsuitableSetting) {
    try SamplingChoices(of: model).check(options, of: kind)
  }

  /// Completes images whose upper halves are given, drawing the rest.
  ///
  /// - Parameters:
  ///   - images: `[count] + exampleShape`.
  ///   - temperature: As in ``sample(count:pixels:temperature:_:using:)``.
  ///   - random: Draws the rest.
  /// - Returns: Images of the same shape, whose upper halves are the given ones as seen by the
  ///   model.
  /// - Throws: ``SamplingError`` if the model cannot complete images, or has weights too large to
  ///   compute with.
  public func complete(
    _ images: Tensor, temperature: Double = 1, using random: Random
  ) throws -> Tensor {
    guard let model = model as? any CompletingModel else {
      throw SamplingError.noCompletion(kind: kind)
    }
    return try batched(images.shape[0]) { range in
      model.completed(
        images.sliced(range), from: exampleShape[0] / 2, temperature: temperature, using: random)
    }
  }

  /// Generates lines of examples from one new example to another, including both ends, on arcs
  /// between their codes (`interpolatedOnArc`).
  ///
  /// - Parameters:
  ///   - lines: The number of lines.
  ///   - steps: The number of examples on a line, 2 or more.
  ///   - label: The class of all of them; nil for a line of each class in turn, if the model has
  ///     classes.
  ///   - random: Draws the codes at both ends.
  /// - Returns: `[lines · steps] + exampleShape`, line by line.
  /// - Throws: ``SamplingError`` if the model has no prior, or weights too large to compute with;
  ///   `UnsuitableSetting` for an unknown class.
  public func interpolate(
    lines: Int, steps: Int, label: Int? = nil, using random: Random
  ) throws -> Tensor {
    let (a, b) = (try codes(count: lines, using: random), try codes(count: lines, using: random))
    let labels = try labels(count: lines, label).flatMap { Array(repeating: $0, count: steps) }
    return try examples(of: interpolatedOnArc(from: a, to: b, steps: steps), labels)
  }

  /// Generates lines of examples from the reconstructions of some examples to those of others,
  /// along the straight line between their codes.
  ///
  /// - Parameters:
  ///   - first: The beginnings of the lines, `[lines] + exampleShape`.
  ///   - last: The ends, of the same shape.
  ///   - steps: The number of examples on a line, 2 or more.
  ///   - label: The class of all of them, required by a conditional model.
  /// - Returns: `[lines · steps] + exampleShape`, line by line.
  /// - Throws: The errors of ``reconstruct(_:label:)``.
  public func interpolate(
    from first: Tensor, to last: Tensor, steps: Int, label: Int? = nil
  ) throws -> Tensor {
    let (a, b) = (try codes(of: first, label), try codes(of: last, label))
    let codes = interpolated(from: a, to: b, steps: steps)
    return try examples(of: codes, try knownLabels(count: codes.shape[0], label))
  }

  /// Encodes and decodes examples.
  ///
  /// - Parameters:
  ///   - examples: `[count] + exampleShape`.
  ///   - label: The class of all of them, required by a conditional model.
  /// - Returns: The reconstructions, of the same shape.
  /// - Throws: ``SamplingError`` if the model has no encoder, lacks a class that it needs, or has
  ///   weights too large to compute with; `UnsuitableSetting` for an unknown class.
  public func reconstruct(_ examples: Tensor, label: Int? = nil) throws -> Tensor {
    let codes = try codes(of: examples, label)
    return try self.examples(of: codes, try knownLabels(count: codes.shape[0], label))
  }

  /// Decodes a square grid of two-dimensional codes that represent equal shares of the prior
  /// (Kingma and Welling 2014, appendix A).
  ///
  /// - Parameters:
  ///   - side: The number of examples in a row.
  ///   - label: The class of all of them, required by a conditional model.
  /// - Returns: `[side · side] + exampleShape`, row by row; the first component of the codes
  ///   increases to the right, the second one upwards.
  /// - Throws: ``SamplingError`` if the model has no prior or codes of another size, lacks a class
  ///   that it needs, or has weights too large to compute with; `UnsuitableSetting` for an unknown
  ///   class.
  public func latentManifold(side: Int, label: Int? = nil) throws -> Tensor {
    guard model is any PriorModel else { throw SamplingError.noPrior(kind: kind) }
    guard latentSize == 2 else { throw SamplingError.codesNotFlat(kind: kind, found: latentSize) }
    let labels = try knownLabels(count: side * side, label)
    return try examples(of: standardNormalGrid(side: side), labels)
  }
}

// MARK: - Texts

extension Sampler {
  /// Draws the symbols that follow others, one by one, with a language model.
  ///
  /// - Parameters:
  ///   - prompt: The numbers of the symbols to continue, at least one.
  ///   - count: The maximum number of symbols drawn.
  ///   - choice: How each symbol is chosen.
  ///   - end: A symbol that ends the text.
  ///   - random: Draws the symbols.
  ///   - afterEach: Called after each symbol; an error it throws ends the text.
  /// - Returns: The symbols after the prompt.
  /// - Throws: ``SamplingError`` if it is not a model of texts, or has weights too large to compute
  ///   with.
  public func continuation(
    of prompt: [Int], count: Int, by choice: SymbolChoice = SymbolChoice(), end: Int? = nil,
    using random: Random, afterEach: (Int) throws -> Void = { _ in }
  ) throws -> [Int] {
    guard let model = model as? LanguageModel else { throw SamplingError.noText(kind: kind) }
    let window = prompt.suffix(dataShape.element.unitsPerExample)
    guard model.logits(of: [Array(window)]).isFinite else {
      throw SamplingError.notFinite(kind: kind)
    }
    return try model.continuation(
      of: prompt, count: count, by: choice, end: end, using: random, afterEach: afterEach)
  }
}

// MARK: - Codes

extension Sampler {
  private func codes(count: Int, using random: Random) throws -> Tensor {
    guard model is any PriorModel else { throw SamplingError.noPrior(kind: kind) }
    return random.normal([count, latentSize])
  }

  /// The classes of this many examples: the requested one, or all classes in turn.
  private func labels(count: Int, _ label: Int?) throws -> [Int] {
    try check(SamplingOptions(label: label))
    if let label { return Array(repeating: label, count: count) }
    return (model as? any Generative)?.classesInTurn(count: count) ?? []
  }

  /// The class of this many examples, which a conditional model requires.
  private func knownLabels(count: Int, _ label: Int?) throws -> [Int] {
    let classes = (model as? any ClassConditional)?.conditionalClasses ?? 0
    if label == nil, classes > 0 { throw SamplingError.needsClass(kind: kind, classes: classes) }
    return try labels(count: count, label)
  }

  private func codes(of examples: Tensor, _ label: Int?) throws -> Tensor {
    precondition(
      Array(examples.shape.dropFirst()) == exampleShape,
      "Sampler: expected examples of shape [count] + \(exampleShape), found \(examples.shape)")
    guard let model = model as? any EncodingModel else {
      throw SamplingError.noEncoder(kind: kind)
    }
    let rows = examples.reshaped(to: [examples.shape[0], dataShape.count])
    return model.encode(
      table?.standardization(rows) ?? rows, labels: try knownLabels(count: rows.shape[0], label))
  }

  private func examples(of codes: Tensor, _ labels: [Int]) throws -> Tensor {
    guard let model = model as? any LatentVariableModel else {
      preconditionFailure("Sampler: expected a model with codes, found '\(kind)'")
    }
    return try batched(codes.shape[0]) { part in
      model.decode(codes.sliced(part), labels: labels.isEmpty ? [] : Array(labels[part]))
    }
  }

  /// Generates examples in batches.
  private func batched(_ count: Int, _ make: (Range<Int>) throws -> Tensor) throws -> Tensor {
    let parts = try stride(from: 0, to: count, by: Self.batchSize).map { start in
      try checked(make(start..<min(start + Self.batchSize, count)))
    }
    return parts.count == 1 ? parts[0] : Tensor.concatenated(parts)
  }

  /// Examples in their final form: finite, images in [0, 1], rows in the file's units.
  private func checked(_ values: Tensor) throws -> Tensor {
    let shape = [values.shape[0]] + exampleShape
    guard values.isFinite else { throw SamplingError.notFinite(kind: kind) }
    if dataShape.isImage { return clamp(values, to: 0...1).reshaped(to: shape) }
    guard let table else { return values.reshaped(to: shape) }
    let rows = table.standardization.inverse(values.reshaped(to: [shape[0], dataShape.count]))
    guard rows.isFinite else { throw SamplingError.notFinite(kind: kind) }
    return rows.reshaped(to: shape)
  }
}
