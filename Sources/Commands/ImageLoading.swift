import CommandLine
import Datasets
import Files
import Foundation
import Images
import NN
import Sampling
import Tensor
import Training

/// Reads examples as a model takes them: images, or rows of a table.
func loadExamples(
  _ path: String, _ sampler: Sampler, limit: Int, option: String = "--reconstruct"
) throws -> Tensor {
  let shape = sampler.dataShape
  if shape.isImage {
    return try loadImages(path, shape: shape.sizes, limit: limit, option: option)
  }
  let table = try Table(path: path).selecting(columns: sampler.table?.columns)
  guard table.columns.count == shape.count else {
    throw CommandLineError.unsuitableValue(
      option: option, value: path,
      reason: "expected \(shape.count) columns as the model makes, found \(table.columns.count)")
  }
  let rows = table.rows()
  return rows.sliced(0..<min(limit, rows.shape[0])).converted(to: .float32)
}

/// Reads images of a shape from an IDX file, raw or gzipped, an image file or a folder of those and of
/// folders, in the order of their paths.
///
/// An image is taken as grey where the model makes grey ones and all its pixels are, even if it is saved
/// in colour, and the other way round.
///
/// - Returns: At most `limit` images, `[count, height, width, channels]`, in [0, 1].
/// - Throws: `DatasetError` or `ImageError` for what is no such file, `CommandLineError` for images of
///   another shape.
func loadImages(_ path: String, shape: [Int], limit: Int, option: String) throws -> Tensor {
  func check(_ found: [Int], _ path: String) throws {
    guard found == shape else {
      func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }
      throw CommandLineError.unsuitableValue(
        option: option, value: path,
        reason: "expected images of \(text(shape)) values as the model makes, found \(text(found))")
    }
  }
  if isIDX(path) {
    let images = try IDX(path: path, rank: 3)
    try check([images.shape[1], images.shape[2], 1], path)
    let count = min(limit, images.shape[0])
    return tensor(images.bytes, count: count, shape)
  }
  var isFolder: ObjCBool = false
  _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
  let paths =
    isFolder.boolValue ? try files(in: RawPath(path)).prefix(limit) : [RawPath(path)]
  var pixels: [UInt8] = []
  for path in paths {
    let bytes = try Image.contents(path)
    // Before the pixels: a small file may hold millions.
    if let size = Image.size(ofFile: bytes) {
      try check([size.height, size.width, shape[2]], path.description)
    }
    let read = try Image(bytes: bytes, path: path.description)
    let image = shape.last == 1 ? read.withFewestChannels : read.inColor
    try check([image.height, image.width, image.channels], path.description)
    pixels += image.pixels
  }
  return tensor(pixels, count: paths.count, shape)
}

private func tensor(_ pixels: [UInt8], count: Int, _ shape: [Int]) -> Tensor {
  Tensor(bytes: pixels, rows: 0..<count, rowLength: shape.reduce(1, *))
    .reshaped(to: [count] + shape)
}

/// Whether a file begins as IDX files do, or as gzipped files; not so where it cannot be read.
private func isIDX(_ path: String) -> Bool {
  do throws(UnreadableFile) {
    let file = try RegularFile<UnreadableFile>(path: path)
    let beginning = try file.read(0..<min(2, file.size))
    return beginning == [0, 0] || beginning == [0x1f, 0x8b]
  } catch {
    return false
  }
}

private func files(in folder: RawPath) throws -> [RawPath] {
  let files = try ImageFile.all(in: folder)
  guard !files.isEmpty else { throw DatasetError.noImages(directory: folder.description) }
  return files.map { folder.appending($0.path) }
}
