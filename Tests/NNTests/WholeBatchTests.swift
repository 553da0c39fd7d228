import Foundation
import NN
import Tensor
import Testing

/// Threads that simulate the processes of a training run: each receives the numbers of all.
private final class Meeting: @unchecked Sendable {
  private let condition = NSCondition()
  private let count: Int
  private var values: [Int: [Double]] = [:]
  private var results: [Int: [[Double]]] = [:]
  private var rounds: [Int: Int] = [:]

  init(_ count: Int) { self.count = count }

  func gather(_ rank: Int, _ own: [Double]) -> [[Double]] {
    condition.lock()
    defer { condition.unlock() }
    let round = rounds[rank, default: 0]
    rounds[rank] = round + 1
    values[round * count + rank] = own
    let all = (0..<count).compactMap { values[round * count + $0] }
    if all.count == count {
      results[round] = all
      condition.broadcast()
    }
    while results[round] == nil { condition.wait() }
    return results[round] ?? []
  }
}

/// The results of each part of a batch of this size, all computed at the same time.
private func inParts(_ cut: [Int], _ body: @escaping @Sendable (Range<Int>) -> [Tensor])
  -> [[Tensor]]
{
  let meeting = Meeting(cut.count - 1)
  let results = Results()
  let group = DispatchGroup()
  for rank in 0..<cut.count - 1 {
    let examples = cut[rank]..<cut[rank + 1]
    group.enter()
    Thread {
      let part = BatchPart(examples, of: cut[cut.count - 1]) { meeting.gather(rank, $0) }
      results.add(rank, BatchPart.$current.withValue(part) { body(examples) })
      group.leave()
    }.start()
  }
  group.wait()
  return results.ordered
}

private final class Results: @unchecked Sendable {
  private let lock = NSLock()
  private var found: [Int: [Tensor]] = [:]
  func add(_ rank: Int, _ tensors: [Tensor]) { lock.withLock { found[rank] = tensors } }
  var ordered: [[Tensor]] { found.sorted { $0.key < $1.key }.map(\.value) }
}

@Suite struct WholeBatchTests {
  private static let cuts: [[Int]] = [[0, 3, 6], [0, 1, 4, 6]]

  private static func difference(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.doubles, b.doubles).map { abs($0 - $1) }.max() ?? .infinity
  }

  /// A batch normalised in parts uses the statistics of the whole batch, in the backward pass, too.
  @Test(arguments: cuts) func batchNormIsThatOfTheWholeBatch(_ cut: [Int]) {
    let x = Random(seed: 1).normal([6, 2, 3], mean: 4, dtype: .float64)
    let slope = Random(seed: 2).normal([6, 2, 3], dtype: .float64)
    @Sendable func results(_ examples: Range<Int>) -> [Tensor] {
      let layer = BatchNorm(3)
      layer.convert(to: .float64)
      layer.scale = Tensor([0.5, 2, -1], dtype: .float64)
      var y = x
      let input = x.sliced(examples)
      let gradients = valueWithGradient(at: [input, layer.scale, layer.shift]) { inputs in
        (layer.scale, layer.shift) = (inputs[1], inputs[2])
        let output = layer(inputs[0])
        y = stopGradient(output)
        return (output * slope.sliced(examples)).sum()
      }.gradients
      return [y] + gradients + [layer.runningMean, layer.runningVariance]
    }
    let whole = results(0..<6)
    let parts = inParts(cut, results)
    for index in [0, 1] {
      let joined = Tensor.concatenated(parts.map { $0[index] })
      #expect(Self.difference(joined, whole[index]) < 1e-12)
    }
    for index in [2, 3] {
      let sum = parts.dropFirst().reduce(parts[0][index]) { $0 + $1[index] }
      #expect(Self.difference(sum, whole[index]) < 1e-12)
    }
    for part in parts {
      for index in [4, 5] { #expect(Self.difference(part[index], whole[index]) < 1e-12) }
    }
  }

  /// Codes also learn from the whole batch, and dead ones restart at vectors of any part.
  @Test(arguments: cuts) func aCodebookLearnsFromTheWholeBatch(_ cut: [Int]) {
    let vectors = Random(seed: 1).normal([12, 2], dtype: .float64)
    @Sendable func results(_ examples: Range<Int>) -> [Tensor] {
      // Codes are not examples.
      let codebook = BatchPart.$current.withValue(nil) {
        Codebook(5, 2, decay: 0.5, leastCount: 0.6, using: Random(seed: 3))
      }
      codebook.convert(to: .float64)
      let own = vectors.sliced(2 * examples.lowerBound..<2 * examples.upperBound)
      let random = Random(seed: 4)
      for _ in 0..<3 { codebook.learn(own, codebook.nearest(to: own), using: random) }
      let perplexity = codebook.perplexity(of: codebook.nearest(to: own))
      return [codebook.codes, codebook.counts, Tensor(perplexity, dtype: .float64)]
    }
    let whole = results(0..<6)
    for part in inParts(cut, results) {
      for (found, expected) in zip(part, whole) {
        #expect(Self.difference(found, expected) < 1e-12)
      }
    }
  }
}
