import CommandLine
import Datasets
import Files
import Foundation
import Images
import NN
import Sampling
import Tensor
import Training

/// Reads examples in the form a model takes: images, or rows of a table.
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

/// Reads images of a shape from an IDX file, raw or gzipped, from an image file, or from a folder
/// and its subfolders, in the order of their paths.
///
/// For a model of grey images, an image saved in colour counts as grey if all its pixels are; for a
/// model of colour images, grey ones become colour.
///
/// - Returns: At most `limit` images, `[count, height, width, channels]`, in [0, 1].
/// - Throws: `DatasetError` or `ImageError` for invalid files, `CommandLineError` for images of
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
    // Checked before decoding: a small file may hold millions of pixels.
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

/// Whether a file begins like an IDX or a gzipped file; false if it cannot be read.
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
