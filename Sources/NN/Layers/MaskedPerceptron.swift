import Tensor

/// A network whose outputs for each number of an example depend only on the numbers before it, in
/// one of several orders (Germain, Gregor, Murray and Larochelle, "MADE: Masked autoencoder for
/// distribution estimation", 2015).
///
/// Fully connected layers with rectifiers between them. The first number of an order has degree 1,
/// the last one degree D; the degrees of hidden units are spread evenly over 1 … D − 1.
///
/// - Input: `[batch, D]`. Output: `[batch, outputsPerInput · D]`: the first output of each number,
///   then the second of each.
public final class MaskedPerceptron: Module {
  /// For each order, the degrees of the inputs: the position of each in the order, from 1 on.
  public let orders: [[Int]]
  /// The number of outputs for each input.
  public let outputsPerInput: Int
  /// The layers; the last one computes the outputs.
  public let layers: [MaskedDense]
  /// Direct connections from the inputs to the outputs, bypassing the hidden layers.
  public let direct: MaskedDense?
  /// The degrees of each hidden layer's units, in ascending order.
  private let hiddenDegrees: [[Int]]

  /// The layers.
  public var members: Members {
    let layers = layers.enumerated().map { ("\($0.offset)", $0.element as any Member) }
    return Members(layers + (direct.map { [("direct", $0 as any Member)] } ?? []))
  }

  /// Creates a network.
  ///
  /// - Parameters:
  ///   - inputs: D, the number of inputs.
  ///   - hidden: The widths of the hidden layers.
  ///   - outputsPerInput: The number of outputs for each input.
  ///   - orders: The degrees of the inputs, 1 … D, for each order; nil for reading order alone.
  ///   - isDirect: Whether outputs also see the inputs before them directly; these weights start at
  ///     0.
  ///   - random: Draws the initial weights.
  public init(
    _ inputs: Int, hidden: [Int], outputsPerInput: Int = 1, orders: [[Int]]? = nil,
    isDirect: Bool = false, using random: Random
  ) {
    let orders = orders ?? [Array(1...max(1, inputs))]
    precondition(
      inputs > 0 && outputsPerInput > 0 && !orders.isEmpty
        && orders.allSatisfy { $0.sorted() == Array(1...inputs) },
      "MaskedPerceptron: expected inputs, outputs and orders of 1 ... \(inputs), found"
        + " \(outputsPerInput) outputs and \(orders.count) orders")
    let hiddenDegrees = hidden.map { width in
      (0..<width).map { $0 % max(1, inputs - 1) + 1 }.sorted()
    }
    let outputs = orders.map { Array(repeating: $0, count: outputsPerInput).flatMap { $0 } }
    var layers: [MaskedDense] = []
    for (index, degrees) in hiddenDegrees.enumerated() {
      let before = orders.map { index == 0 ? $0 : hiddenDegrees[index - 1] }
      layers.append(MaskedDense(before.map { ($0, degrees) }, isStrict: false, using: random))
    }
    let last = orders.map { hiddenDegrees.last ?? $0 }
    layers.append(
      MaskedDense(zip(last, outputs).map { ($0, $1) }, isStrict: true, using: random))
    self.layers = layers
    self.orders = orders
    self.outputsPerInput = outputsPerInput
    self.hiddenDegrees = hiddenDegrees
    direct =
      isDirect
      ? MaskedDense(
        zip(orders, outputs).map { ($0, $1) }, isStrict: true, initializer: .constant(0),
        using: random) : nil
  }

  /// The outputs of all numbers, in one of the orders.
  public func callAsFunction(_ x: Tensor, order: Int = 0) -> Tensor {
    var hidden = x
    for layer in layers.dropLast() { hidden = layer(hidden, order: order, rectifier: .plain) }
    let y = layers[layers.count - 1](hidden, order: order)
    return direct.map { y + $0(x, order: order) } ?? y
  }

  /// A description of the layers.
  public var description: String {
    let all = layers.map { "  \($0)" } + (direct.map { ["  direct: \($0)"] } ?? [])
    return (["MaskedPerceptron {  // \(parameterCount) parameters"] + all + ["}"])
      .joined(separator: "\n")
  }
}

