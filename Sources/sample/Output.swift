import Files
import Images
import Tensor
import Training

/// Where the images go, by the ending of the name.
struct Output {
  private enum Kind {
    case png, netpbm, npy, folder
  }

  private let path: String
  private let kind: Kind

  /// Looks at the name, before anything is made.
  ///
  /// - Throws: `CommandLineError` for a picture in a format that is not written or does not suit the
  ///   channels, and for a folder that is not empty.
  init(path: String, channels: Int) throws {
    self.path = path
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let ending = name.dropFirst().lastIndex(of: ".").map { name[$0...].dropFirst().lowercased() }
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
    case "bmp", "gif", "jpeg", "jpg", "tif", "tiff", "webp":
      throw CommandLineError.unsuitableValue(
        option: "--out", value: path,
        reason: "expected .png, .\(channels == 1 ? "pgm" : "ppm"), .npy, or the name of a folder")
    default:
      // What is there would be mixed with what is written.
      guard !hasContents(path) else {
        throw CommandLineError.unsuitableValue(
          option: "--out", value: path,
          reason: "expected a new or an empty folder, found one with something in it")
      }
      kind = .folder
    }
  }

  /// Writes the images; each file is written whole or not at all.
  ///
  /// - Throws: `OutputError`, naming the file and the cause; `CancellationError` if the program was
  ///   asked to end.
  func write(_ made: Made) throws {
    switch kind {
    case .png: try write(picture(of: made).png, to: path)
    case .netpbm: try write(picture(of: made).netpbm, to: path)
    case .npy: try ForcedEnd.postpone { try made.images.write(npy: path) }
    case .folder: try writeEach(made.images)
    }
  }

  private func picture(of made: Made) -> Image {
    guard let originals = made.originals else {
      return ImageGrid(made.images, columns: made.columns).image
    }
    // Each reconstruction beside its original.
    let shape = made.images.shape
    let pairs = Tensor.stacked([originals, made.images], along: 1)
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
      // The folder once for all of them.
      try write(image.png, to: name + ".png", flushingFolder: false)
      try write(
        image.netpbm, to: name + "." + image.netpbmExtension, flushingFolder: index == count - 1)
    }
  }

  /// Writes a file; a request to end waits for it, so that none is left half-written.
  private func write(_ bytes: [UInt8], to path: String, flushingFolder: Bool = true) throws {
    try ForcedEnd.postpone {
      try bytes.withUnsafeBytes {
        try replaceFile(at: path, flushingFolder: flushingFolder, with: $0)
      }
    }
  }
}
