import CKernels
import Foundation
import Testing

@testable import Tensor

// Values and gradients compared with the same formulas in higher precision, where digits are easily
// lost: nearly certain targets, nearly equal distributions, and logits with a common offset.

private let logits: [Double] =
  [0, 1e-30, 1e-9, 1e-3, 0.24, 0.26, 0.3, 1, 2.5, 7, 10, 15, 16.5, 20, 30, 40, 60, 80, 85].flatMap {
    [$0, -$0]
  }
  + [.infinity, -.infinity]

private let finiteLogits = logits.filter(\.isFinite)

/// Logits with targets that are certain, and some that are not.
private let targets: [(Double, Double)] =
  logits.flatMap { l in [(l, 0), (l, 1)] }
  + finiteLogits.flatMap { l in [0.25, 0.5, 1 - 0x1p-20, 0x1p-20].map { (l, $0) } }

/// Pairs of logits or log-variances, nearly equal and not.
private let pairs: [(Double, Double)] = [0, 0.2, -0.6, 1.3, -2.5, 6, -9, 20].flatMap { x in
  [0x1p-22, 1e-5, 1e-3, 0.05, 0.4, 0.9, 1.4, 3, 11].flatMap { [(x, x + $0), (x, x - $0)] }
}

private let logVariances: [Double] =
  [0, 1e-30, 1e-12, 1e-7, 5e-5, 1e-3, 0.04, 0.3, 0.99, 1, 1.01, 1.5, 2, 7, 30, 80].flatMap {
    [$0, -$0]
  }

/// Pairs of means and log-variances near the prior and far from it.
private let gaussians: [(Double, Double)] = logVariances.flatMap { v in
  [(0, v), (v, v), (1e-6, v), (3, v)]
}

private let classLogits: [(name: String, x: [Double], label: Int)] = [
  ("near 0", [1, 2, 0.5], 1), ("at 1e4", [10_001, 10_002, 10_000.5], 1),
  ("at −1e6", [-999_999, -999_998, -999_999.5], 0), ("three equal", [3e7, 3e7, 3e7], 2),
  ("one leads by ten", [0, 10, -1], 1), ("by ten and three tenths", [0.3, 10.7, -0.1], 1),
  ("by thirty", [30, 0, 0.1, 0.2], 0), ("the last by thirty", [30, 0, 0.1, 0.2], 3),
  ("by eighty", [0, 80], 1), ("one masked", [-.infinity, 1, 2], 2),
  ("all but one masked", [-.infinity, 3, -.infinity], 1), ("masked by a number", [-1e30, 1, 2], 1),
  ("many", (0..<700).map { Double($0 * $0 % 97) / 16 }, 300), ("one", [5], 0),
]

private func slope(
  _ function: @escaping @Sendable (Tensor) -> Tensor
) -> @Sendable (Tensor) -> Tensor {
  { x in gradient(at: x) { function($0).sum() } }
}

/// The derivatives of the cross-entropy and of the log-density, one of which is the negative of the
/// other.
private func residuals(
  _ name: String, _ pairs: [(Double, Double)], dtypes: [DType] = [.float32, .float64],
  _ reference: @escaping @Sendable (Wide, Wide) -> Wide
) -> [PrecisionRow] {
  [
    .zip(
      "logistic cross-entropy′\(name)", pairs, dtypes: dtypes,
      { l, t in slope { logisticCrossEntropy(logits: $0, t) }(l) }, reference),
    .zip(
      "Bernoulli log-density′\(name)", pairs, dtypes: dtypes,
      { l, x in
        slope { bernoulliLogDensity(of: x.expanded(at: 1), logits: $0.expanded(at: 1)) }(l)
      }, { -reference($0, $1) }),
  ]
}

