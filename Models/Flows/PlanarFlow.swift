import NN
import Settings
import Tensor

/// A normalising flow of planar layers (Rezende and Mohamed, "Variational inference with
/// normalizing flows", 2015): the simplest flow, for learning.
///
/// Each layer moves points in one direction, depending on their distance from a plane: two moons
/// take dozens of layers, and images are out of reach. Densities are computed directly, samples by
/// bisection.
public final class PlanarFlow: FlowModel {
  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Planar layers.
    @Setting("planar layers", in: 1...1024) public var layers = 32

    /// The defaults.
    public init() {}

    /// Checks the settings against the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) { try expectNoText(data) }
  }

  /// The name on the command line and in files.
  public static let kind = "planar-flow"
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
    configuration.require(for: data, "PlanarFlow")
    self.configuration = configuration
    dataShape = data
    flow = Flow((0..<configuration.layers).map { _ in PlanarLayer(data.count, using: random) })
  }

  /// A description of the layers.
  public var description: String { "PlanarFlow  // \(parameterCount) parameters\nflow: \(flow)" }
}
