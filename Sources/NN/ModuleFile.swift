import Files
import Tensor

extension Module {
  /// Writes the parameters and buffers by name to a safetensors file, whole or not at all.
  ///
  /// The metadata get a checksum of them, `tensors-crc32`, which whoever opens the file compares.
  ///
  /// - Parameters:
  ///   - path: Where; an existing file is replaced.
  ///   - metadata: Texts to be written beside them, by name.
  /// - Throws: `OutputError`, naming the file and the cause.
  public func save(to path: String, metadata: [String: String] = [:]) throws {
    try SafetensorsFile.write(
      stateTensors().map { ($0.name, $0.value()) }, metadata: metadata, to: path,
      withChecksum: true)
  }

  /// Takes the parameters and buffers from a file, which must have these and no others.
  ///
  /// The numbers are converted to the module's type. If anything is wrong, the module is as it was.
  ///
  /// - Throws: `ModelFileError`, naming the file and all tensors that do not fit.
  public func load(_ file: SafetensorsFile) throws {
    let state = stateTensors()
    var entries: ExactDictionary<SafetensorsFile.Entry> = [:]
    for entry in file.entries { entries[entry.name] = entry }
    let mismatches = TensorMismatch.all(
      expected: state.map { ($0.name, $0.shape) },
      found: file.entries.map { ($0.name, $0.shape) })
    guard mismatches.isEmpty else {
      throw ModelFileError.anotherModel(path: file.path, mismatches)
    }
    let tensors = try state.compactMap { entries[$0.name] }.map { entry in
      let tensor = try file.tensor(entry)
      guard tensor.isFinite else {
        throw ModelFileError.notFinite(path: file.path, name: entry.name)
      }
      return tensor
    }
    for (old, tensor) in zip(state, tensors) { old.assign(tensor.converted(to: old.dtype)) }
  }
}
