import Foundation
import Testing

@Suite struct TargetGraphTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The modules that the sources below a folder import, but for those in its folder Training.
  private func imports(below folder: String) throws -> Set<String> {
    let url = Self.root.appendingPathComponent(folder)
    let files = try #require(FileManager.default.enumerator(atPath: url.path))
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") && !$0.hasPrefix("Training/") }
    var modules = Set<String>()
    for file in files {
      let text = try String(contentsOf: url.appendingPathComponent(file), encoding: .utf8)
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if let place = words.firstIndex(of: "import"), place < 2, place + 1 < words.count {
          modules.insert(String(words[place + 1]))
        }
      }
    }
    return modules
  }

  /// A server that samples links none of the code that trains: no module that Sampling reaches is
  /// one of it.
  @Test func samplingReachesNoTraining() throws {
    var reached: Set<String> = [], open = ["Sampling"]
    while let module = open.popLast() {
      guard reached.insert(module).inserted else { continue }
      for parent in ["Sources", "Models"] {
        let folder = "\(parent)/\(module)"
        if FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(folder).path) {
          open += try imports(below: folder)
        }
      }
    }
    #expect(
      reached.isSuperset(of: ["Sampling", "VAE", "GAN", "Autoencoder", "NN", "Files", "Tensor"]))
    let training = reached.filter {
      $0.hasSuffix("Training") || ["Datasets", "Classifier"].contains($0)
    }
    #expect(training.isEmpty)
  }

  /// Figures are drawn without anything else of the package, so that any program may draw them.
  @Test func plotsReachNothing() throws {
    #expect(try imports(below: "Sources/Plots").isSubset(of: ["Foundation"]))
  }
}
