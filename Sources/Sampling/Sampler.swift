import Distributions
import Files
import NN
import Tensor

/// A saved model that makes images, opened from its file.
///
/// Nothing of it depends on how models are trained, so that a server which samples links no training
/// code. One sampler serves any number of threads at once, each with a `Random` of its own; the same
/// seed gives the same images.
///
/// ```swift
/// let sampler = try Sampler(path: "runs/vae-001/model.safetensors")
/// let images = try sampler.sample(count: 64, Random(seed: 1))   // [64, 28, 28, 1], in [0, 1]
/// ```
///
/// The file may be anybody's: a model is never larger than its file has numbers for, times 16.
public final class Sampler: @unchecked Sendable {
  // Modules are not Sendable because training changes them; this one nobody else has, and nothing
  // changes it.
  private let model: any GenerativeModel

  /// The kind of model, as its file names it: `vae`.
  public let kind: String
  /// The shape of the images that it makes: `[height, width, channels]`.
  public let imageShape: [Int]
  /// The number of dimensions of its codes.
  public var latentSize: Int { model.codeSize }

  /// How many images are made at a time; more would take more memory and no less time.
  private static let batchSize = 256

  /// Opens the file of a model that a training run has saved.
  ///
  /// - Throws: `ModelFileError` if it cannot be read or is not that of a whole model,
  ///   ``SamplingError`` if it is of a model that makes no images.
  public init(path: String) throws {
    let file = try SafetensorsFile(path: path)
    try file.expectNoCheckpoint()
    kind = try file.text("kind")
    model = try openModel(file)
    imageShape = try file.sizes("image-shape", count: 3...3)
    guard imageShape.elementCount == model.features else {
      throw file.unsuitable("image-shape", "that of images of \(model.features) values")
    }
    guard imageShape[2] == 1 || imageShape[2] == 3 else {
      throw file.unsuitable("image-shape", "that of images of 1 or 3 channels")
    }
  }

  /// New images, made of codes that are drawn from the prior.
  ///
  /// - Returns: `[count, height, width, channels]`, in [0, 1].
  /// - Throws: ``SamplingError`` if the model has no prior, or weights too large to compute with.
  public func sample(count: Int, _ random: Random) throws -> Tensor {
    try images(of: try codes(count: count, random))
  }

  /// Lines of images from one new image to another, both ends included.
  ///
  /// Between two codes a and b lie cos(½πt) a + sin(½πt) b for t from 0 to 1: where a and b are
  /// N(0, 1), so is each of these (White, "Sampling generative networks", 2016).
  ///
  /// - Parameters:
  ///   - lines: How many lines.
  ///   - steps: How many images a line has, 2 or more.
  ///   - random: Draws the codes at both ends.
  /// - Returns: `[lines · steps, height, width, channels]`, in [0, 1], line by line.
  /// - Throws: ``SamplingError`` if the model has no prior, or weights too large to compute with.
  public func interpolate(lines: Int, steps: Int, _ random: Random) throws -> Tensor {
    let (a, b) = (try codes(count: lines, random), try codes(count: lines, random))
    let angle = ramp(to: 0.5 * Double.pi, steps)
    return try images(of: along(cos(angle) * a.expanded(at: 1) + sin(angle) * b.expanded(at: 1)))
  }

  /// Lines of images from the reconstructions of some images to those of others, along the straight
  /// line between their codes.
  ///
  /// - Parameters:
  ///   - first: Where the lines begin, `[lines, height, width, channels]`, in [0, 1].
  ///   - last: Where they end, of the same shape.
  ///   - steps: How many images a line has, 2 or more.
  /// - Returns: `[lines · steps, height, width, channels]`, in [0, 1], line by line.
  /// - Throws: ``SamplingError`` if the model has no encoder, or weights too large to compute with.
  public func interpolate(from first: Tensor, to last: Tensor, steps: Int) throws -> Tensor {
    let a = try codes(of: first).expanded(at: 1)
    let b = try codes(of: last).expanded(at: 1)
    return try images(of: along(a + ramp(to: 1, steps) * (b - a)))
  }

  /// Images through their codes and back.
  ///
  /// - Parameter images: `[count, height, width, channels]`, in [0, 1].
  /// - Returns: The reconstructions, of the same shape.
  /// - Throws: ``SamplingError`` if the model has no encoder, or weights too large to compute with.
  public func reconstruct(_ images: Tensor) throws -> Tensor {
    try self.images(of: try codes(of: images))
  }

  /// The images of a square grid of codes that stand for equal shares of the prior, where codes have
  /// two dimensions.
  ///
  /// - Returns: `[side · side, height, width, channels]`, in [0, 1], row after row; the first
  ///   component of the codes grows to the right, the second one upwards.
  /// - Throws: ``SamplingError`` if the model has no prior, codes of another size, or weights too large
  ///   to compute with.
  public func latentManifold(side: Int) throws -> Tensor {
    try checkPrior()
    guard latentSize == 2 else { throw SamplingError.codesNotFlat(kind: kind, found: latentSize) }
    return try images(of: standardNormalGrid(side: side))
  }
}

// MARK: - Codes

extension Sampler {
  private func checkPrior() throws {
    guard model.hasPrior else { throw SamplingError.noPrior(kind: kind) }
  }

  private func codes(count: Int, _ random: Random) throws -> Tensor {
    try checkPrior()
    return random.normal([count, latentSize])
  }

  private func codes(of images: Tensor) throws -> Tensor {
    precondition(
      images.rank == 4 && Array(images.shape.dropFirst()) == imageShape,
      "Sampler: expected images of shape [count, \(imageShape[0]), \(imageShape[1]),"
        + " \(imageShape[2])], found \(images.shape)")
    guard let encoded = model.encode(images.reshaped(to: [images.shape[0], model.features])) else {
      throw SamplingError.noEncoder(kind: kind)
    }
    return encoded
  }

  /// Even steps from 0 on, `[1, steps, 1]`.
  private func ramp(to end: Double, _ steps: Int) -> Tensor {
    precondition(steps > 1, "interpolate: expected two images or more in a line, found \(steps)")
    return Tensor.linearSpace(from: 0, through: end, count: steps).reshaped(to: [1, steps, 1])
  }

  /// Codes `[lines, steps, latentSize]` one after another.
  private func along(_ codes: Tensor) -> Tensor {
    codes.reshaped(to: [codes.shape[0] * codes.shape[1], latentSize])
  }

  private func images(of codes: Tensor) throws -> Tensor {
    let count = codes.shape[0]
    let parts = try stride(from: 0, to: count, by: Self.batchSize).map { start in
      let part = model.decode(codes.sliced(start..<min(start + Self.batchSize, count)))
      guard part.isFinite else { throw SamplingError.notFinite(kind: kind) }
      return part
    }
    let values = parts.count == 1 ? parts[0] : Tensor.concatenated(parts)
    return values.reshaped(to: [count] + imageShape)
  }
}
