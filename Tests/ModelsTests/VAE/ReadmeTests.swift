import Datasets
import Distributions
import Foundation
import NN
import Tensor
import Testing
import Training
import ModelSupport
import Models

// The examples of the README and of articles, word for word. The text between the markers is
// compared with their code blocks, so neither can change without the other.

// README: train
func trainVAE(on digits: some ImageDataset) throws -> VAE {
  let random = Random(seed: 0)
  let vae = VAE(.with { $0.latent = 20 }, for: .images(28, 28), using: random)
  let adam = Adam(for: vae, learningRate: 0.001)
  for batch in try Batches(digits.train, size: 128).epoch(shuffledBy: random) {
    let (_, gradients) = valueWithGradient(of: vae) {
      let posterior = vae.posterior(of: batch.images)  // q(z|x)
      let pixels = vae.likelihood(given: posterior.sample(using: random))  // p(x|z)
      let divergence = posterior.klDivergence(to: vae.prior)  // KL(q(z|x) ‖ p(z))
      return (divergence - pixels.logDensity(of: batch.images)).mean()
    }
    adam.update(along: gradients)
  }
  return vae
}
// README: end

@Suite struct ReadmeTests {
  @Test func theTrainingExampleTrains() throws {
    let digits = DrawnDigits(trainCount: 2048, testCount: 64)
    let images = try Batches(digits.test, size: 64).epoch(shuffledBy: nil).map(\.images)[0]
    let before = VAE(features: 784, Random(seed: 0)).loss(images, Random(seed: 1)).total.scalar
    let vae = try trainVAE(on: digits)
    let after = vae.loss(images, Random(seed: 1)).total.scalar
    #expect(before > 500 && after < 350, "\(before) nats before, \(after) after")
  }

  @Test func theGradientExampleGivesItsFigures() {
    // README: gradient
    let x = Tensor([1, 2, 3])
    let (value, dx) = valueWithGradient(at: x) { x in square(x).sum() }
    // value 14, dx [2, 4, 6]
    let ddx = gradient(at: x) { x in
      let dx = gradient(at: x) { x in (x * x * x).sum() }  // 3x²
      return dx.sum()
    }
    // ddx [6, 12, 18]
    // README: end
    #expect(value.scalar == 14)
    #expect(dx.scalars == [2, 4, 6])
    #expect(ddx.scalars == [6, 12, 18])
  }

  @Test func theNetworkExampleHasItsShapeAndNames() {
    // README: network
    let random = Random(seed: 0)
    let encoder = Sequential {
      Dense(784, 400, using: random)
      ReLU()
      Dense(400, 40, using: random)
    }
    let code = encoder(random.uniform([128, 784])).split(count: 2, along: 1)
    let posterior = DiagonalGaussian(mean: code[0], logVariance: code[1])  // [128, 20]
    // README: end
    #expect(posterior.mean.shape == [128, 20])
    #expect(encoder.parameters.map(\.name) == ["0.weight", "0.bias", "2.weight", "2.bias"])
  }

  @Test func theLayersExampleHasItsShapesAndTrains() {
    // README: layers
    let random = Random(seed: 0)
    let images = Sequential {  // of images [batch, 28, 28, 1]
      Conv2D(1, 8, kernel: 3, padding: 1, using: random)
      ELU()
      AveragePool2D(2)  // [batch, 14, 14, 8]
      Upsample2D(2)
      Conv2D(8, 1, kernel: 3, padding: 1, using: random)
      Sigmoid()
    }
    let classes = Sequential {  // of series [batch, 64, 3]
      Conv1D(3, 16, kernel: 5, stride: 2, using: random)  // [batch, 30, 16]
      Softplus()
      Flatten()
      Dense(480, 4, using: random)
      Softmax()
    }
    let optimizers: [any Optimizer] = [
      SGD(for: images, learningRate: cosineDecay(from: 0.1, over: 1_000), momentum: 0.9),
      AdamW(for: images, learningRate: 0.001, weightDecay: 0.01),
      AdaGrad(for: classes, learningRate: 0.001),
    ]
    // README: end
    let (pixels, series) = (random.uniform([2, 28, 28, 1]), random.uniform([2, 64, 3]))
    #expect(images(pixels).shape == [2, 28, 28, 1])
    #expect(abs(classes(series).sum().scalar - 2) < 1e-5)
    for (optimizer, network) in zip(optimizers, [images, images, classes]) {
      let input = network === images ? pixels : series
      func loss() -> Tensor { square(network(input) - 0.5).mean() }
      let (before, gradients) = valueWithGradient(of: network, loss)
      optimizer.update(along: gradients)
      #expect(loss().scalar < before.scalar, "\(type(of: optimizer))")
    }
  }

