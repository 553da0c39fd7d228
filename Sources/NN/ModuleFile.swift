import Files
import Tensor

extension Module {
  /// Writes the parameters and buffers by name to a safetensors file, whole or not at all.
  ///
  /// - Parameters:
  ///   - path: Where; an existing file is replaced.
  ///   - metadata: Texts to be written beside them, by name.
  /// - Throws: `OutputError`, naming the file and the cause.
  public func save(to path: String, metadata: [String: String] = [:]) throws {
    try SafetensorsFile.write(
      state.map { ($0.name, $0.tensor()) }, metadata: metadata, to: path)
  }

  /// Takes the parameters and buffers from a file, which must have these and no others.
  ///
  /// The numbers are converted to the module's type. If anything is wrong, the module is as it was.
  ///
  /// - Throws: `ModelFileError`, naming the file and the first tensor that does not fit.
  public func load(_ file: SafetensorsFile) throws {
    let state = state
    let entries = Dictionary(file.entries.map { ($0.name, $0) }) { first, _ in first }
    let found = try state.map { name, tensor, _ in
      let shape = tensor().shape
      guard let entry = entries[name] else {
        throw ModelFileError.missingTensor(path: file.path, name: name, shape: shape)
      }
      guard entry.shape == shape else {
        throw ModelFileError.wrongShape(
          path: file.path, name: name, expected: shape, found: entry.shape)
      }
      return entry
    }
    let names = Set(state.map(\.name))
    if let other = file.entries.first(where: { !names.contains($0.name) }) {
      throw ModelFileError.unexpectedTensor(path: file.path, name: other.name, shape: other.shape)
    }
    let tensors = try found.map { entry in
      let tensor = try file.tensor(entry)
      guard tensor.isFinite else {
        throw ModelFileError.notFinite(path: file.path, name: entry.name)
      }
      return tensor
    }
    for ((_, old, set), tensor) in zip(state, tensors) { set(tensor.converted(to: old().dtype)) }
  }

  /// The parameters and then the buffers: their names and how to get and set them.
  private var state: [(name: String, tensor: () -> Tensor, set: (Tensor) -> Void)] {
    parameters.map { name, parameter in
      (name, { parameter.wrappedValue }, { parameter.wrappedValue = $0 })
    }
      + buffers.map { name, buffer in
        (name, { buffer.wrappedValue }, { buffer.wrappedValue = $0 })
      }
  }
}
