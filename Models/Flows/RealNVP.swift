import NN
import Settings
import Tensor

/// A normalising flow of affine couplings, RealNVP (Dinh, Sohl-Dickstein and Bengio, "Density estimation
/// using Real NVP", 2017).
///
/// Couplings alternate which half of an example transforms the other. For images the halves are the
/// squares of a chessboard; the columns of a table are reshuffled after every two couplings.
///
/// ```swift
/// let flow = RealNVP(.init(), for: .points(dimensions: 2), using: random)
/// let points = flow.sample(count: 100, using: random)   // [100, 2]
/// ```
public final class RealNVP: FlowModel {
  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Coupling layers.
    @Setting("coupling layers", in: 1...256) public var couplings = 8
    /// Widths of a coupling's hidden layers.
    @Setting("widths of a coupling's hidden layers", in: layerWidths) public var hidden = [64, 64]

    /// The defaults.
    public init() {}

    /// Checks the settings against the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) { try expectCoupling(data) }
  }

  /// The name on the command line and in files.
  public static let kind = "real-nvp"
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
    configuration.require(for: data, "RealNVP")
    self.configuration = configuration
    dataShape = data
    flow = Flow(
      couplings(configuration.couplings, for: data) {
        AffineCoupling($0, hidden: configuration.hidden, using: random)
      })
  }

  /// A description of the layers.
  public var description: String { "RealNVP  // \(parameterCount) parameters\nflow: \(flow)" }
}

/// Alternating couplings, with permutations between them that suit the data.
func couplings(
  _ count: Int, for data: DataShape, _ make: (CouplingParts) -> any FlowLayer
) -> [any FlowLayer] {
  var layers: [any FlowLayer] = []
  if data.isImage {
    layers.append(
      Permutation.checkerboard(height: data.sizes[0], width: data.sizes[1], channels: data.sizes[2])
    )
  }
  for index in 0..<count {
    if !data.isImage, data.count > 2, index > 0, index % 2 == 0 {
      layers.append(Permutation.deal(data.count))
    }
    layers.append(make(CouplingParts(halvesOf: data.count, isSwapped: index % 2 == 1)))
  }
  return layers
}
