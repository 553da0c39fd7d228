import NN
import Settings
import Tensor

/// A masked autoregressive flow (Papamakarios, Pavlakou and Murray 2017).
///
/// Each layer computes each number's mean and scale from the numbers before it; the order is
/// reversed between layers. A density takes one pass, a sample one pass per number.
public final class MAF: FlowModel {
  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Autoregressive layers.
    @Setting("autoregressive layers", in: 1...256) public var layers = 5
    /// Widths of a layer's hidden layers.
    @Setting("widths of a layer's hidden layers", in: layerWidths) public var hidden = [512]

    /// The defaults.
    public init() {}

    /// Checks the settings against the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) { try expectNoText(data) }
  }

  /// The name on the command line and in files.
  public static let kind = "maf"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// The layers.
  public let flow: Flow

  /// The layers.
  public var members: Members { ["flow": flow] }

  /// Creates a flow.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "MAF")
    self.configuration = configuration
    dataShape = data
    var layers: [any FlowLayer] = []
    for index in 0..<configuration.layers {
      if index > 0 { layers.append(Permutation.reversal(data.count)) }
      layers.append(MaskedAffine(data.count, hidden: configuration.hidden, using: random))
    }
    flow = Flow(layers)
  }

  /// A description of the layers.
  public var description: String { "MAF  // \(parameterCount) parameters\nflow: \(flow)" }
}
