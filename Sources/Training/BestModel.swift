import Files
import NN

/// A model of which the parameters with the lowest test loss are kept beside the last ones.
public struct BestModel {
  /// What the file is called in a run's folder.
  public static let fileName = "best.safetensors"

  private let module: any Module
  private let metadata: [String: String]

  /// Says what is to be kept.
  ///
  /// - Parameters:
  ///   - module: The model.
  ///   - metadata: Texts to be written beside its parameters, by name.
  public init(_ module: any Module, metadata: [String: String] = [:]) {
    self.module = module
    self.metadata = metadata
  }

  /// What writes the parameters as they are now to a run's folder.
  func file(in folder: RunFolder) -> @Sendable () throws -> Void {
    let tensors = module.stateTensors().map { (name: $0.name, tensor: $0.value()) }
    return { [metadata] in
      try folder.write(tensors, metadata: metadata, to: Self.fileName)
    }
  }
}
