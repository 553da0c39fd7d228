import Distributions
import Files
import Foundation
import Images
import ModelSupport
import Models
import NN
import Tensor
import Testing

@Suite struct SampleTests {
  private let workspace: Workspace
  private let vae = VAE(
    features: 15, hidden: [4], latent: 2, shape: [3, 5, 1], Random(seed: 1))

  init() throws {
    workspace = try Workspace()
    try vae.save(to: workspace.path(of: "vae.safetensors"))
  }

  private func sample(_ arguments: String...) throws -> Executable.Result {
    try Executable("sample", ["--model", "vae.safetensors"] + arguments, in: workspace).result()
  }

  /// The images of random codes.
  private func means(count: Int, seed: UInt64) -> Tensor {
    vae.decode(Random(seed: seed).normal([count, 2]))
  }

  private func expectFailure(
    _ arguments: [String], _ code: Int32, _ message: String
  ) throws {
    let result = try Executable("sample", arguments, in: workspace).result()
    #expect(result.code == code, "\(arguments)")
    #expect(result.error.hasPrefix("pushforward sample: " + message), "\(result.error)")
    #expect(workspace.names() == ["data", "vae.safetensors"])
  }

  @Test func samplesAreAPictureByDefault() throws {
    let result = try sample("--seed", "1")
    #expect(result.code == 0)
    #expect(result.output == "samples.png: 64 images\n")
    let image = try Image(path: workspace.path(of: "samples.png"))
    #expect(image.height == 8 * 5 - 2 && image.width == 8 * 7 - 2)
    let grid = ImageGrid(
      means(count: 64, seed: 1).reshaped(to: [64, 3, 5, 1]), columns: 8)
    #expect(image == grid.image)
  }

  @Test func theSameSeedGivesTheSameBytesAtAnyNumberOfThreads() throws {
    for (name, threads) in [("a.png", "1"), ("b.png", "3")] {
      #expect(try sample("--out", name, "--threads", threads, "--count", "300").code == 0)
    }
    #expect(try sample("--out", "c.png", "--seed", "2", "--count", "300").code == 0)
    let files = try workspace.files(below: ".")
    #expect(files["a.png"] == files["b.png"])
    #expect(files["a.png"] != files["c.png"])
  }

