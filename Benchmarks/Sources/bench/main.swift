// Times the training step of a model: bench [--work vae-mlp] [--steps 200]. Works.swift has the works.
import Foundation
import Tensor

func option(_ name: String, default value: String) -> String {
  let arguments = CommandLine.arguments
  guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else {
    return value
  }
  return arguments[place + 1]
}

let name = option("--work", default: "vae-mlp")
guard let prepare = Work.all.first(where: { $0.name == name })?.prepare,
  let steps = Int(option("--steps", default: "200")), steps >= 5
else {
  let names = Work.all.map(\.name).joined(separator: "|")
  FileHandle.standardError.write(Data("usage: bench [--work \(names)] [--steps 5 or more]\n".utf8))
  exit(64)
}

/// The memory that the process holds, in KiB.
func residentKilobytes() -> Int {
  let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
    .split(separator: " ")
  return (fields?.dropFirst().first.flatMap { Int($0) } ?? 0) * (Int(getpagesize()) / 1024)
}

func run(_ work: Work, steps: Int) {
  let clock = ContinuousClock()
  let first = clock.measure { _ = work.step() }
  for _ in 0..<min(20, steps) { _ = work.step() }
  let residentBefore = residentKilobytes()
  let blocks = 5
  let means = (0..<blocks).map { _ in
    let time = clock.measure { for _ in 0..<steps / blocks { _ = work.step() } }
    return time / .milliseconds(1) / Double(steps / blocks)
  }.sorted()
  let growth = residentKilobytes() - residentBefore
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  let median = means[blocks / 2]
  let line: [(String, String)] = [
    ("work", "\"\(name)\""), ("framework", "\"pushforward\""), ("threads", "\(threadCount)"),
    ("instruction_set", "\"\(instructionSet)\""), ("blas", "\"\(BLAS.description)\""),
    ("ms_per_step", String(format: "%.4f", median)), ("ms_min", String(format: "%.4f", means[0])),
    ("ms_max", String(format: "%.4f", means[blocks - 1])),
    ("images_per_s", String(format: "%.1f", Double(work.batchSize) / median * 1000)),
    ("peak_rss_mb", String(format: "%.1f", Double(usage.ru_maxrss) / 1024)),
    ("first_step_s", String(format: "%.3f", first / .seconds(1))), ("steps", "\(steps)"),
    ("resident_growth_kb", "\(growth)"),
  ]
  print("{" + line.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}")
}

run(prepare(), steps: steps)
