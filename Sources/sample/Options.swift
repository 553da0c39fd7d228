import Training

/// What can be set on the command line of `sample`.
struct Options: Sendable {
  var model: String?
  var count = 64
  var seed = 0
  var out = "samples.png"
  var interpolates = false
  var reconstructs: String?
  var isManifold = false
  var threads: Int?
  var isProfiled = false
}

let command = Command(
  name: "sample",
  summary: "Makes images with a trained model, from the file in which it was saved.",
  version: pushforwardVersion,
  defaults: Options(),
  notes: """
    The images are new ones, of random codes, unless --interpolate, --reconstruct or
    --manifold asks for others. With both of the first two, lines lead from the
    first image of the file to the second, from the third to the fourth, and so on.
    --manifold rounds the count up to a square.

    --out FILE.png, .pgm (grey) or .ppm (colour) is a picture of all; beside a
    reconstruction stands its original. FILE.npy is an array for NumPy, of shape
    [count, height, width, channels] with values from 0 to 1. Any other name is that
    of a folder for a file of each image, as PNG and as PGM or PPM.

    scripts/train vae trains a model: runs/vae-001/model.safetensors.
    """,
  options: [
    .text(
      "model", \.model, placeholder: "FILE", absence: "none, it has to be given",
      help: "a run's model.safetensors"),
    .integer("count", \.count, in: .between(1, and: 100_000), help: "images"),
    .integer("seed", \.seed, in: .atLeast(0), help: "seed of all random numbers"),
    .text("out", \.out, placeholder: "PATH", help: "file or folder for the images"),
    .flag("interpolate", \.interpolates, help: "lines of images from one code to another"),
    .text(
      "reconstruct", \.reconstructs, placeholder: "IMAGES", absence: "new images",
      help: "image file, folder of them or IDX file to take through the model and back"),
    .flag("manifold", \.isManifold, help: "a grid of codes, where they have two dimensions"),
    .integer(
      "threads", \.threads, in: .between(1, and: 256), absence: "all processors",
      help: "threads; results do not depend on it"),
    .flag(
      "profile", \.isProfiled, help: "print what each operation of making the images took"),
  ])

extension Options {
  /// Throws a `CommandLineError` where options are missing or do not suit each other.
  func check() throws {
    if isManifold, interpolates || reconstructs != nil {
      throw CommandLineError.unsuitableValue(
        option: "--manifold", value: "with --interpolate or --reconstruct",
        reason: "expected it alone")
    }
  }
}
