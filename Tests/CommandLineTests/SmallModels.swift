import Models
import NN
import Settings
import Testing

/// A model of the registry at a size that trains quickly, and the data that it accepts.
struct SmallModel: Sendable, CustomTestStringConvertible {
  /// The model's row in the registry.
  let row: ModelRow
  /// The options that make it small.
  let options: [String]
  /// The additional options with which it accepts numbers outside [0, 1].
  let optionsForNumbers: [String]

  /// Its name on the command line.
  var kind: String { row.kind }
  var testDescription: String { kind }

  private init(_ row: ModelRow) {
    self.row = row
    options = smallSizes[row.kind] ?? []
    optionsForNumbers = numberOptions[row.kind] ?? []
  }

  /// Every model of the registry.
  static let all = registry.map(SmallModel.init)
  /// The models that accept small grey images.
  static let ofImages = all.filter { $0.refusal(of: .images(8, 8, classes: 10)) == nil }
  /// The models that accept no text.
  static let ofNumbers = all.filter { $0.refusal(of: text) != nil }
  /// The shape of texts, as far as a model needs it before one is read.
  static let text = DataShape(.window(length: 1, vocabulary: 1))
  /// A model of each trainer; the other models receive data in the same way.
  static let ofEachTrainer = all.filter { ["vae", "gan", "classifier"].contains($0.kind) }
  /// The kinds that have size options.
  static let kinds = smallSizes.keys.sorted()

  /// The options that make a model small.
  static func options(_ kind: String) -> [String] { smallSizes[kind] ?? [] }

  /// Whether its reconstructions are informative: it computes codes, and these do not contain
  /// everything.
  var reconstructs: Bool {
    (row.model as? any EncodingModel.Type)?.isInvertible == false
  }

  /// The model's own reason for not accepting such data; nil if it accepts them.
  func refusal(of data: DataShape) -> UnsuitableSetting? {
    func check<M: Model>(_ type: M.Type) -> UnsuitableSetting? {
      do {
        try M.Configuration(record(of: M.Configuration.definitions)).check(for: data)
        return nil
      } catch let error as UnsuitableSetting {
        return error
      } catch {
        Issue.record("\(kind): \(error)")
        return nil
      }
    }
    return check(row.model)
  }

  /// The settings corresponding to the options.
  private func record(of definitions: [SettingDefinition]) throws -> Configuration {
    let words = options + optionsForNumbers
    var record = Configuration()
    for (name, value) in zip(words, words.dropFirst()) {
      guard let definition = definitions.first(where: { "--" + $0.name == name }) else { continue }
      record[definition.name] = try definition.read(value)
    }
    return record
  }
}

/// The smallest sizes at which each model still has all of its parts.
private let smallSizes: [String: [String]] = [
  "autoencoder": ["--hidden", "8", "--latent", "2"],
  "vae": ["--hidden", "8", "--latent", "2"],
  "gan": ["--latent", "2", "--generator-hidden", "8", "--discriminator-hidden", "8"],
  "planar-flow": ["--layers", "2"],
  "real-nvp": ["--couplings", "2", "--hidden", "8"],
  "maf": ["--layers", "2", "--hidden", "8"],
  "spline-flow": ["--couplings", "2", "--hidden", "8", "--bins", "3"],
  "glow": ["--scales", "2", "--steps", "1", "--width", "4"],
  "made": ["--hidden", "8"],
  "pixelcnn": ["--width", "2", "--depth", "1"],
  "vq-vae": [
    "--codes", "4", "--code-size", "2", "--width", "4", "--depth", "1", "--prior-width", "4",
    "--prior-depth", "1", "--prior-heads", "1",
  ],
  "ddpm": ["--architecture", "dense", "--hidden", "8", "--steps", "2"],
  "flow-matching": ["--architecture", "dense", "--hidden", "8", "--steps", "2"],
  "score": ["--architecture", "dense", "--hidden", "8", "--steps", "2"],
  "language-model": ["--width", "4", "--depth", "1", "--heads", "1"],
  "classifier": ["--architecture", "dense"],
]

private let numberOptions = [
  "vae": ["--likelihood", "gaussian"], "autoencoder": ["--output", "linear"],
]

@Suite struct SmallModelTests {
  @Test func everyModelOfTheRegistryHasASmallSize() {
    #expect(SmallModel.kinds == registry.map(\.kind).sorted())
  }
}
