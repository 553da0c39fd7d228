import NN
import Tensor
import Testing
import ModelSupport
import Models

/// A model of six pixels in float64, with nonzero biases, and images for it.
struct TinyVAE {
  let vae: VAE
  let x: Tensor

  init(
    _ pixels: VAE.PixelDistribution, latentSize: Int = 2, batch: Int = 3, seed: UInt64 = 71
  ) {
    let random = Random(seed: seed)
    vae = VAE(features: 6, hidden: [5], latent: latentSize, pixels: pixels, random)
    vae.convert(to: .float64)
    for (_, parameter) in vae.parameters {
      let shape = parameter.wrappedValue.shape
      parameter.wrappedValue += 0.3 * random.normal(shape, dtype: .float64)
    }
    if let pixelLogVariance = vae.pixelLogVariance {
      pixelLogVariance.wrappedValue = Tensor(-0.7, dtype: .float64)
    }
    x = random.uniform([batch, 6], in: 0.05..<0.95, dtype: .float64)
  }
}

/// A matrix as its rows.
typealias Rows = [[Double]]

/// The same model in plain Swift, one image and one number at a time.
struct NaiveVAE {
  /// A network's weights, `[inputs][outputs]`, and biases.
  typealias Network = [(weight: Rows, bias: [Double])]

  let encoder: Network
  let decoder: Network
  let pixelLogVariance: Double?

  init(_ vae: VAE) {
    func network(_ layers: Sequential) -> Network {
      layers.layers.compactMap { $0 as? Dense }.map { dense in
        let width = dense.weight.shape[1]
        let flat = dense.weight.doubles
        let rows = (0..<dense.weight.shape[0]).map { Array(flat[$0 * width..<($0 + 1) * width]) }
        return (rows, dense.bias.doubles)
      }
    }
    (encoder, decoder) = (network(vae.encoder), network(vae.decoder))
    pixelLogVariance = vae.pixelLogVariance?.wrappedValue.scalar
  }

  /// The layers' output, with rectifiers between them.
  func apply(_ network: Network, _ x: [Double]) -> [Double] {
    var values = x
    for (place, layer) in network.enumerated() {
      if place > 0 { values = values.map { max($0, 0) } }
      var next = layer.bias
      for (value, row) in zip(values, layer.weight) {
        for (j, weight) in row.enumerated() { next[j] += value * weight }
      }
      values = next
    }
    return values
  }
}

/// The rows of a matrix.
func rows(_ x: Tensor) -> Rows {
  let (flat, width) = (x.doubles, x.shape[1])
  return (0..<x.shape[0]).map { Array(flat[$0 * width..<($0 + 1) * width]) }
}
