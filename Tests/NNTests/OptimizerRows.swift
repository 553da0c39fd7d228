import NN
import Testing

/// One optimiser, and its paper's update of a single number, in plain Swift.
struct OptimizerRow: Sendable, CustomTestStringConvertible {
  /// Updates the number `w` along its gradient `g` at step `t`, counted from 1; `s` stores two more
  /// numbers, initially zero.
  typealias Reference =
    @Sendable (_ w: inout Double, _ g: Double, _ s: inout [Double], _ t: Int)
    -> Void

  let name: String
  let make: @Sendable (any Module) -> any Optimizer
  let reference: Reference
  var testDescription: String { name }

  init(
    _ name: String, _ make: @escaping @Sendable (any Module) -> any Optimizer,
    _ reference: @escaping Reference
  ) {
    (self.name, self.make, self.reference) = (name, make, reference)
  }
}

/// Kingma and Ba 2015, algorithm 1, with both kinds of weight decay.
private func adam(
  rate: Double, _ beta1: Double, _ beta2: Double, _ epsilon: Double, decay: Double = 0,
  decoupled: Double = 0
) -> OptimizerRow.Reference {
  { w, gradient, s, t in
    let g = decay == 0 ? gradient : gradient + decay * w
    s[0] = beta1 * s[0] + (1 - beta1) * g
    s[1] = beta2 * s[1] + (1 - beta2) * g * g
    var (power1, power2) = (1.0, 1.0)
    for _ in 0..<t { (power1, power2) = (power1 * beta1, power2 * beta2) }
    let (mean, square) = (s[0] / (1 - power1), s[1] / (1 - power2))
    if decoupled != 0 { w -= rate * decoupled * w }
    w -= rate * mean / (square.squareRoot() + epsilon)
  }
}

let optimizerRows: [OptimizerRow] = [
  .init("SGD", { SGD(for: $0, learningRate: 0.1) }) { w, g, _, _ in w -= 0.1 * g },
  .init("SGD, L2", { SGD(for: $0, learningRate: 0.1, weightDecay: 0.3) }) { w, g, _, _ in
    w -= 0.1 * (g + 0.3 * w)
  },
  .init("SGD, momentum", { SGD(for: $0, learningRate: 0.1, momentum: 0.8) }) { w, g, s, _ in
    s[0] = 0.8 * s[0] + g
    w -= 0.1 * s[0]
  },
  .init(
    "SGD, Nesterov", { SGD(for: $0, learningRate: 0.1, momentum: 0.8, isNesterov: true) }
  ) { w, g, s, _ in
    s[0] = 0.8 * s[0] + g
    w -= 0.1 * (g + 0.8 * s[0])
  },
  .init(
    "SGD, Nesterov, L2",
    { SGD(for: $0, learningRate: 0.1, momentum: 0.8, isNesterov: true, weightDecay: 0.3) }
  ) { w, gradient, s, _ in
    let g = gradient + 0.3 * w
    s[0] = 0.8 * s[0] + g
    w -= 0.1 * (g + 0.8 * s[0])
  },
  .init(
    "SGD, rate falling", { SGD(for: $0, learningRate: { 1 / Double($0) }, momentum: 0.8) }
  ) { w, g, s, t in
    s[0] = 0.8 * s[0] + g
    w -= s[0] / Double(t)
  },
  .init("RMSProp", { RMSProp(for: $0) }) { w, g, s, _ in
    s[0] = 0.99 * s[0] + 0.01 * g * g
    w -= 0.01 * g / (s[0].squareRoot() + 1e-8)
  },
  .init(
    "RMSProp, L2",
    { RMSProp(for: $0, learningRate: 0.1, decay: 0.7, epsilon: 0.2, weightDecay: 0.3) }
  ) { w, gradient, s, _ in
    let g = gradient + 0.3 * w
    s[0] = 0.7 * s[0] + 0.3 * g * g
    w -= 0.1 * g / (s[0].squareRoot() + 0.2)
  },
  .init("AdaGrad", { AdaGrad(for: $0) }) { w, g, s, _ in
    s[0] += g * g
    w -= 0.01 * g / (s[0].squareRoot() + 1e-10)
  },
  .init(
    "AdaGrad, L2", { AdaGrad(for: $0, learningRate: 0.1, epsilon: 0.2, weightDecay: 0.3) }
  ) { w, gradient, s, _ in
    let g = gradient + 0.3 * w
    s[0] += g * g
    w -= 0.1 * g / (s[0].squareRoot() + 0.2)
  },
  .init("Adam", { Adam(for: $0) }, adam(rate: 0.001, 0.9, 0.999, 1e-8)),
  .init(
    "Adam, L2",
    { Adam(for: $0, learningRate: 0.1, beta1: 0.6, beta2: 0.8, epsilon: 0.2, weightDecay: 0.3) },
    adam(rate: 0.1, 0.6, 0.8, 0.2, decay: 0.3)),
  .init("AdamW", { AdamW(for: $0) }, adam(rate: 0.001, 0.9, 0.999, 1e-8, decoupled: 0.01)),
  .init(
    "AdamW, rate given", { AdamW(for: $0, learningRate: 0.1) },
    adam(rate: 0.1, 0.9, 0.999, 1e-8, decoupled: 0.01)),
  .init(
    "AdamW, schedule", { AdamW(for: $0, learningRate: constant(0.1)) },
    adam(rate: 0.1, 0.9, 0.999, 1e-8, decoupled: 0.01)),
  .init(
    "AdamW, all given",
    { AdamW(for: $0, learningRate: 0.1, beta1: 0.6, beta2: 0.8, epsilon: 0.2, weightDecay: 0.3) },
    adam(rate: 0.1, 0.6, 0.8, 0.2, decoupled: 0.3)),
]
