// Times the training step of a model, or its parts:
//
//   bench [--work vae-mlp] [--steps 200]     a line of JSON; Works.swift has the workloads
//   bench --profile [--work vae-mlp]         a line for every operation of the step
//   bench --parts                            a line for every operation of Parts.swift
//   bench --scaling                          a line for every size of Scaling.swift
//   bench --work kmeans --inputs FOLDER      a classical method on files of numbers
//   bench --run-only [--work vae-mlp]        nothing: for tools that measure from outside
//
// --threads N applies to all of them. Built with the trait MPI, deep models and adversarial networks also run in
// several processes, each with its part of a batch: mpirun -n 2 bench --work vae-mlp --threads 1
import Distributed
import Foundation
import Tensor
import Training

func option(_ name: String, default value: String) -> String {
  let arguments = CommandLine.arguments
  guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else {
    return value
  }
  return arguments[place + 1]
}

let name = option("--work", default: "vae-mlp")
let isRunOnly = CommandLine.arguments.contains("--run-only")
guard let prepare = Work.all.first(where: { $0.name == name })?.prepare,
  let steps = Int(option("--steps", default: "200")), steps >= (isRunOnly ? 1 : 5),
  let threads = Int(option("--threads", default: "\(threadCount)")), threads > 0
else {
  let names = Work.all.map(\.name).joined(separator: "|")
  let usage =
    "usage: bench [--work \(names)] [--steps 5 or more] [--threads 1 or more]"
    + " [--profile | --parts | --scaling | --run-only]"
  FileHandle.standardError.write(Data((usage + "\n").utf8))
  exit(64)
}
threadCount = threads
let isScaling = CommandLine.arguments.contains("--scaling")
let isDouble = Work.linearAlgebra.contains { $0.name == name }

/// This machine's peak, measured on first use, so that its matrices do not count towards a
/// workload's memory.
enum Machine {
  static let productPeak = measuredProductPeak(isDouble ? .float64 : .float32)
}

/// The processes that a launcher started, dividing batches of this size.
func processes(dividing batchSize: Int) -> Processes {
  do { return try Processes(.world, shards: nil, batchSize: batchSize) } catch {
    FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
    exit(64)
  }
}

/// Prints fields, numbers and texts in quotation marks, as an object of JSON.
func printLine(_ fields: [(name: String, value: String)]) {
  guard Communicator.world.isFirst else { return }
  print("{" + fields.map { "\"\($0.name)\": \($0.value)" }.joined(separator: ", ") + "}")
}

func text(_ value: String) -> String { "\"\(value)\"" }
func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// The resident memory of the process, in KiB.
func residentKilobytes() -> Int {
  let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
    .split(separator: " ")
  return (fields?.dropFirst().first.flatMap { Int($0) } ?? 0) * (Int(getpagesize()) / 1024)
}

/// Returns the profile of `count` calls.
func profile(_ count: Int, _ body: () -> Void) -> Profile {
  Profile.start()
  for _ in 0..<count { body() }
  return Profile.stop()
}

/// The mean number of milliseconds of a step in each of five blocks, the shortest first.
func blockTimes(of work: Work, stepsInABlock: Int) -> [Double] {
  (0..<5).map { _ in
    let time = ContinuousClock().measure { for _ in 0..<stepsInABlock { _ = work.step() } }
    return time / .milliseconds(1) / Double(stepsInABlock)
  }.sorted()
}

/// The number of additions and multiplications in the products and convolutions of a step, by
/// definition, even where an algorithm needs fewer.
func arithmetic(of work: Work) -> Double {
  Double(profile(1) { _ = work.step() }.entries.reduce(0) { $0 + $1.arithmetic })
}