  /// In a separate process, in a temporary folder.
  @Test func theCheckpointExampleRestores() async {
    await #expect(processExitsWith: .success) {
      let folder = NSTemporaryDirectory() + "readme-checkpoint-\(getpid())"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      #expect(FileManager.default.changeCurrentDirectoryPath(folder))
      let (model, shuffling) = (Dense(2, 3, using: Random(seed: 1)), Random(seed: 2))
      let adam = Adam(for: model)
      let gradients = valueWithGradient(of: model) { model.weight.sum() }.gradients
      adam.update(along: gradients)
      let before = (model.weight, shuffling.state)
      // README: checkpoint
      let state: [StatePart] = [
        .module("model", model), .optimizer("adam", adam),
        .random("shuffling", shuffling),
      ]
      try Checkpoint(of: state, epoch: 3, step: 1407).write(to: "checkpoint.safetensors")
      try Checkpoint(path: "checkpoint.safetensors").restore(to: state)
      // README: end
      adam.update(along: gradients)
      _ = shuffling.bits()
      #expect(model.weight != before.0 && shuffling.state != before.1)
      try Checkpoint(path: "checkpoint.safetensors").restore(to: state)
      #expect(model.weight == before.0 && shuffling.state == before.1)
      #expect(adam.state.step == 1)
    }
  }

  /// The README and the articles show only Swift code that is compiled by tests, examples or the
  /// script that pastes CONTRIBUTING's model; and all code marked here is shown.
  @Test func documentsShowCompiledCode() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    func texts(below folders: [String], ending: String) throws -> [(path: String, text: String)] {
      try folders.flatMap { folder in
        let url = root.appendingPathComponent(folder)
        let names = FileManager.default.enumerator(atPath: url.path)?.allObjects ?? []
        return try names.compactMap { $0 as? String }.filter { $0.hasSuffix(ending) }.sorted().map {
          let file = url.appendingPathComponent($0)
          return ("\(folder)/\($0)", try String(contentsOf: file, encoding: .utf8))
        }
      }
    }
    func text(_ path: String) throws -> String {
      try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
    let articles = try texts(below: ["docs", "Sources", "Models"], ending: ".md")
    let documents = try [("README.md", text("README.md"))] + articles
    let compiled =
      try texts(below: ["Tests", "Examples/Sources"], ending: ".swift").map { unindented($0.text) }
      + [unindented(text("CONTRIBUTING.md"))]
    var shown: Set<String> = []
    for (path, document) in documents {
      for block in parts(of: document, from: "```swift", to: "```") {
        shown.insert(unindented(block))
        // The manifest of another package is also Swift, but no test can compile it.
        guard !block.contains(".package(") else { continue }
        let isCompiled = compiled.contains { $0.contains(unindented(block)) }
        #expect(isCompiled, "\(path) shows code that nothing compiles:\n\(block)")
      }
    }
    let examples = try [#filePath, root.path + "/Tests/SamplingTests/ReadmeTests.swift"].flatMap {
      parts(
        of: try String(contentsOfFile: $0, encoding: .utf8), from: "// README: ",
        to: "// README: end")
    }
    #expect(examples.count == 6 && articles.count > 20)
    for example in examples {
      #expect(shown.contains(unindented(example)), "no document shows\n\(example)")
    }
  }
}

/// A text without the indentation of its lines.
private func unindented(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false)
    .map { $0.drop { $0 == " " } }.joined(separator: "\n")
}

/// The text between a line that begins with `start` and the next line equal to `end`, without its
/// common indentation.
private func parts(of text: String, from start: String, to end: String) -> [String] {
  var parts: [String] = []
  var open: [String]?
  for line in text.components(separatedBy: "\n") {
    let content = line.trimmingCharacters(in: .whitespaces)
    if let lines = open, content == end {
      let indentation = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min()
      parts.append(lines.map { String($0.dropFirst(indentation ?? 0)) }.joined(separator: "\n"))
      open = nil
    } else if open != nil {
      open?.append(line)
    } else if content.hasPrefix(start), content != end {
      open = []
    }
  }
  return parts
}