  /// A digit that a program saved in colour is still a digit.
  @Test func greySavedInColourIsReconstructedAsGrey() throws {
    let grey = Image(height: 3, width: 5, channels: 1, pixels: (0..<15).map { 17 * $0 })
    let color = Image(
      height: 3, width: 5, channels: 3, pixels: grey.inColor.pixels.dropLast() + [0])
    try workspace.write(grey.png, to: "grey.png")
    try workspace.write(grey.inColor.png, to: "saved-in-colour.png")
    try workspace.write(color.png, to: "colour.png")
    #expect(try sample("--reconstruct", "grey.png", "--out", "a.npy").code == 0)
    #expect(try sample("--reconstruct", "saved-in-colour.png", "--out", "b.npy").code == 0)
    #expect(try workspace.contents(of: "a.npy") == workspace.contents(of: "b.npy"))
    let result = try sample("--reconstruct", "colour.png", "--out", "c.npy")
    #expect(result.code == 64)
    #expect(
      result.error.hasPrefix(
        "pushforward sample: --reconstruct colour.png: expected images of 3×5×1 values as the model makes, found"
          + " 3×5×3\n"))
  }

  /// The same files in the same order as for other readers of folders.
  @Test func aFolderOfFoldersIsReconstructed() throws {
    for (index, name) in ["b/c/1.png", "a.png", "b/0.png"].enumerated() {
      try workspace.makeFolder(("photos/" + name as NSString).deletingLastPathComponent)
      let image = Image(
        height: 3, width: 5, channels: 1, pixels: [UInt8](repeating: UInt8(50 * index), count: 15))
      try workspace.write(image.png, to: "photos/" + name)
    }
    try workspace.makeFolder("photos/__MACOSX/b")
    for name in ["__MACOSX/b/._0.png", ".DS_Store", "b/Thumbs.db"] {
      try workspace.write([1], to: "photos/" + name)
    }
    // A name in Latin-1.
    let rename = try Executable(
      command: ["/bin/sh", "-c", #"mv photos/b/c/1.png "photos/b/c/$(printf '\351')""#],
      in: workspace
    ).result()
    #expect(rename.code == 0)
    #expect(try sample("--reconstruct", "photos", "--out", "a.npy").code == 0)
    let found = try Tensor(npy: workspace.path(of: "a.npy"))
    let images = Tensor.stacked(
      [1, 2, 0].map { Tensor(filledWith: 50 * $0 / 255, [15]) }, along: 0)
    let expected = vae.reconstruct(images)
    #expect(found.shape == [3, 3, 5, 1])
    #expect(zip(found.scalars, expected.scalars).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func theEndingSaysTheFormat() throws {
    #expect(try sample("--out", "a.pgm", "--count", "3").code == 0)
    #expect(try sample("--out", "a.npy", "--count", "3").code == 0)
    #expect(try sample("--out", "new/folder", "--count", "3").code == 0)
    let array = try Tensor(npy: workspace.path(of: "a.npy"))
    let expected = means(count: 3, seed: 0)
    #expect(array.shape == [3, 3, 5, 1])
    #expect(array.scalars == expected.scalars)
    #expect(
      workspace.names(in: "new/folder") == [
        "001.pgm", "001.png", "002.pgm", "002.png", "003.pgm", "003.png",
      ])
    // New files are not added to existing ones.
    let again = try sample("--out", "new/folder", "--count", "1")
    #expect(again.code == 64)
    #expect(again.error.contains("--out new/folder: expected a new or an empty folder"))
    let third = try Image(path: workspace.path(of: "new/folder/003.png"))
    #expect(third == ImageGrid(array.sliced(2..<3), columns: 1).image)
    #expect(try Image(path: workspace.path(of: "new/folder/003.pgm")) == third)
    #expect(
      try Image(path: workspace.path(of: "a.pgm")) == ImageGrid(array, columns: 2).image)
  }

  @Test func imagesAreTakenThroughTheModel() throws {
    #expect(try sample("--out", "folder", "--count", "4").code == 0)
    for name in workspace.names(in: "folder") where name.hasSuffix(".pgm") {
      try FileManager.default.removeItem(atPath: workspace.path(of: "folder/" + name))
    }
    #expect(try sample("--reconstruct", "folder", "--out", "r.npy").code == 0)
    let images = try (1...4).map { try Image(path: workspace.path(of: "folder/00\($0).png")) }
    let x = Tensor(bytes: images.flatMap(\.pixels), rows: 0..<4, rowLength: 15)
    let found = try Tensor(npy: workspace.path(of: "r.npy"))
    #expect(found.scalars == vae.reconstruct(x).scalars)
    // A picture shows each original next to its reconstruction.
    #expect(try sample("--reconstruct", "folder/001.png", "--out", "r.png").code == 0)
    let pair = try Image(path: workspace.path(of: "r.png"))
    #expect(pair.height == 3 && pair.width == 12)
    #expect(Array(pair.pixels[0..<5]) == Array(images[0].pixels[0..<5]))
    #expect(
      try sample("--reconstruct", "folder", "--interpolate", "--count", "9", "--out", "i.npy").code
        == 0)
    let lines = try Tensor(npy: workspace.path(of: "i.npy"))
    #expect(lines.shape == [6, 3, 5, 1])
    #expect(abs(lines.sliced(2..<3) - found.sliced(1..<2)).max().scalar < 1e-6)
  }

  @Test func theManifoldAndInterpolations() throws {
    #expect(try sample("--manifold", "--count", "9", "--out", "m.npy").code == 0)
    #expect(
      try Tensor(npy: workspace.path(of: "m.npy")).scalars
        == vae.decode(standardNormalGrid(side: 3)).scalars)
    #expect(try sample("--interpolate", "--count", "10", "--out", "i.npy").code == 0)
    #expect(try Tensor(npy: workspace.path(of: "i.npy")).shape == [10, 3, 5, 1])
  }

  @Test func pixelsMayBeDrawn() throws {
    #expect(try sample("--draw-pixels", "--seed", "4", "--count", "9", "--out", "d.npy").code == 0)
    let drawn = try Tensor(npy: workspace.path(of: "d.npy"))
    #expect(drawn.shape == [9, 3, 5, 1] && Set(drawn.scalars) == [0, 1])
    #expect(drawn.scalars == vae.sample(count: 9, using: Random(seed: 4)).scalars)
  }

  @Test func whatIsWrongIsSaidAndNothingWritten() throws {
    let model = ["--model", "vae.safetensors"]
    try expectFailure([], 64, "--model FILE is needed")
    try expectFailure(model + ["--count", "0"], 64, "--count is out of range")
    try expectFailure(model + ["--out", "a.ppm"], 64, "--out a.ppm: expected .pgm")
    try expectFailure(
      model + ["--out", "a.JPG"], 64, "--out a.JPG: expected .png, .pgm, .npy, or the name of a")
    try expectFailure(model + ["--manifold", "--interpolate"], 64, "--manifold with")
    try expectFailure(["--model", "none"], 66, "cannot read 'none': No such file")
    try expectFailure(model + ["--reconstruct", "none"], 66, "none: cannot be read: No such file")
    try expectFailure(
      model + ["--reconstruct", "vae.safetensors"], 65, "vae.safetensors: expected an image")
    try expectFailure(
      model + ["--threads", "257"], 64, "--threads is out of range: expected 1 to 256, found 257")
    try expectFailure(model + ["--out", "/dev/null/a.png"], 74, "cannot write '/dev/null/a.png'")
  }

  /// Files may not grow beyond a kilobyte.
  @Test func aFileThatMayNotGrowIsNamedAndNothingHalfWrittenStays() throws {
    let script = #"ulimit -f 1; exec "$0" "$@""#
    let result = try Executable(
      command: [
        "/bin/sh", "-c", script, Executable.path(of: "pushforward"), "sample", "--model",
        "vae.safetensors",
        "--out", "a.npy",
      ], in: workspace
    ).result()
    #expect(result.code == 74 && !result.wasKilled)
    #expect(result.error == "pushforward sample: cannot write 'a.npy': File too large\n")
    #expect(workspace.names() == ["data", "vae.safetensors"])
  }

  @Test func aCheckpointIsNoModel() throws {
    #expect(try workspace.train().code == 0)
    let path = "runs/vae-001/checkpoint.safetensors"
    let result = try Executable("sample", ["--model", path], in: workspace).result()
    #expect(result.code == 65)
    #expect(
      result.error
        == "pushforward sample: '\(path)' is a checkpoint, for resuming a run: expected a "
        + "trained model, such as the model.safetensors of its run\n")
    #expect(!workspace.has("samples.png"))
  }

  @Test func theHelpIsExactlyThis() throws {
    let result = try Executable("sample", ["--help"], in: workspace).result()
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    #expect(result.output == Self.help)
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  private static let help = """
    Usage: pushforward sample [options]

    Generates images or other data with a trained model, read from its file.

    Options:
          --model FILE        a run's model.safetensors (default: none; required)
          --count N           number of images or other examples (default: 64)
          --seed N            seed of all random numbers (default: 0)
          --out PATH          output file or folder (default: samples.png, or
                              samples.csv if not images; texts are printed)
          --draw-pixels       draw pixels from p(x|z) instead of its means
          --interpolate       rows of images that lead from one code to another
          --reconstruct PATH  image file, folder of images, IDX file or table to
                              encode and reconstruct (default: new images)
          --complete PATH     image file, folder of images or IDX file with upper
                              halves to complete (default: new images)
          --manifold          a grid of codes, if they have two dimensions
          --prompt TEXT       text that a language model continues (default: none)
          --length N          characters of a text after the prompt (default: 500)
          --temperature X     below 1, likely samples become likelier; for texts,
                              flows and models of pixels or codes (default: 1)
          --top-k N           draw only from the N likeliest characters (default:
                              all)
          --nucleus X         draw only from the likeliest characters of this total
                              probability (default: 1)
          --threads N         threads; results do not depend on it (default: all
                              processors)
          --profile           print the time per operation

    Options that some models take:
          --sampler NAME      how noise becomes samples (default: the model's own)
          --steps N           steps of the sampler (default: the model's own)
          --class N           class of all samples (default: any)
          --guidance X        weight of the class: 1 is the model's own, more makes
                              samples clearer (default: 1)

    Other:
      -h, --help              print this help and exit
          --version           print the version and exit

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

    """
}
