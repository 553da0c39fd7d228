// Draws pictures from a model's file on many threads, as a server does for its requests.
//
//   swift run -c release sampling-server [model.safetensors]
//
// `Sampling` links no training code. Files are untrusted: an error in one is thrown.
import Foundation
import Images
import Models
import NN
import Sampling
import Tensor

let folder = FileManager.default.temporaryDirectory.path

/// Writes an untrained model, if no other is given.
func exampleModel() throws -> String {
  let vae = VAE(.with { $0.latent = 8 }, for: .images(28, 28), using: Random(seed: 0))
  try vae.save(to: folder + "/example.safetensors")
  return folder + "/example.safetensors"
}

/// The state of the server: the model is read once and serves all requests.
let sampler = try Sampler(path: CommandLine.arguments.dropFirst().first ?? exampleModel())
print("a model '\(sampler.kind)' of examples \(sampler.exampleShape)")

/// The answer to a request: a PNG file with 16 pictures, which has the same bytes for the same
/// seed.
@Sendable func answer(_ sampler: Sampler, seed: UInt64) throws -> [UInt8] {
  let images = try sampler.sample(count: 16, using: Random(seed: seed))
  return ImageGrid(images, columns: 4).image.png
}

/// The answers to concurrent requests.
func answers(_ sampler: Sampler, seeds: Range<UInt64>) async throws -> [UInt64: [UInt8]] {
  try await withThrowingTaskGroup(of: (UInt64, [UInt8]).self) { group in
    for seed in seeds { group.addTask { (seed, try answer(sampler, seed: seed)) } }
    var answers: [UInt64: [UInt8]] = [:]
    for try await (seed, png) in group { answers[seed] = png }
    return answers
  }
}

// Each request computes on one thread, and several are answered at once.
threadCount = 1
let pictures = try await answers(sampler, seeds: 0..<8)
for (seed, png) in pictures.sorted(by: { $0.key < $1.key }) {
  try Data(png).write(to: URL(fileURLWithPath: "\(folder)/sample-\(seed).png"))
  print("\(folder)/sample-\(seed).png: \(png.count) bytes")
}
let again = try answer(sampler, seed: 3)
print("the same seed again: \(again == pictures[3] ? "the same bytes" : "other bytes")")
