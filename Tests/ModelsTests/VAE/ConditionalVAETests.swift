import Foundation
import ModelSupport
import Models
import NN
import Tensor
import Testing

/// A model that receives the class of an image.
@Suite struct ConditionalVAETests {
  private func model(
    _ architecture: VAE.Architecture, classes: Int = 3, latent: Int = 2, seed: UInt64 = 1
  ) -> VAE {
    VAE(
      .with {
        $0.architecture = architecture
        if architecture == .dense { $0.hidden = [5] }
        $0.latent = latent
        $0.conditional = true
      }, for: .images(4, 4, classes: classes), using: Random(seed: seed))
  }

  @Test(arguments: VAE.Architecture.allCases)
  func everyPartSeesTheClass(_ architecture: VAE.Architecture) {
    let vae = model(architecture)
    #expect(vae.conditionalClasses == 3)
    let x = Random(seed: 2).uniform([3, 16])
    let z = Random(seed: 3).normal([3, 2])
    let (zeros, others) = ([0, 0, 0], [0, 1, 2])
    for make in [
      { vae.encode(x, labels: $0) }, { vae.decode(z, labels: $0) },
      { vae.reconstruct(x, labels: $0) },
      {
        vae.logLikelihood(
          of: Batch(values: x, labels: $0), sampleCount: 2, using: Random(seed: 4), afterEach: {})
      },
    ] as [([Int]) -> Tensor] {
      let (a, b) = (make(zeros), make(others))
      #expect(a.sliced(0..<1) == b.sliced(0..<1))
      #expect(a.sliced(1..<2) != b.sliced(1..<2) && a.sliced(2..<3) != b.sliced(2..<3))
    }
  }

  /// The first layers have a row, or a plane, for each class.
  @Test func theNetworksHaveInputsForTheClasses() {
    let dense = model(.dense).parameters.map(\.parameter.wrappedValue.shape)
    #expect(dense == [[19, 5], [5], [5, 4], [4], [5, 5], [5], [5, 16], [16]])
    let conv = model(.conv).parameters.map(\.parameter.wrappedValue.shape)
    #expect(conv[0] == [4, 4, 4, 32] && conv[8] == [5, 256])
    // Without classes, they are unchanged.
    let plain = VAE(features: 16, hidden: [5], latent: 2, Random(seed: 1))
    #expect(plain.conditionalClasses == 0)
    #expect(plain.encode(Tensor.ones([2, 16]), labels: [0, 9]).shape == [2, 2])
  }

  @Test func aPlaneIsThatOfTheClass() {
    let vae = model(.conv)
    let x = Random(seed: 2).uniform([2, 16])
    var planes = [Float](repeating: 0, count: 2 * 16 * 4)
    for (image, label) in [2, 0].enumerated() {
      for pixel in 0..<16 {
        planes[(image * 16 + pixel) * 4] = x.scalars[image * 16 + pixel]
        planes[(image * 16 + pixel) * 4 + 1 + label] = 1
      }
    }
    let output = vae.encoder(Tensor(planes).reshaped(to: [2, 64]))
    #expect(vae.encode(x, labels: [2, 0]) == output.sliced(0..<2, along: 1))
  }

  @Test(arguments: VAE.Architecture.allCases, [nil, true])
  func gradients(_ architecture: VAE.Architecture, isWeighted: Bool?) {
    let vae = VAE(
      .with {
        $0.architecture = architecture
        if architecture == .dense { $0.hidden = [5] }
        $0.latent = 2
        $0.samplesPerImage = 2
        $0.importanceWeighted = isWeighted
        $0.conditional = true
      }, for: .images(4, 4, classes: 3), using: Random(seed: 5))
    vae.convert(to: .float64)
    let parameters = vae.parameters.map(\.parameter)
    // Rectifiers are kept off their kinks.
    let values = vae.parameters.map { name, parameter in
      let value = parameter.wrappedValue
      return name.hasSuffix("bias")
        ? Tensor((0..<value.count).map { $0 % 2 == 0 ? 2.0 : -2 }, dtype: .float64) : 0.2 * value
    }
    let x = Random(seed: 6).uniform([3, 16], in: 0.05..<0.95, dtype: .float64)
    let check = checkGradient(
      of: { point in
        for (p, value) in zip(parameters, point) { p.wrappedValue = value }
        let batch = Batch(values: point[parameters.count], labels: [2, 0, 1])
        return vae.loss(of: batch, using: Random(seed: 73)).total
      }, at: values + [x], directions: 1)
    #expect(check.passes(), "\(check)")
  }

  @Test func itLearnsItsClasses() {
    // Class 0 is black, class 1 white, class 2 striped.
    let vae = VAE(
      .with {
        $0.hidden = [16]
        $0.latent = 1
        $0.conditional = true
      }, for: .images(2, 4, classes: 3), using: Random(seed: 7))
    let labels = (0..<48).map { $0 % 3 }
    let x = Tensor(
      labels.flatMap { label in
        (0..<8).map { label == 2 ? Float($0 % 2) : Float(label) }
      }
    ).reshaped(to: [48, 8])
    let random = Random(seed: 8)
    let adam = Adam(for: vae, learningRate: 0.02)
    for _ in 0..<150 {
      let (_, gradients) = valueWithGradient(of: vae) {
        vae.loss(of: Batch(values: x, labels: labels), using: random).total
      }
      adam.update(along: gradients)
    }
    vae.mode = .inference
    let samples = vae.sample(labels: [1, 0, 2, 1], using: Random(seed: 9)).reshaped(to: [4, 8])
    let expected = x.gatheredRows(at: [1, 0, 2, 1])
    #expect(abs(samples - expected).mean().scalar < 0.05)
    // If no class is requested, the classes take turns.
    let inTurn = vae.sample(count: 5, using: Random(seed: 9))
    #expect(inTurn == vae.sample(labels: [0, 1, 2, 0, 1], using: Random(seed: 9)))
    // The class determines the image, so the codes carry no information.
    let loss = vae.loss(of: Batch(values: x, labels: labels), using: random)
    #expect(loss.figures[2] < 0.05 && loss.total.scalar < 0.5, "\(loss)")
  }

  @Test func ofTheFileItIsTheSame() throws {
    let path = NSTemporaryDirectory() + "conditional-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    for architecture in VAE.Architecture.allCases {
      let vae = model(architecture)
      try vae.save(to: path)
      let again = try VAE.open(path)
      let z = Random(seed: 3).normal([3, 2])
      #expect(again.decode(z, labels: [2, 1, 0]) == vae.decode(z, labels: [2, 1, 0]))
      #expect(again.conditionalClasses == 3 && again.metadata["conditional"] == "true")
    }
    // Files of models without these options do not mention them.
    let plain = VAE(features: 6, Random(seed: 0)).metadata.keys
    for name in ["conditional", "importance-weighted", "free-bits", "beta-warm-up"] {
      #expect(!plain.contains(name))
    }
  }

  @Test(arguments: [0, 1]) func itNeedsTwoClasses(classes: Int) {
    var configuration = VAE.Configuration()
    configuration.conditional = true
    let found = classes == 0 ? "none" : "one"
    #expect(
      throws: UnsuitableSetting(
        "conditional", true, "expected data of two classes or more, found \(found)")
    ) { try configuration.check(for: .images(4, 4, classes: classes)) }
  }
}
