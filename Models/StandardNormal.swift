import Tensor

/// log N(z; 0, I) = −½ Σ (z² + log 2π) of each example, `[batch]`, in nats.
func standardNormalLogDensity(of z: Tensor) -> Tensor {
  let dimensions = Double(z.shape.dropFirst().reduce(1, *))
  return square(z.flattened()).sum(along: 1) * -0.5 - 0.5 * dimensions * logTwoPi
}
