import CommandLine
import Datasets
import Fitting
import Images
import OptimalTransport
import Results
import Settings
import Tensor
import Training

/// The options of `pushforward transport` besides the problem itself.
private struct TransportOutput: SettingGroup {
  @Setting("folder in which the run's own folder is made", placeholder: "DIR") var out = "runs"
  @Setting("threads; results do not depend on it", in: 1...256, absence: "all processors")
  var threads: Int? = nil
  @Setting("print nothing but errors") var quiet = false
}

/// `pushforward transport`.
@Sendable func transportVerb(_ arguments: [String]) {
  let command = Command(
    name: "pushforward transport",
    summary: "Moves one table of weighted points to another at the least cost.",
    notes: """
      A table is a .csv, with or without a heading, or a .npy file. The cost is the
      distance's power: squared distances by default. --weights names a column of
      both tables; their sums must be equal, or use --normalize.

      With --barycenter the files are tables, or PNG, JPEG, PGM or PPM images of one
      size, whose brightness values are the masses of their pixels.

      A new folder is made, such as runs/transport-001, with config.json, result.json,
      plan.csv (a row for each entry: source, target, mass) or barycenter.csv, and
      figure.svg.
      """,
    groups: [
      OptionGroup("Problem", TransportSettings.definitions),
      OptionGroup("Output", TransportOutput.definitions),
    ])
  let options = command.parseOrExit(arguments)
  command.execute {
    try transport(
      TransportSettings(options.values), TransportOutput(options.values), options.values)
  }
}

private func transport(
  _ settings: TransportSettings, _ output: TransportOutput, _ values: Configuration
) throws {
  if let threads = output.threads { threadCount = threads }
  let task = TransportTask(settings)
  let (results, image) = try solved(task)
  try Interrupt.check()
  let folder = try RunFolder(in: output.out, name: "transport")
  var configuration: Configuration = ["verb": .text("transport")]
  for entry in values.entries { configuration[entry.name] = entry.value }
  try folder.write(configuration)
  for file in try results.files(valuesName: "result.json") {
    try folder.write(file.bytes, to: file.name)
  }
  if let image { try folder.write(image, to: "barycenter") }
  try folder.flush()
  if output.quiet { return }
  for line in results.lines { Console.printLine(line) }
  Console.printLine("files: \(folder.path)")
}

/// The results, and a picture if pictures were given.
private func solved(_ task: TransportTask) throws -> (Results, Image?) {
  let settings = task.settings
  try checkUse(of: settings)
  if let paths = settings.barycenter?.names {
    guard settings.from == nil, settings.to == nil else {
      throw CommandLineError.unsuitableValue(
        option: "--barycenter", value: paths.joined(separator: ","),
        reason: "expected either --barycenter or --from and --to, found both")
    }
    if paths.allSatisfy(isTable) {
      return (try task.barycenter(of: paths.map { try table($0, settings) }), nil)
    }
    let images = try brightnesses(paths)
    let (results, center) = try task.barycenter(ofImages: images, paths: paths)
    return (results, picture(center))
  }
  guard let from = settings.from else {
    throw CommandLineError.missingOption("--from", placeholder: "FILE")
  }
  guard let to = settings.to else {
    throw CommandLineError.missingOption("--to", placeholder: "FILE")
  }
  return (try task.plan(from: table(from, settings), to: table(to, settings)), nil)
}

/// Throws for an option that would have no effect.
private func checkUse(of settings: TransportSettings) throws {
  let isBarycenter = settings.barycenter != nil
  let isSinkhorn = !isBarycenter && settings.method == .sinkhorn
  func check(_ option: String, _ value: String?, _ isUsed: Bool, with needed: String) throws {
    guard let value, !isUsed else { return }
    throw CommandLineError.unsuitableValue(
      option: option, value: value, reason: "expected only with \(needed)")
  }
  let either = "--method sinkhorn or --barycenter"
  try check(
    "--epsilon", settings.epsilon.map { "\($0)" }, isSinkhorn || isBarycenter, with: either)
  try check(
    "--tolerance", settings.tolerance.map { "\($0)" }, isSinkhorn || isBarycenter, with: either)
  try check("--round", settings.round ? "on" : nil, isSinkhorn, with: "--method sinkhorn")
  try check("--debias", settings.debias ? "on" : nil, isBarycenter, with: "--barycenter")
  let shares = settings.shares?.map(String.init).joined(separator: ",")
  try check("--shares", shares, isBarycenter, with: "--barycenter")
}

private func isTable(_ path: String) -> Bool {
  [".csv", ".npy"].contains { path.lowercased().hasSuffix($0) }
}

private func table(_ path: String, _ settings: TransportSettings) throws -> FitData {
  FitData(
    try Table(path: path).selecting(
      columns: settings.columns?.names, weights: settings.weights))
}

/// Grey images of one size, `[k, height, width]`, where 1 is white.
private func brightnesses(_ paths: [String]) throws -> Tensor {
  let images = try paths.map { try Image(path: $0).grey }
  for (image, path) in zip(images, paths)
  where image.height != images[0].height || image.width != images[0].width {
    throw FitError.unsuitable(
      path: path,
      expected: "an image of \(images[0].width)×\(images[0].height) pixels, like the first",
      found: "\(image.width)×\(image.height)")
  }
  let pixels = images.flatMap { $0.pixels.map { Double($0) / 255 } }
  return Tensor(
    pixels, shape: [images.count, images[0].height, images[0].width], dtype: .float64)
}

/// The masses as an image in which the largest is white.
private func picture(_ masses: Tensor) -> Image {
  let scaled = masses / max(masses.max().scalar, .leastNormalMagnitude)
  return Image(
    height: masses.shape[0], width: masses.shape[1], channels: 1,
    pixels: scaled.doubles.map { UInt8(min(255, max(0, ($0 * 255).rounded()))) })
}

extension TransportError: ExitCodeProviding {
  /// Always `dataError`.
  public var exitCode: ExitCode { .dataError }
}
