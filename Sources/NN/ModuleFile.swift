import Files
import Tensor

extension Module {
  /// Writes the parameters and buffers by name to a safetensors file, atomically.
  ///
  /// The metadata include a checksum of them, `tensors-crc32`, which is verified when the file is
  /// opened.
  ///
  /// - Parameters:
  ///   - path: The path of the file; an existing file is replaced.
  ///   - metadata: Further texts to write, by name.
  /// - Throws: `OutputError`, naming the file and the cause.
  public func save(to path: String, metadata: [String: String] = [:]) throws {
    try SafetensorsFile.write(
      stateTensors().map { ($0.name, $0.value()) }, metadata: metadata, to: path,
      withChecksum: true)
  }

  /// Reads the parameters and buffers from a file, which must contain exactly these.
  ///
  /// The numbers are converted to the module's type. After an error, the module is unchanged.
  ///
  /// - Throws: `ModelFileError`, naming the file and all mismatched tensors.
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
