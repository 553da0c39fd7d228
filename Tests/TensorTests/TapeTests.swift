import Foundation
import Testing

@testable import Tensor

@Suite struct TapeTests {
  @Test func gradientOfASharedValueAddsUp() {
    let dx = gradient(at: Tensor([1, 2])) { x in
      let y = x * x
      return (y * x + y).sum()
    }
    #expect(dx.scalars == [5, 16])  // 3x² + 2x
  }

  @Test func unusedInputsHaveZeroGradients() {
    let (value, gradients) = valueWithGradient(at: [Tensor([1, 2]), Tensor([3])]) {
      ($0[0] * 2).sum()
    }
    #expect(value.scalar == 6 && gradients[0].scalars == [2, 2] && gradients[1].scalars == [0])
  }

  @Test func aConstantHasZeroGradient() {
    #expect(gradient(at: Tensor([1, 2])) { _ in Tensor(3) }.scalars == [0, 0])
    #expect(gradient(at: Tensor([1, 2])) { (stopGradient($0) * $0).sum() }.scalars == [1, 2])
  }

  @Test func partsComeBackBesideTheValue() {
    let (value, parts, gradients) = valueWithGradient(at: [Tensor([3])]) { inputs in
      let y = inputs[0] * inputs[0]
      return (y.sum(), ["square": y])
    }
    #expect(value.scalar == 9 && parts["square"]?.scalars == [9] && gradients[0].scalars == [6])
  }

  @Test func gradientsOfGradients() {
    // f = x³: f″ = 6x, f‴ = 6.
    let third = gradient(at: Tensor([2.0, -1.0])) { x in
      gradient(at: x) { x in
        gradient(at: x) { x in (x * x * x).sum() }.sum()
      }.sum()
    }
    #expect(third.scalars == [6, 6])
  }

  @Test func aGradientPenaltyReachesTheOuterParameter() {
    // g = d/dx (w x²) = 2 w x; d/dw Σ g² = 8 w Σ x² = 8 · ½ · 10.
    let x = Tensor([1, 3])
    let dw = gradient(at: Tensor(0.5)) { w in
      let g = gradient(at: x) { x in (w * x * x).sum() }
      return (g * g).sum()
    }
    #expect(dw.scalar == 40)
  }

  @Test func anInnerGradientDoesNotConfuseTheOuter() {
    // d/dx [x · d/dy (x + y)] = 1, at any x: the inner derivative is the constant 1.
    let dx = gradient(at: Tensor(5)) { x in
      x * gradient(at: Tensor(2)) { y in x + y }
    }
    #expect(dx.scalar == 1)
  }

  @Test func pullbacksOfWhatIsNotAskedForDoNotRun() {
    var calls = 0
    let w = Tensor([2, 3])
    let dx = gradient(at: Tensor([1, 1])) { x in
      (x * w).tracked(
        from: (x, { _, dy in dy * w }),
        (
          w,
          { _, dy in
            calls += 1; return dy
          }
        )
      ).sum()
    }
    #expect(dx.scalars == [2, 3] && calls == 0)
  }

  @Test func nothingIsRecordedWithoutATape() {
    #expect((Tensor([1]) + Tensor([2])).place == nil)
    var escaped: Tensor?
    _ = gradient(at: Tensor([1])) { x in
      escaped = x * 2
      return x.sum()
    }
    // The tape is closed: a tensor that escaped from it is a plain value.
    #expect(escaped.map { ($0 * 3).place == nil } == true)
  }

