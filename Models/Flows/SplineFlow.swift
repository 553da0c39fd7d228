import NN
import Settings
import Tensor

/// A normalising flow of rational-quadratic spline couplings (Durkan, Bekasov, Murray and Papamakarios,
/// "Neural spline flows", 2019).
///
/// A spline bends a line in as many places as it has bins, so that a few spline couplings replace
/// many affine ones. Numbers beyond ±`bound` are unchanged: the data should lie within, as points
/// in the plane and standardised tables do.
public final class SplineFlow: FlowModel {
  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Coupling layers.
    @Setting("coupling layers", in: 1...256) public var couplings = 4
    /// Widths of a coupling's hidden layers.
    @Setting("widths of a coupling's hidden layers", in: layerWidths) public var hidden = [64, 64]
    /// Bins of a spline.
    @Setting("bins of a spline", in: 2...256) public var bins = 8
    /// Half-width of the splines.
    @Setting("half-width of the splines", in: .above(0)) public var bound = 4.0

    /// The defaults.
    public init() {}

    /// Checks the settings against the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) { try expectCoupling(data) }
  }

  /// The name on the command line and in files.
  public static let kind = "spline-flow"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// The couplings.
  public let flow: Flow

  /// The couplings.
  public var members: Members { ["flow": flow] }

  /// Creates a flow that starts as the identity, up to the order of the numbers.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "SplineFlow")
    self.configuration = configuration
    dataShape = data
    flow = Flow(
      couplings(configuration.couplings, for: data) {
        SplineCoupling(
          $0, hidden: configuration.hidden, bins: configuration.bins, bound: configuration.bound,
          using: random)
      })
  }

  /// A description of the layers.
  public var description: String { "SplineFlow  // \(parameterCount) parameters\nflow: \(flow)" }
}
