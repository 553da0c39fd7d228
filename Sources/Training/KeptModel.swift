import Files
import NN

/// A model whose file is kept up to date while it is trained: the parameters after the last complete
/// epoch, in `model.safetensors`, and those with the lowest test loss so far, in `best.safetensors`.
///
/// So a run that is stopped or killed leaves a model, of a GAN whose samples have begun to look good
/// as of any other.
public struct KeptModel {
  /// What the file of the parameters with the lowest test loss is called in a run's folder.
  public static let bestName = "best.safetensors"

  private let module: any Module
  private let metadata: [String: String]
  private let average: MovingAverage?

  /// Says what is to be kept.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - average: The average of its parameters that is kept in their place, if there is one.
  public init(_ model: some Model, average: MovingAverage? = nil) {
    self.init(model, metadata: model.metadata, average: average)
  }

  /// Says what is to be kept.
  ///
  /// - Parameters:
  ///   - module: The model.
  ///   - metadata: Texts to be written beside its parameters, by name.
  ///   - average: The average of its parameters that is kept in their place, if there is one.
  init(_ module: any Module, metadata: [String: String], average: MovingAverage? = nil) {
    self.module = module
    self.metadata = metadata
    self.average = average
  }

  /// What writes the parameters as they are now to files of a folder; nothing is copied before one of
  /// them changes.
  func files(_ names: [String], in folder: RunFolder) -> @Sendable () throws -> Void {
    average?.swap(with: module)
    let tensors = module.stateTensors().map { (name: $0.name, tensor: $0.value()) }
    average?.swap(with: module)
    return { [metadata] in
      for name in names {
        try folder.write(tensors, metadata: metadata, to: name)
      }
    }
  }
}