  @Test func aThrownErrorClosesTheTape() {
    struct Failure: Error {}
    #expect(throws: Failure.self) {
      try valueWithGradient(at: Tensor([1])) { (_: Tensor) -> Tensor in throw Failure() }
    }
    #expect(gradient(at: Tensor([1])) { $0.sum() }.scalars == [1])
  }

  @Test func gradientsOnSeveralThreadsAreApart() {
    let results = Sendables<Float>(count: 8)
    DispatchQueue.concurrentPerform(iterations: 8) { i in
      let dx = gradient(at: Tensor([Double(i)])) { x in (x * x).sum() }
      results.set(i, dx.scalars[0])
    }
    #expect(results.values == (0..<8).map { Float(2 * $0) })
  }

  /// In a separate process, because concurrent tests use the same pool.
  @Test func aThousandStepsDoNotGrowTheProcess() async {
    await #expect(processExitsWith: .success) {
      // The number of threads that need scratch memory for a product at the same time depends on
      // the machine's load.
      threadCount = 1
      let random = Random(seed: 12)
      // The smallest matrices whose memory is taken from the pool.
      var w = random.normal([130, 130])
      let x = random.normal([130, 130])
      for _ in 0..<20 { step(&w, x) }
      let (pool, data) = (BufferPool.shared.allocatedBytes, dataKilobytes())
      for _ in 0..<1000 { step(&w, x) }
      precondition(
        BufferPool.shared.allocatedBytes == pool, "expected no new buffers in the steady state")
      let growth = dataKilobytes() - data
      // A leak of the smallest buffer per step would be 64 KiB of buffers, and objects in addition.
      precondition(data > 0 && growth < 600, "the process grew by \(growth) KiB")
    }
  }
}

/// A training step without a model: values, gradients, an update.
private func step(_ w: inout Tensor, _ x: Tensor) {
  let g = gradient(at: w) { w in square(tanh(x.matmul(w)) - 1).mean() }
  w -= 0.1 * g
}

/// The size of the process' data: not its resident part, which the system may round up to large
/// pages at any time.
private func dataKilobytes() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmData:") } ?? ""
  return Int(line.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? 0
}

/// An array that several threads write to, each to its own element.
final class Sendables<Element: Sendable>: @unchecked Sendable {
  private var elements: [Element?]
  private let lock = NSLock()
  init(count: Int) { elements = Array(repeating: nil, count: count) }
  func set(_ index: Int, _ element: Element) { lock.withLock { elements[index] = element } }
  var values: [Element] { elements.compactMap { $0 } }
}

@Suite struct GradientCheckTests {
  /// x² with a derivative that is wrong by 0.1 %.
  private func wrongSquare(_ x: Tensor) -> Tensor {
    square(stopGradient(x)).tracked(from: x) { _, dy in 2.002 * dy * x }
  }

  /// x² whose derivative has the right value but cannot be differentiated again.
  private func halfSquare(_ x: Tensor) -> Tensor {
    square(stopGradient(x)).tracked(from: x) { _, dy in 2 * dy * stopGradient(x) }
  }

  @Test func findsAFirstDerivativeWrongByAThousandth() {
    let check = checkGradient(of: { wrongSquare($0[0]) }, at: [Tensor([0.5, -1.5])])
    #expect(!check.passes() && check.errors[0] > 5e-4 && check.errors[0] < 2e-3, "\(check)")
  }

  @Test func findsASecondDerivativeThatIsMissing() {
    let check = checkGradient(of: { halfSquare($0[0]) }, at: [Tensor([0.5, -1.5])])
    #expect(check.errors[0] < 1e-6 && check.errors[1] > 0.5, "\(check)")
  }

  @Test func findsOneWrongElementAmongMany() {
    let x = Random(seed: 13).normal([50])
    let mask = Tensor([1.001] + [Double](repeating: 1, count: 49), dtype: .float64)
    let check = checkGradient(
      of: { x in square(stopGradient(x[0])).tracked(from: x[0]) { _, dy in 2 * dy * x[0] * mask } },
      at: [x])
    #expect(!check.passes(), "\(check)")
  }

  @Test func aNaNFails() {
    #expect(!checkGradient(of: { log($0[0]) }, at: [Tensor([-1])]).passes())
  }

  @Test func passesWhatIsRight() {
    #expect(
      checkGradient(of: { square($0[0]) }, at: [Tensor([0.5, -1.5])]).passes(tolerance: 1e-9))
  }
}
