import CommandLine
import Files
import Images
import NN
import Tensor
import Training

/// The destination of the examples, determined by the ending of its name.
struct SampleOutput {
  private enum Kind {
    case png, netpbm, npy, folder, csv, svg
  }

  private let path: String
  private let kind: Kind

  /// Checks the name before anything is generated.
  ///
  /// - Throws: `CommandLineError` for an unsupported format, one that does not suit the data, or a
  ///   folder that is not empty.
  init(path: String, _ shape: DataShape) throws {
    self.path = path
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let ending = name.dropFirst().lastIndex(of: ".").map { name[$0...].dropFirst().lowercased() }
    guard shape.isImage else {
      switch ending {
      case "csv": kind = .csv
      case "npy": kind = .npy
      case "svg": kind = .svg
      default:
        throw CommandLineError.unsuitableValue(
          option: "--out", value: path,
          reason:
            "expected .csv, .npy or .svg for the \(shape.element.exampleNoun.plural) of this model")
      }
      return
    }
    let channels = shape.sizes[2]
    switch ending {
    case "png": kind = .png
    case "npy": kind = .npy
    case "pgm", "ppm":
      guard (ending == "pgm") == (channels == 1) else {
        throw CommandLineError.unsuitableValue(
          option: "--out", value: path,
          reason: "expected .\(channels == 1 ? "pgm" : "ppm") for the images of this model")
      }
      kind = .netpbm
    case "bmp", "csv", "gif", "jpeg", "jpg", "svg", "tif", "tiff", "webp":
      throw CommandLineError.unsuitableValue(
        option: "--out", value: path,
        reason: "expected .png, .\(channels == 1 ? "pgm" : "ppm"), .npy, or the name of a folder")
    default:
      // Existing files would be mixed with the new ones.
      guard !hasContents(path) else {
        throw CommandLineError.unsuitableValue(
          option: "--out", value: path,
          reason: "expected a new or an empty folder, found one that is not empty")
      }
      kind = .folder
    }
  }

  /// Writes the examples, a table with the names of its columns; each file is written atomically.
  ///
  /// - Throws: `OutputError`, naming the file and the cause; `CancellationError` if the program was
  ///   asked to end.
  func write(_ made: Made, columns: [String]?) throws {
    switch kind {
    case .png: try write(picture(of: made).png, to: path)
    case .netpbm: try write(picture(of: made).netpbm, to: path)
    case .npy: try ForcedEnd.postpone { try made.examples.write(npy: path) }
    case .folder: try writeEach(made.examples)
    case .csv: try write(table(of: made.examples, columns), to: path)
    case .svg:
      let figure =
        made.originals.map {
          examplesFigure(["originals": $0, "reconstructions": made.examples], names: columns)
        } ?? examplesFigure(["samples": made.examples], names: columns)
      try write(Array(figure.svg.utf8), to: path)
    }
  }

  /// The examples as a table, one per line.
  private func table(of examples: Tensor, _ names: [String]?) -> [UInt8] {
    let width = examples.shape[1]
    let names = names ?? (1...width).map { "x\($0)" }
    let heading = names.map { csvField(Array($0.utf8)) }.joined(separator: [UInt8(ascii: ",")])
    let values = examples.scalars
    var text = Array(heading) + [UInt8(ascii: "\n")]
    for row in 0..<examples.shape[0] {
      let fields = values[row * width..<(row + 1) * width].map { "\($0)" }
      text += Array((fields.joined(separator: ",") + "\n").utf8)
    }
    return text
  }

  private func picture(of made: Made) -> Image {
    guard let originals = made.originals else {
      return ImageGrid(made.examples, columns: made.columns).image
    }
    // Each reconstruction next to its original.
    let shape = made.examples.shape
    let pairs = Tensor.stacked([originals, made.examples], along: 1)
      .reshaped(to: [2 * shape[0]] + shape.dropFirst())
    return ImageGrid(pairs, columns: made.columns).image
  }

  private func writeEach(_ images: Tensor) throws {
    try makeFolders(path)
    let count = images.shape[0]
    let width = max(3, String(count).count)
    for index in 0..<count {
      try Interrupt.check()
      let image = ImageGrid(images.sliced(index..<index + 1), columns: 1).image
      let number = String(index + 1)
      let name = path + "/" + String(repeating: "0", count: width - number.count) + number
      // The folder is flushed once, for all of them.
      try write(image.png, to: name + ".png", flushingFolder: false)
      try write(
        image.netpbm, to: name + "." + image.netpbmExtension, flushingFolder: index == count - 1)
    }
  }

  /// Writes a file; a request to end waits for it, so that no file is left half-written.
  private func write(_ bytes: [UInt8], to path: String, flushingFolder: Bool = true) throws {
    try ForcedEnd.postpone {
      try bytes.withUnsafeBytes {
        try replaceFile(at: path, flushingFolder: flushingFolder, with: $0)
      }
    }
  }
}
