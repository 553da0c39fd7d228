import Models
import NN
import Settings
import Tensor
import Testing

/// The size of a model, computed before memory is allocated for it.
@Suite struct ModelSizeTests {
  private static let shapes: [DataShape] = [
    .images(28, 28, classes: 10), .images(8, 8, classes: 3),
    .images(32, 32, channels: 3, classes: 2),
    .points(dimensions: 2, classes: 2), DataShape(.row(columns: 5), classes: 3),
    DataShape(.window(length: 9, vocabulary: 5)),
  ]

  /// Settings of a model that differ from the default in one place: every choice, and every number
  /// a little smaller.
  private static func variants<Settings: SettingGroup>(of type: Settings.Type) throws -> [Settings]
  {
    let other = try type.definitions.flatMap { definition -> [Settings] in
      let values: [ConfigurationValue] =
        switch definition.defaultValue {
        case .integer(let value): [.integer(max(1, value / 2))]
        case .integers: [.integers([7, 5]), .integers([])]
        case .text:
          (definition.placeholder ?? "").split(separator: "|").map { .text(String($0)) }
        default: []
        }
      return try values.compactMap { value in
        guard let text = value.argument, text.isEmpty || (try? definition.read(text)) != nil else {
          return nil
        }
        return try Settings([definition.name: value])
      }
    }
    return [Settings()] + other
  }

  private func check<M: Model>(_ type: M.Type) throws -> Int {
    var count = 0
    for shape in Self.shapes {
      for settings in try Self.variants(of: M.Configuration.self) {
        guard (try? settings.check(for: shape)) != nil else { continue }
        let size = ModelSize.measured(for: shape) {
          M(settings, for: shape, using: Random(seed: 0))
        }
        let model = M(settings, for: shape, using: Random(seed: 0))
        // A table of codes is as large as weights, and counts.
        let codebook = (model as? VQVAE)?.codebook
        let codes = codebook.map { $0.codes.count + $0.counts.count } ?? 0
        #expect(size.parameters == model.parameterCount + codes, "\(shape), \(settings.record)")
        #expect(size.outputs >= shape.count || M.kind == "classifier", "\(shape)")
        count += 1
      }
    }
    return count
  }

  @Test(arguments: registry.indices) func theParametersAreThoseOfTheBuiltModel(row: Int) throws {
    #expect(try check(registry[row].model) > 2, "\(registry[row].kind)")
  }

  @Test(arguments: GAN.convolutionalImageSizes, [1, 3])
  func theSizeOfADCGANIsKnownBeforehand(side: Int, channels: Int) {
    let settings = GAN.Configuration.with {
      $0.architecture = .dcgan
      $0.latent = 3
      $0.baseChannels = 2
    }
    let shape = DataShape.images(side, side, channels: channels)
    let size = ModelSize.measured(for: shape) { GAN(settings, for: shape, using: Random(seed: 0)) }
    let built = GAN(settings, for: shape, using: Random(seed: 0))
    #expect(size.parameters == built.parameterCount)
    // Each convolution, of which both networks together have at least five, outputs at least one
    // channel of the images.
    #expect(size.outputs >= 5 * side * side)
  }

  @Test func theOutputsOfDenseLayersAreTheirWidths() {
    let settings = VAE.Configuration.with {
      $0.hidden = [7, 5]
      $0.latent = 3
    }
    let size = ModelSize.measured(for: .images(5, 7)) {
      VAE(settings, for: .images(5, 7), using: Random(seed: 0))
    }
    #expect(size.outputs == (7 + 5 + 6) + (5 + 7 + 35))
  }

  /// No memory is allocated for layers that are too wide for any memory.
  @Test func hugeModelsAreMeasuredToo() {
    let size = ModelSize.measured(for: .images(28, 28)) {
      VAE(.with { $0.hidden = [65_536, 65_536] }, for: .images(28, 28), using: Random(seed: 0))
    }
    let hidden = 65_536
    #expect(
      size.parameters == 785 * hidden + 2 * (hidden + 1) * hidden + (hidden + 1) * 40
        + 21 * hidden + (hidden + 1) * 784)
    #expect(size.outputs == 4 * hidden + 40 + 784)
  }

  /// A size that overflows an `Int` becomes the maximum.
  @Test func sizesDoNotOverflow() {
    let size = ModelSize.measured(for: .points(dimensions: 1)) {
      let random = Random(seed: 0)
      for _ in 0..<3 { _ = Dense(1 << 31, 1 << 31, using: random) }
    }
    #expect(size.parameters == .max && size.outputs == 3 << 31)
  }
}
