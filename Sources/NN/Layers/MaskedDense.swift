import Tensor

/// A fully connected layer with some connections removed, y = x·(W ∘ M) + b (Germain, Gregor,
/// Murray and Larochelle, "MADE", 2015, equation 8).
///
/// Inputs and outputs have degrees, integers that limit the dependencies: an output sees the inputs
/// whose degree is at most its own, or strictly below it. If both are sorted, the mask is triangular,
/// and the products leave out nearly half of their operations.
///
/// - Input: `[batch, inputs]`. Output: `[batch, outputs]`.
/// - Parameters: inputs · outputs + outputs, including those of removed connections.
public final class MaskedDense: RectifyingLayer {
  /// The weight W, `[inputs, outputs]`; where M is 0, elements have no effect and no gradient.
  @Parameter public var weight: Tensor
  /// The bias b, `[outputs]`.
  @Parameter public var bias: Tensor
  /// M, `[inputs, outputs]`, 1 for a connection and 0 for none; one mask for each order.
  public let masks: [Tensor]
  /// For each order, the shape of its mask if the products can leave out its zeros.
  private let staircases: [Staircase?]

  /// The weight and the bias.
  public var members: Members { ["weight": $weight, "bias": $bias] }

  /// Creates a layer whose bias starts at zero.
  ///
  /// - Parameters:
  ///   - degrees: The degrees of the inputs and of the outputs, one pair for each of the orders
  ///     that share the weights.
  ///   - isStrict: Whether an output sees only inputs of strictly lower degree.
  ///   - initializer: The rule for the initial weights.
  ///   - random: Draws the initial weights.
  public init(
    _ degrees: [(inputs: [Int], outputs: [Int])], isStrict: Bool,
    initializer: Initializer = .glorotUniform, using random: Random
  ) {
    let (inputs, outputs) = (degrees.first?.inputs.count ?? 0, degrees.first?.outputs.count ?? 0)
    precondition(
      inputs > 0 && outputs > 0
        && degrees.allSatisfy { $0.inputs.count == inputs && $0.outputs.count == outputs },
      "MaskedDense: expected as many inputs and outputs in each order, one or more, found"
        + " \(degrees.map { [$0.inputs.count, $0.outputs.count] })")
    let weight = initializer([inputs, outputs], fanIn: inputs, fanOut: outputs, using: random)
    self.weight = weight
    bias = Initializer.zeros([outputs])
    // When a model's size is measured, it has no weights and needs no masks.
    masks =
      weight.count == 0
      ? [] : degrees.map { Self.mask(from: $0.inputs, to: $0.outputs, isStrict: isStrict) }
    staircases = masks.map { Staircase(of: $0) }
  }

  private static func mask(from inputs: [Int], to outputs: [Int], isStrict: Bool) -> Tensor {
    let (from, to) = (Tensor(inputs).expanded(at: 1), Tensor(outputs).expanded(at: 0))
    return isStrict ? from .< to : from .<= to
  }

  /// The layer's output in the first order.
  public func callAsFunction(_ x: Tensor) -> Tensor { callAsFunction(x, rectifier: .none) }

  func callAsFunction(_ x: Tensor, rectifier: Rectifier) -> Tensor {
    callAsFunction(x, order: 0, rectifier: rectifier)
  }

  /// The layer's output in one of its orders.
  public func callAsFunction(_ x: Tensor, order: Int) -> Tensor {
    callAsFunction(x, order: order, rectifier: .none)
  }

  func callAsFunction(_ x: Tensor, order: Int, rectifier: Rectifier) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == weight.shape[0],
      "\(call): expected an input of shape [batch, \(weight.shape[0])], found \(x.shape)")
    let mask = mask(order: order)
    if let staircase = staircases[order] {
      return affine(x, weight, bias, mask: mask, staircase, rectifier: rectifier)
    }
    return affine(x, weight * mask, bias, rectifier: rectifier)
  }

  /// W ∘ M in one of the orders, `[inputs, outputs]`.
  func connections(order: Int) -> Tensor { weight * mask(order: order) }

  private func mask(order: Int) -> Tensor {
    precondition(
      masks.indices.contains(order),
      "\(call): expected an order below \(masks.count), found \(order)")
    return masks[order].converted(to: weight.dtype)
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the layer in messages.
  private var call: String { "MaskedDense(\(weight.shape[0]), \(weight.shape[1]))" }
}
