import Images
import Sampling
import Tensor
import Training

/// One run: the model opened, the images made and written.
func run(_ options: Options) throws {
  guard let path = options.model else {
    throw CommandLineError.missingOption("--model", placeholder: "FILE")
  }
  try options.check()
  let sampler = try Sampler(path: path)
  let output = try Output(path: options.out, channels: sampler.imageShape[2])
  let count = try profiling(options.isProfiled) {
    let made = try images(sampler, options)
    try Interrupt.check()
    try output.write(made)
    return made.images.shape[0]
  }
  Console.printLine("\(options.out): \(count) \(count == 1 ? "image" : "images")")
}

/// Images, and how they are laid out in a picture.
struct Made {
  /// `[count, height, width, channels]`, in [0, 1].
  let images: Tensor
  /// What stands before each image in a picture, of the same shape.
  var originals: Tensor?
  /// How many images, and originals, a picture has in a row.
  let columns: Int
}

private func images(_ sampler: Sampler, _ options: Options) throws -> Made {
  let random = Random(seed: UInt64(options.seed))
  let count = options.count
  let side = (1...count).first { $0 * $0 >= count } ?? count
  let steps = max(2, side)
  let lines = (count + steps - 1) / steps
  if options.isManifold {
    return Made(images: try sampler.latentManifold(side: side), columns: side)
  }
  if let path = options.reconstructs {
    let originals = try loadImages(
      path, shape: sampler.imageShape, limit: options.interpolates ? 2 * lines : count)
    guard options.interpolates else {
      let side = (1...).first { 2 * $0 * $0 >= originals.shape[0] } ?? 1
      return Made(
        images: try sampler.reconstruct(originals), originals: originals, columns: 2 * side)
    }
    let pairs = originals.shape[0] / 2
    guard pairs > 0 else {
      throw CommandLineError.unsuitableValue(
        option: "--reconstruct", value: path, reason: "expected two images or more, found one")
    }
    let rows = (0..<pairs).map { 2 * $0 }
    let images = try sampler.interpolate(
      from: rows.isEmpty ? originals : gathered(originals, rows),
      to: gathered(originals, rows.map { $0 + 1 }), steps: steps)
    return Made(images: images.sliced(0..<min(count, pairs * steps)), columns: steps)
  }
  if options.interpolates {
    let images = try sampler.interpolate(lines: lines, steps: steps, random)
    return Made(images: images.sliced(0..<count), columns: steps)
  }
  return Made(images: try sampler.sample(count: count, random), columns: side)
}

/// The images of these numbers.
private func gathered(_ images: Tensor, _ rows: [Int]) -> Tensor {
  Tensor.concatenated(rows.map { images.sliced($0..<$0 + 1) })
}

extension SamplingError: ExitCodeProviding {
  /// `dataError` for a file of another model or of an absurd one, `usage` for what the model cannot do.
  public var exitCode: ExitCode {
    switch self {
    case .notGenerative, .notFinite: .dataError
    case .noPrior, .noEncoder, .codesNotFlat: .usage
    }
  }
}
