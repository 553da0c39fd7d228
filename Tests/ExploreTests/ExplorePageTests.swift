import Foundation
import ModelSupport
import Models
import NN
import Tensor
import Testing

@testable import Explore

@Suite struct ExplorePageTests {
  private let random = Random(seed: 1)

  private func page(
    of model: any Model, _ examples: Tensor, labels: [Int] = []
  ) throws -> String {
    try model.inInference {
      try ExplorePage(
        "vae-001 </script>", of: model, examples: examples, labels: labels, using: Random(seed: 0)
      ).html
    }
  }

  /// The object that the page's script reads.
  private func content(of html: String) throws -> [String: Any] {
    let start = try #require(html.range(of: "const content = "))
    let end = try #require(html.range(of: ";\n", range: start.upperBound..<html.endIndex))
    let json = Data(html[start.upperBound..<end.lowerBound].utf8)
    return try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
  }

  @Test func aDecoderIsItsLayersAndTheirWeightsInHalfPrecision() throws {
    let vae = VAE(.with { ($0.latent, $0.hidden) = (2, [5]) }, for: .images(3, 4), using: random)
    let html = try page(of: vae, random.uniform([20, 12]))
    let content = try content(of: html)
    let steps = try #require(content["steps"] as? [[String: Any]])
    #expect(steps.compactMap { $0["step"] as? String } == ["dense", "leaky", "dense", "sigmoid"])
    #expect(steps.compactMap { $0["weights"] as? Int } == [0, 15])
    let base64 = try #require(content["data"] as? String)
    let weights = try #require(Data(base64Encoded: base64))
    #expect(weights.count == 2 * (2 * 5 + 5 + 5 * 12 + 12))
    let first = Float16(bitPattern: UInt16(weights[0]) | UInt16(weights[1]) << 8)
    let weight = vae.decoder.parameters[0].parameter.wrappedValue.scalars[0]
    #expect(abs(Float(first) - weight) <= 1e-3 * abs(weight))
    #expect((content["codes"] as? [[Double]])?.count == 12)
    #expect(content["codeNoun"] as? String == "test image")
    #expect(!html.contains("vae-001 </script>"))
  }

  @Test func convolutionsNormsAndClassesAreKnown() throws {
    let gan = GAN(
      .with {
        ($0.architecture, $0.baseChannels, $0.latent, $0.conditional) = (.dcgan, 4, 3, true)
      }, for: .images(28, 28, classes: 10), using: random)
    let content = try content(
      of: page(of: gan, random.uniform([4, 784]), labels: [3, 1, 2, 0]))
    let steps = try #require(content["steps"] as? [[String: Any]])
    #expect(
      steps.compactMap { $0["step"] as? String } == [
        "reshape", "transposed", "scale", "leaky", "transposed", "scale", "leaky", "transposed",
        "tanh", "unit",
      ])
    #expect(content["classes"] as? Int == 10)
    #expect(content["codeNoun"] as? String == "random code")
  }

  @Test func aFlowInThePlaneIsAGrid() throws {
    let flow = PlanarFlow(.with { $0.layers = 2 }, for: .points(dimensions: 2), using: random)
    let content = try content(of: page(of: flow, random.normal([20, 2])))
    let side = try #require(content["gridSide"] as? Int)
    let base64 = try #require(content["data"] as? String)
    let data = try #require(Data(base64Encoded: base64))
    #expect(data.count == 2 * 2 * side * side)
    #expect(ExplorePage.canShow(flow))
  }

  /// Its codes need a class to be decoded to a point.
  @Test func aConditionalModelOfPointsIsRefused() {
    let vae = VAE(
      .with {
        ($0.latent, $0.hidden, $0.likelihood, $0.conditional) = (2, [4], .gaussian, true)
      }, for: .points(dimensions: 2, classes: 3), using: random)
    #expect(!ExplorePage.canShow(vae))
    #expect(throws: ExploreError.self) {
      try page(of: vae, random.normal([20, 2]), labels: Array(repeating: 1, count: 20))
    }
  }

  @Test func otherModelsAreRefused() {
    let flow = PlanarFlow(.with { $0.layers = 2 }, for: .points(dimensions: 3), using: random)
    #expect(!ExplorePage.canShow(flow))
    #expect(throws: ExploreError.self) { try page(of: flow, random.normal([20, 3])) }
  }
}
