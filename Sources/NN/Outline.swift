extension Module {
  /// A one-line summary of the networks in the module, such as `encoder 784-400-40, decoder
  /// 20-400-784`.
  public var outline: String {
    members.elements.compactMap { name, member in
      guard let network = member as? Sequential else { return nil }
      let widths = network.widths
      return widths.isEmpty ? nil : "\(name) \(widths)"
    }.joined(separator: ", ")
  }
}

extension Sequential {
  /// The widths of the layers with weights: `784-400-40`, `convolutions 1-32-64, 3136-256-40`.
  fileprivate var widths: String {
    var chains: [(title: String, widths: [Int])] = []
    for layer in layers {
      let found: (title: String, inputs: Int, outputs: Int)? =
        switch layer {
        case let layer as Dense: ("", layer.weight.shape[0], layer.weight.shape[1])
        case let layer as Conv2D: ("convolutions ", layer.weight.shape[2], layer.weight.shape[3])
        case let layer as ConvTranspose2D:
          ("convolutions ", layer.weight.shape[3], layer.weight.shape[2])
        default: nil
        }
      guard let found else { continue }
      if chains.last?.title == found.title {
        chains[chains.count - 1].widths.append(found.outputs)
      } else {
        chains.append((found.title, [found.inputs, found.outputs]))
      }
    }
    return chains.map { $0.title + $0.widths.map(String.init).joined(separator: "-") }
      .joined(separator: ", ")
  }
}
