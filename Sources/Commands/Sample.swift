import CommandLine
import Images
import Models
import NN
import Sampling
import Settings
import Tensor
import Training

/// The options of `pushforward sample`.
struct SampleSettings: SettingGroup {
  @Setting("a run's model.safetensors", placeholder: "FILE", absence: "none; required")
  var model: String? = nil
  @Setting("number of images or other examples", in: 1...100_000) var count = 64
  @Setting("seed of all random numbers", in: .atLeast(0)) var seed = 0
  @Setting(
    "output file or folder", placeholder: "PATH",
    absence: "samples.png, or samples.csv if not images; texts are printed") var out: String? = nil
  @Setting("draw pixels from p(x|z) instead of its means") var drawPixels = false
  @Setting("rows of images that lead from one code to another") var interpolate = false
  @Setting(
    "image file, folder of images, IDX file or table to encode and reconstruct",
    placeholder: "PATH", absence: "new images") var reconstruct: String? = nil
  @Setting(
    "image file, folder of images or IDX file with upper halves to complete", placeholder: "PATH",
    absence: "new images") var complete: String? = nil
  @Setting("a grid of codes, if they have two dimensions") var manifold = false
  @Setting("text that a language model continues", placeholder: "TEXT", absence: "none")
  var prompt: String? = nil
  @Setting("characters of a text after the prompt", in: 1...1_000_000) var length = 500
  @Setting(
    "below 1, likely samples become likelier; for texts, flows and models of pixels or codes",
    in: .above(0))
  var temperature = 1.0
  @Setting("draw only from the N likeliest characters", in: .atLeast(1), absence: "all")
  var topK: Int? = nil
  @Setting("draw only from the likeliest characters of this total probability", in: .above(0))
  var nucleus = 1.0
  @Setting("threads; results do not depend on it", in: 1...256, absence: "all processors")
  var threads: Int? = nil
  @Setting("print the time per operation") var profile = false
}

/// `pushforward sample`.
@Sendable func sampleVerb(_ arguments: [String]) {
  let command = Command(
    name: "pushforward sample",
    summary:
      "Generates images or other data with a trained model, read from its file.",
    notes: """
      Images are generated from random codes, unless --interpolate, --reconstruct or
      --manifold is given. With both --interpolate and --reconstruct, rows lead from
      the first image of the file to the second, from the third to the fourth, and so
      on. --manifold rounds the count up to a square.

      For a model with classes, --class generates images of one class. A model trained
      with --conditional generates images of each class in turn without it, and needs
      it with --reconstruct and --manifold. Models that turn noise into images (ddpm,
      flow-matching, score) can use another --sampler or other --steps than in
      training.

      --out FILE.png, .pgm (grey) or .ppm (colour) is one picture of all images, each
      reconstruction next to its original. FILE.npy is an array for NumPy, of shape
      [count, height, width, channels] with values from 0 to 1. Any other name is a
      folder that gets a file for each image, as PNG and as PGM or PPM.

      --complete keeps the upper halves of images and draws the rest, with models
      that draw pixel by pixel; each completed image stands next to its original.

      For a model of points or of a table, FILE.csv is a table, FILE.npy an array and
      FILE.svg a drawing; rows are in the units of the table that it was trained on.

      A language model prints its continuation of the prompt, or writes it to the file
      --out; a model of lines generates as many lines as --count says.

      pushforward train vae trains a model: runs/vae-001/model.safetensors.
      """,
    groups: [
      OptionGroup("Options", SampleSettings.definitions),
      OptionGroup("Options that some models take", SteeringSettings.definitions),
    ])
  let options = command.parseOrExit(arguments)
  command.execute {
    try sample(SampleSettings(options.values), SteeringSettings(options.values))
  }
}