/// The same near its zero, where Float80 has too few digits.
private func residuals(_ name: String, _ rows: [ResidualNearZero], dtypes: [DType])
  -> [PrecisionRow]
{
  residuals(name, rows.map { ($0.logit, $0.target) }, dtypes: dtypes) { l, t in
    rows.first { Wide($0.logit) == l && Wide($0.target) == t }.map { Wide($0.residual) } ?? .nan
  }
}

private let residualRows: [PrecisionRow] =
  residuals("", targets, wideResidual)
  + residuals(" beside its zero", ResidualNearZero.single, dtypes: [.float32, .float64])
  + residuals(" closer to its zero", ResidualNearZero.double, dtypes: [.float64])

private let elementwise: [PrecisionRow] = [
  .map("sigmoid", finiteLogits, { sigmoid($0) }, wideSigmoid),
  .map("sigmoid′", logits, slope { sigmoid($0) }, wideSlope),
  .map("silu", finiteLogits, { silu($0) }) { $0 * wideSigmoid($0) },
  .map("softplus", finiteLogits, { softplus($0) }, wideSoftplus),
  .map("softplus′", finiteLogits, slope { softplus($0) }, wideSigmoid),
  .map("softplus″", finiteLogits, slope(slope { softplus($0) }), wideSlope),
  .zip(
    "logistic cross-entropy", targets, { logisticCrossEntropy(logits: $0, $1) }, wideCrossEntropy),
  .zip(
    "logistic cross-entropy″", targets,
    { l, t in slope(slope { logisticCrossEntropy(logits: $0, t) })(l) }, { l, _ in wideSlope(l) }),
  .zip(
    "Bernoulli log-density", targets,
    { bernoulliLogDensity(of: $1.expanded(at: 1), logits: $0.expanded(at: 1)) },
    { -wideCrossEntropy($0, $1) }),
  .zip(
    "Bernoulli log-density″", targets,
    { l, x in
      slope(slope { bernoulliLogDensity(of: x.expanded(at: 1), logits: $0.expanded(at: 1)) })(l)
    }, { l, _ in -wideSlope(l) }),
  .map("Bernoulli entropy", logits, { bernoulliEntropy(logits: $0) }) {
    $0.isFinite ? wideSoftplus(-Swift.abs($0)) + Swift.abs($0) * wideSigmoid(-Swift.abs($0)) : 0
  },
]

private let divergences: [PrecisionRow] = [
  .zip("Bernoulli divergence", pairs, limit: 6, bernoulliDivergence, wideBernoulliDivergence),
  .zip(
    "Bernoulli divergence′", pairs, { a, b in slope { bernoulliDivergence($0, b) }(a) },
    { ($0 - $1) * wideSlope($0) }),
  .zip(
    "Bernoulli divergence′, of the second", pairs,
    { a, b in slope { bernoulliDivergence(a, $0) }(b) },
    { wideSigmoid($1) * wideSigmoid(-$0) * -expm1($0 - $1) }),
  .zip("exponential remainder", pairs, { exponentialRemainder($0, less: $1) }) {
    wideRemainder($0 - $1)
  },
  .zip(
    "Gaussian divergence", gaussians,
    { standardGaussianDivergence(mean: $0.expanded(at: 1), logVariance: $1.expanded(at: 1)) },
    { ($0 * $0 + wideRemainder($1)) / 2 }),
  .zip(
    "Gaussian divergence′", gaussians,
    { m, v in
      slope {
        standardGaussianDivergence(mean: m.expanded(at: 1), logVariance: $0.expanded(at: 1))
      }(v)
    }, { expm1($1) / 2 }),
  .zip(
    "Gaussian divergence″", gaussians,
    { m, v in
      slope(
        slope {
          standardGaussianDivergence(mean: m.expanded(at: 1), logVariance: $0.expanded(at: 1))
        })(v)
    }, { exp($1) / 2 }),
]

