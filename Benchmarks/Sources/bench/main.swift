// Times the training step of a model: bench [--work vae-mlp] [--steps 200]
import Foundation
import NN
import Tensor
import VAE

func option(_ name: String, default value: String) -> String {
  let arguments = CommandLine.arguments
  guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else {
    return value
  }
  return arguments[place + 1]
}

let work = option("--work", default: "vae-mlp")
guard work == "vae-mlp", let steps = Int(option("--steps", default: "200")), steps >= 5 else {
  FileHandle.standardError.write(Data("usage: bench [--work vae-mlp] [--steps 5 or more]\n".utf8))
  exit(64)
}

/// The memory that the process holds, in KiB.
func residentKilobytes() -> Int {
  let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
    .split(separator: " ")
  return (fields?.dropFirst().first.flatMap { Int($0) } ?? 0) * (Int(getpagesize()) / 1024)
}

func run(steps: Int) {
  // The arithmetic does not depend on the pixels, so random ones serve.
  let (batchSize, imageCount, features) = (128, 60_000, 784)
  let random = Random(seed: 0)
  let pixels = (0..<imageCount * features).map {
    UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13)
  }
  let vae = VAE(features: features, random)
  let optimizer = Adam()
  var order: [Int] = []

  func step() -> Double {
    if order.count < batchSize { order = random.permutation(imageCount) }
    let x = Tensor(bytes: pixels, rows: order.suffix(batchSize), rowLength: features)
    order.removeLast(batchSize)
    let (loss, gradients) = valueWithGradient(of: vae) { vae.loss(x, random).total }
    optimizer.update(vae, along: gradients)
    return loss.scalar
  }

  let clock = ContinuousClock()
  let first = clock.measure { _ = step() }
  for _ in 0..<20 { _ = step() }
  let residentBefore = residentKilobytes()
  let blocks = 5
  let means = (0..<blocks).map { _ in
    let time = clock.measure { for _ in 0..<steps / blocks { _ = step() } }
    return time / .milliseconds(1) / Double(steps / blocks)
  }.sorted()
  let growth = residentKilobytes() - residentBefore
  withExtendedLifetime(pixels) {}
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  let median = means[blocks / 2]
  let line: [(String, String)] = [
    ("work", "\"\(work)\""), ("framework", "\"pushforward\""), ("threads", "\(threadCount)"),
    ("instruction_set", "\"\(instructionSet)\""), ("blas", "\"\(BLAS.description)\""),
    ("ms_per_step", String(format: "%.4f", median)), ("ms_min", String(format: "%.4f", means[0])),
    ("ms_max", String(format: "%.4f", means[blocks - 1])),
    ("images_per_s", String(format: "%.1f", Double(batchSize) / median * 1000)),
    ("peak_rss_mb", String(format: "%.1f", Double(usage.ru_maxrss) / 1024)),
    ("first_step_s", String(format: "%.3f", first / .seconds(1))), ("steps", "\(steps)"),
    ("resident_growth_kb", "\(growth)"),
  ]
  print("{" + line.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}")
}

run(steps: steps)