// MARK: - Number by number

extension MaskedPerceptron {
  /// Generates examples number by number: each from the outputs that depend on those before it.
  ///
  /// Every hidden unit is computed only once, as soon as the inputs that it sees are known, so that
  /// all numbers together cost about as much as one pass through the network.
  ///
  /// - Parameters:
  ///   - count: The number of examples generated at a time.
  ///   - order: The index of the order.
  ///   - next: Returns the next number, `[count]`, given its index and its outputs, `[count,
  ///     outputsPerInput]`.
  /// - Returns: The examples, `[count, D]`.
  public func unrolled(
    count: Int, order: Int = 0, _ next: (_ index: Int, _ outputs: Tensor) -> Tensor
  ) -> Tensor {
    let indices = orders[order].indices.sorted { orders[order][$0] < orders[order][$1] }
    let weights = sortedWeights(order: order, indices)
    let dtype = layers[0].weight.dtype
    // The values known so far: the inputs in their order, and those of each hidden layer.
    var known = [Tensor](repeating: Tensor.zeros([count, 0], dtype: dtype), count: layers.count)
    for (place, index) in indices.enumerated() {
      var outputs = known[layers.count - 1].prefixProduct(weights.outputs[place])
      outputs += weights.outputBiases[place]
      if let direct = weights.direct { outputs += known[0].prefixProduct(direct[place]) }
      known[0].append(next(index, outputs).expanded(at: 1))
      for (layer, degrees) in hiddenDegrees.enumerated() {
        let start = known[layer + 1].shape[1]
        let end = degrees[start...].firstIndex { $0 > place + 1 } ?? degrees.count
        guard end > start else { continue }
        let weight = weights.hidden[layer].sliced(start..<end)
        let sums = known[layer].prefixProduct(weight) + layers[layer].bias.sliced(start..<end)
        known[layer + 1].append(relu(sums))
      }
    }
    var back = indices
    for (place, index) in indices.enumerated() { back[index] = place }
    return known[0].gathered(at: back, along: 1)
  }

  /// Weights as rows, one per unit, with the inputs in order.
  private struct SortedWeights {
    /// The rows of each hidden layer, `[units, inputs]`.
    let hidden: [Tensor]
    /// The rows of each number's outputs, `[outputsPerInput, hidden]`.
    let outputs: [Tensor]
    /// The biases of each number's outputs, `[outputsPerInput]`.
    let outputBiases: [Tensor]
    /// The rows of each number's outputs for direct connections, `[outputsPerInput, D]`.
    let direct: [Tensor]?
  }

  private func sortedWeights(order: Int, _ indices: [Int]) -> SortedWeights {
    func rows(_ layer: MaskedDense, areInputs: Bool) -> Tensor {
      let weight = layer.connections(order: order).transposed()
      return areInputs ? weight.gathered(at: indices, along: 1) : weight
    }
    let last = layers.count - 1
    let places = indices.map { index in
      (0..<outputsPerInput).map { $0 * orders[order].count + index }
    }
    let all = rows(layers[last], areInputs: last == 0)
    let past = direct.map { rows($0, areInputs: true) }
    let bias = direct.map { layers[last].bias + $0.bias } ?? layers[last].bias
    return SortedWeights(
      hidden: (0..<last).map { rows(layers[$0], areInputs: $0 == 0) },
      outputs: places.map { all.gatheredRows(at: $0) },
      outputBiases: places.map { bias.gatheredRows(at: $0) },
      direct: past.map { past in places.map { past.gatheredRows(at: $0) } })
  }
}

extension Tensor {
  /// This matrix times the transpose of the first columns of another, as many as this one has.
  fileprivate func prefixProduct(_ other: Tensor) -> Tensor {
    if shape[1] == 0 { return Tensor.zeros([shape[0], other.shape[0]], dtype: dtype) }
    return matmul(other.sliced(0..<shape[1], along: 1), transposeRight: true)
  }

  /// Appends columns.
  fileprivate mutating func append(_ columns: Tensor) {
    self = shape[1] == 0 ? columns : Tensor.concatenated([self, columns], along: 1)
  }
}
