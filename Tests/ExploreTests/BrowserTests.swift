import Foundation
import ModelSupport
import Models
import NN
import Tensor
import TestSupport
import Testing

@testable import Explore

/// The program of a browser, if there is one.
private let browser = ["chromium", "chromium-browser", "google-chrome"].lazy
  .map { "/usr/bin/" + $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }

/// The pixels that a browser computes from a page, if a browser is installed.
@Suite(.enabled(if: browser != nil)) struct BrowserTests {
  /// The picture of the first code, computed by the page's script.
  private func pixels(of html: String) throws -> [Double] {
    let folder = try TemporaryFolder()
    let page = folder.path + "/page.html"
    try html.write(toFile: page, atomically: true, encoding: .utf8)
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(browser))
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + folder.path + "/profile",
      "--virtual-time-budget=10000", "--dump-dom", "file://\(page)#pixels",
    ]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(
      decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let match = try #require(text.firstMatch(of: /data-pixels="([^"]*)"/))
    return match.output.1.split(separator: " ").compactMap { Double($0) }
  }

  private static func models() -> [(name: String, model: any LatentVariableModel)] {
    let random = Random(seed: 2)
    let shape = DataShape.images(28, 28)
    return [
      ("VAE", VAE(.with { $0.hidden = [30] }, for: shape, using: random)),
      ("conv VAE", VAE(.with { $0.architecture = .conv }, for: shape, using: random)),
      ("autoencoder", Autoencoder(.with { $0.hidden = [30] }, for: shape, using: random)),
      ("GAN", GAN(.with { $0.latent = 10 }, for: shape, using: random)),
      (
        "DCGAN",
        GAN(
          .with { ($0.architecture, $0.baseChannels, $0.latent) = (.dcgan, 4, 10) }, for: shape,
          using: random)
      ),
    ]
  }

  /// It equals the model's own picture to within 2 of 255 grey values.
  @Test(arguments: 0..<5) func thePicturesAreTheModels(_ index: Int) throws {
    let (name, model) = Self.models()[index]
    let examples = Random(seed: 3).uniform([12, 784])
    let (html, expected) = try model.inInference {
      let page = try ExplorePage(
        name, of: model, examples: examples, labels: [], using: Random(seed: 0))
      let code =
        (model as? any EncodingModel)?.encode(examples.sliced(0..<1))
        ?? Random(seed: 0).normal([12, model.latentSize]).sliced(0..<1)
      return (try page.html, model.decode(code).doubles)
    }
    let found = try pixels(of: html)
    #expect(found.count == 784)
    let gap = zip(found, expected).map { abs($0 - $1) }.max() ?? 1
    #expect(gap <= 2.0 / 255, "\(name): \(gap)")
  }
}