/// Times a workload in five blocks of steps.
func time(_ work: Work, steps: Int) {
  var reached = 0.0
  let first = ContinuousClock().measure { reached = work.step() }
  for _ in 0..<min(20, steps) { _ = work.step() }
  let residentBefore = residentKilobytes()
  let times = blockTimes(of: work, stepsInABlock: steps / 5)
  let growth = residentKilobytes() - residentBefore
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  let median = times[2]
  let arithmetic = arithmetic(of: work)
  let rate = arithmetic / median * 1000
  // Without products, there is no share of their peak.
  let share: [(name: String, value: String)] =
    arithmetic > 0 ? [("product_peak_share", number(rate / Machine.productPeak, 3))] : []
  printLine(
    [
      ("work", text(name)), ("framework", text("pushforward")), ("threads", "\(threadCount)"),
      ("instruction_set", text(instructionSet)), ("blas", text(BLAS.description)),
      ("ms_per_step", number(median, 4)), ("ms_min", number(times[0], 4)),
      ("ms_max", number(times[4], 4)),
      ("images_per_s", number(Double(work.batchSize) / median * 1000, 1)),
      ("peak_rss_mb", number(Double(usage.ru_maxrss) / 1024, 1)),
      ("first_step_s", number(first / .seconds(1), 3)), ("steps", "\(steps)"),
      ("reached", "\(reached)"),
      ("resident_growth_kb", "\(growth)"), ("mflop_per_step", number(arithmetic / 1e6, 1)),
      ("gflop_per_s", number(rate / 1e9, 1)),
      ("product_peak_gflop_per_s", number(Machine.productPeak / 1e9, 1)),
    ] + share)
}

/// Prints a line for each operation of a profile.
func list(_ profile: Profile, of part: String, calls: Int) {
  for entry in profile.entries {
    let (arithmetic, bytes) = (Double(entry.arithmetic), Double(entry.bytes))
    printLine([
      ("part", text(part)), ("operation", text(entry.name)),
      ("direction", text(entry.isBackward ? "backward" : "forward")),
      ("calls", number(Double(entry.calls) / Double(calls), 1)),
      ("ms", number(entry.seconds / Double(calls) * 1000, 4)),
      ("share", number(entry.seconds / profile.seconds, 3)),
      ("gflop_per_s", number(arithmetic / entry.seconds / 1e9, 1)),
      ("product_peak_share", number(arithmetic / entry.seconds / Machine.productPeak, 3)),
      ("gb_per_s", number(bytes / entry.seconds / 1e9, 1)),
    ])
  }
}

/// Times a workload at every size of a series, on one thread and on all.
func time(_ series: Scaling, peaks: [(threads: Int, rate: Double)]) {
  for size in series.sizes {
    let work = series.prepare(size)
    _ = work.step()
    let arithmetic = arithmetic(of: work)
    for peak in peaks {
      threadCount = peak.threads
      let once = ContinuousClock().measure { for _ in 0..<3 { _ = work.step() } } / 3
      let steps = max(1, Int(.milliseconds(80) / once))
      let median = blockTimes(of: work, stepsInABlock: steps)[2]
      let rate = arithmetic / median * 1000
      printLine([
        ("work", text(series.work)), ("axis", text(series.axis)), ("size", "\(size)"),
        ("threads", "\(peak.threads)"), ("instruction_set", text(instructionSet)),
        ("blas", text(BLAS.description)), ("ms_per_step", number(median, 4)),
        ("us_per_image", number(median / Double(work.batchSize) * 1000, 3)),
        ("mflop_per_step", number(arithmetic / 1e6, 1)),
        ("gflop_per_s", number(rate / 1e9, 1)),
        ("product_peak_gflop_per_s", number(peak.rate / 1e9, 1)),
        ("product_peak_share", number(rate / peak.rate, 3)),
      ])
    }
  }
}

if isScaling {
  let peaks = Set([1, threads]).sorted().map { count in
    threadCount = count
    return (threads: count, rate: measuredProductPeak())
  }
  for series in Scaling.all { time(series, peaks: peaks) }
} else if CommandLine.arguments.contains("--parts") {
  for part in Part.all() {
    part.run()
    list(profile(20, part.run), of: part.name, calls: 20)
  }
} else {
  let work = prepare()
  if isRunOnly {
    for _ in 0..<steps { _ = work.step() }
  } else if CommandLine.arguments.contains("--profile") {
    for _ in 0..<5 { _ = work.step() }
    list(profile(steps) { _ = work.step() }, of: name, calls: steps)
  } else {
    time(work, steps: steps)
  }
}