private let categorical: [PrecisionRow] = classLogits.flatMap { name, x, label in
  let count = x.count
  @Sendable func loss(_ x: Tensor) -> Tensor {
    let target = Tensor((0..<count).map { $0 == label ? 1.0 : 0 }, dtype: x.dtype)
    return categoricalCrossEntropy(logits: x.expanded(at: 0), target.expanded(at: 0)).sum()
  }
  return [
    PrecisionRow("softmax, \(name)", [x], { softmax($0[0]) }) { wideSoftmax($0[0]) },
    PrecisionRow("logSoftmax, \(name)", [x], { logSoftmax($0[0]) }) { wideLogSoftmax($0[0]) },
    PrecisionRow("logSumExp, \(name)", [x], { $0[0].logSumExp(along: 0) }) {
      let (largest, logSum) = wideLogSum($0[0])
      return [largest + logSum]
    },
    PrecisionRow("cross-entropy, \(name)", [x], { loss($0[0]) }) {
      [-wideLogSoftmax($0[0])[label]]
    },
    PrecisionRow("cross-entropy′, \(name)", [x], { slope(loss)($0[0]) }) {
      let p = wideSoftmax($0[0])
      return p.indices.map { $0 == label ? -wideComplement(p, label) : p[$0] }
    },
    // The Hessian's diagonal, from the gradient of each element of the gradient.
    PrecisionRow(
      "cross-entropy″, \(name)", [x], limit: 7,
      { inputs in
        let curvatures = (0..<min(count, 12)).map { index in
          gradient(at: inputs[0]) { slope(loss)($0).sliced(index..<index + 1).sum() }
            .sliced(index..<index + 1)
        }
        return Tensor.concatenated(curvatures)
      }
    ) {
      let p = wideSoftmax($0[0])
      return (0..<min(count, 12)).map { p[$0] * wideComplement(p, $0) }
    },
  ]
}

private let rows = elementwise + residualRows + divergences + categorical

/// The element types that can be compared with higher precision.
private let dtypes: [DType] = Wide.significandBitCount > 52 ? [.float32, .float64] : [.float32]

@Suite struct PrecisionTests {
  private static let instructionSets: [String] = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_kernels_named(name, false) != nil }

  @Test(arguments: rows)
  func keepsItsDigits(_ row: PrecisionRow) {
    for dtype in dtypes where row.dtypes.contains(dtype) {
      let failures = row.failures(dtype)
      #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }
  }

  /// In a separate process, all of whose loops use that instruction set.
  @Test(arguments: instructionSets)
  func keepsItsDigitsAtEveryInstructionSet(_ name: String) async {
    await #expect(processExitsWith: .success) { [name] in
      #expect(ck_use_instruction_set(name) && instructionSet == name)
      for row in rows {
        for dtype in dtypes where row.dtypes.contains(dtype) {
          let failures = row.failures(dtype)
          #expect(failures.isEmpty, "\(name): \(failures.joined(separator: "\n"))")
        }
      }
    }
  }

  @Test func anUnknownInstructionSetIsRefused() async {
    await #expect(processExitsWith: .success) {
      #expect(!ck_use_instruction_set("none"))
      #expect(instructionSet != "none")
    }
  }

  /// A wrong digit must be detected.
  @Test func theMeasureIsAUnitInTheLastPlace() {
    #expect(PrecisionRow.error(of: 1.0.nextUp, 1, .float64) == 1)
    #expect(PrecisionRow.error(of: Double(Float(1).nextUp), 1, .float32) == 1)
    #expect(PrecisionRow.error(of: .nan, 1, .float32).isNaN)
    #expect(PrecisionRow.error(of: 1, .infinity, .float32) == .infinity)
    let wrong = PrecisionRow.map("wrong", [1], { $0 }) { _ in 1.000_01 }
    #expect(wrong.failures(.float32).count == 1)
    let undefined = PrecisionRow.map("undefined", [1], { $0 * .nan }) { $0 }
    #expect(undefined.failures(.float32).count == 1)
  }
}
