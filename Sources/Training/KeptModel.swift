import Files
import NN

/// Keeps a model's files up to date during training: the parameters after the last complete epoch,
/// in `model.safetensors`, and those with the lowest test loss so far, in `best.safetensors`.
///
/// So a run that is stopped or killed leaves a usable model, for example a GAN whose samples have
/// begun to look good.
public struct KeptModel {
  /// The name in a run's folder of the file with the parameters of the lowest test loss.
  public static let bestName = "best.safetensors"

  private let module: any Module
  private let metadata: [String: String]
  private let average: MovingAverage?

  /// Declares what is kept.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - average: The moving average that is saved instead of the parameters, if there is one.
  public init(_ model: some Model, average: MovingAverage? = nil) {
    self.init(model, metadata: model.metadata, average: average)
  }

  /// Declares what is kept.
  ///
  /// - Parameters:
  ///   - module: The model.
  ///   - metadata: Texts to write along with its parameters, by name.
  ///   - average: The moving average that is saved instead of the parameters, if there is one.
  init(_ module: any Module, metadata: [String: String], average: MovingAverage? = nil) {
    self.module = module
    self.metadata = metadata
    self.average = average
  }

  /// A function that writes the current parameters to files of a folder; nothing is copied until
  /// one of them changes.
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