/// Opens the model, generates the images and writes them.
private func sample(_ settings: SampleSettings, _ steering: SteeringSettings) throws {
  guard let path = settings.model else {
    throw CommandLineError.missingOption("--model", placeholder: "FILE")
  }
  if settings.manifold, settings.interpolate || settings.reconstruct != nil {
    throw CommandLineError.unsuitableValue(
      option: "--manifold", value: "with --interpolate or --reconstruct",
      reason: "expected it alone")
  }
  if let threads = settings.threads { threadCount = threads }
  let others = [
    ("--interpolate", settings.interpolate), ("--manifold", settings.manifold),
    ("--reconstruct", settings.reconstruct != nil),
  ].filter(\.1).map(\.0)
  if let other = others.first, settings.complete != nil || settings.temperature != 1 {
    throw CommandLineError.unsuitableValue(
      option: settings.complete != nil ? "--complete" : "--temperature", value: "with \(other)",
      reason: "expected new or completed examples")
  }
  let sampler = try Sampler(path: path)
  let shape = sampler.dataShape
  try settings.check(for: shape)
  try steering.check(beside: settings)
  try steering.check { (options) throws(UnsuitableSetting) in try sampler.check(options) }
  if shape.isText { return try printText(by: sampler, path, settings) }
  let out = settings.out ?? (shape.isImage ? "samples.png" : "samples.csv")
  let output = try SampleOutput(path: out, shape)
  if settings.manifold, !shape.isImage {
    throw CommandLineError.unsuitableValue(
      option: "--manifold", value: "with a model of \(shape.element.exampleNoun.plural)",
      reason: "expected a model of images")
  }
  let count = try profiling(settings.profile) {
    let made = try examples(sampler, settings, steering.options)
    try Interrupt.check()
    try output.write(made, columns: sampler.table?.columns)
    return made.examples.shape[0]
  }
  Console.printLine("\(out): \(count) \(shape.element.exampleNoun(count))")
}

/// Examples, and the layout of images in a picture.
struct Made {
  /// `[count] + exampleShape`; images lie in [0, 1].
  let examples: Tensor
  /// The image shown before each image in a picture, of the same shape.
  var originals: Tensor?
  /// The number of images, originals included, in a row of the picture.
  let columns: Int
}

private func examples(
  _ sampler: Sampler, _ settings: SampleSettings, _ options: SamplingOptions
) throws -> Made {
  let random = Random(seed: UInt64(settings.seed))
  let count = settings.count
  let side = (1...count).first { $0 * $0 >= count } ?? count
  let steps = max(2, side)
  let lines = (count + steps - 1) / steps
  if settings.manifold {
    return Made(
      examples: try sampler.latentManifold(side: side, label: options.label), columns: side)
  }
  if let path = settings.complete {
    let given = try loadExamples(path, sampler, limit: count, option: "--complete")
    let completed = try sampler.complete(
      given, temperature: settings.temperature, using: random)
    return Made(
      examples: completed, originals: given, columns: pairColumns(given.shape[0]))
  }
  if let path = settings.reconstruct {
    let originals = try loadExamples(
      path, sampler, limit: settings.interpolate ? 2 * lines : count)
    guard settings.interpolate else {
      return Made(
        examples: try sampler.reconstruct(originals, label: options.label), originals: originals,
        columns: pairColumns(originals.shape[0]))
    }
    let pairs = originals.shape[0] / 2
    guard pairs > 0 else {
      let noun = sampler.dataShape.element.exampleNoun
      throw CommandLineError.unsuitableValue(
        option: "--reconstruct", value: path,
        reason: "expected two \(noun.plural) or more, found one")
    }
    let rows = (0..<pairs).map { 2 * $0 }
    let examples = try sampler.interpolate(
      from: gathered(originals, rows), to: gathered(originals, rows.map { $0 + 1 }), steps: steps,
      label: options.label)
    return Made(examples: examples.sliced(0..<min(count, pairs * steps)), columns: steps)
  }
  if settings.interpolate {
    let examples = try sampler.interpolate(
      lines: lines, steps: steps, label: options.label, using: random)
    return Made(examples: examples.sliced(0..<count), columns: steps)
  }
  let pixels: Sampler.Pixels? = settings.drawPixels ? .drawn : nil
  return Made(
    examples: try sampler.sample(
      count: count, pixels: pixels, temperature: settings.temperature, options, using: random),
    columns: side)
}

/// The number of images in a row of a picture of this many pairs.
private func pairColumns(_ count: Int) -> Int { 2 * ((1...).first { 2 * $0 * $0 >= count } ?? 1) }

/// The examples at these places.
private func gathered(_ examples: Tensor, _ rows: [Int]) -> Tensor {
  Tensor.concatenated(rows.map { examples.sliced($0..<$0 + 1) })
}

extension SamplingError: ExitCodeProviding {
  /// `dataError` for a file of another model or an invalid one, `usage` for a request that the
  /// model does not support.
  public var exitCode: ExitCode {
    switch self {
    case .notGenerative, .notFinite: .dataError
    case .noPrior, .noEncoder, .noText, .noTemperature, .noCompletion, .needsClass, .codesNotFlat:
      .usage
    }
  }
}
