import Distributions
import Tensor
import Testing

@Suite struct ProbabilityTableTests {
  private func table(_ values: some TensorConvertible) throws -> ProbabilityTable {
    try ProbabilityTable(double(values))
  }

  private func isNear(_ a: Double, _ b: Double, _ tolerance: Double = 1e-7) -> Bool {
    Swift.abs(a - b) <= tolerance
  }

  @Test(arguments: [(0.5, 0.6931472), (0.25, 0.5623351), (0.1, 0.3250830), (0, 0)])
  func entropyOfABernoulli(_ p: Double, _ expected: Double) throws {
    let entropy = try table([p, 1 - p]).entropy()
    #expect(isNear(entropy, expected))
  }

  @Test func twoBinaryVariables() throws {
    let joint = try table([[0.4, 0.1], [0.1, 0.4]])
    #expect(isNear(joint.entropy(of: [0], in: .bits), 1, 1e-14))
    #expect(isNear(joint.entropy(in: .bits), 1.7219281))
    #expect(isNear(joint.conditionalEntropy(of: [1], given: [0], in: .bits), 0.7219281))
    #expect(isNear(joint.mutualInformation(between: [0], and: [1], in: .bits), 0.2780719))
    #expect(isNear(joint.marginal(of: [1]).entropy(in: .bits), 1, 1e-14))
  }

  @Test func crossEntropyAndSelfInformation() throws {
    let p = try table([0.2, 0.5, 0.3])
    let q = try table([1 / 3.0, 1 / 3.0, 1 / 3.0])
    #expect(isNear(p.crossEntropy(to: q), 1.0986123))
    #expect(isNear(p.crossEntropy(to: q) - p.entropy(), 0.0689593))
    let sure = try table([1.0, 0])
    #expect(sure.entropy() == 0 && sure.crossEntropy(to: sure) == 0)
    #expect(try table([0.5, 0.5]).crossEntropy(to: sure) == .infinity)
    #expect(try table([0.25, 0.75]).selfInformation(in: .bits).doubles[0] == 2)
    #expect(sure.selfInformation().doubles == [0, .infinity])
  }

  @Test func identitiesOfThreeVariables() throws {
    let p = try ProbabilityTable(counts: Random(seed: 5).uniform([3, 4, 2], dtype: .float64))
    let given = p.conditionalEntropy(of: [1], given: [0, 2])
    #expect(isNear(given, p.entropy() - p.entropy(of: [0, 2]), 1e-13))
    let mutual = p.mutualInformation(between: [2], and: [0, 1])
    let entropies = p.entropy(of: [2]) + p.entropy(of: [0, 1]) - p.entropy()
    #expect(isNear(mutual, entropies, 1e-13))
    // Independent variables have no mutual information.
    let product = try ProbabilityTable(counts: double([[1, 2], [2, 4], [3, 6]]))
    #expect(isNear(product.mutualInformation(between: [0], and: [1]), 0, 1e-15))
  }

  @Test func refusesWhatIsNoTable() {
    #expect(throws: InformationError.sumIsNotOne(sum: 0.75)) { try table([0.5, 0.25]) }
    #expect(throws: InformationError.notAProbability(value: -0.5, place: 1)) {
      try table([1.5, -0.5])
    }
    #expect(throws: InformationError.noCounts) { try ProbabilityTable(counts: double([0, 0])) }
    #expect(throws: InformationError.empty) {
      try ProbabilityTable(Tensor.zeros([0], dtype: .float64))
    }
    #expect(throws: InformationError.self) { try table([Double.nan, 1]) }
  }
}

@Suite struct HuffmanCodeTests {
  @Test func dyadicProbabilitiesReachTheEntropy() throws {
    let code = try HuffmanCode(probabilities: [0.125, 0.5, 0.125, 0.25])
    #expect(code.lengths == [3, 1, 3, 2])
    #expect(code.meanLength == 1.75)
  }

  /// Cover and Thomas 2006, example 5.6.1: 2.3 bits.
  @Test func textbookExample() throws {
    let code = try HuffmanCode(probabilities: [0.25, 0.25, 0.2, 0.15, 0.15])
    #expect(Swift.abs(code.meanLength - 2.3) < 1e-14)
  }

  @Test(arguments: [2, 3, 7, 100])
  func isAPrefixCodeWithinABitOfTheEntropy(_ count: Int) throws {
    let random = Random(seed: UInt64(count))
    let weights = random.gamma([count], concentration: 0.5, dtype: .float64)
    let table = try ProbabilityTable(counts: weights)
    let code = try HuffmanCode(probabilities: table.probabilities.doubles)
    let entropy = table.entropy(in: .bits)
    #expect(entropy <= code.meanLength + 1e-12 && code.meanLength < entropy + 1)
    // The Kraft sum is 1: no word could be added.
    var kraft = 0.0
    for length in code.lengths { kraft += Double(sign: .plus, exponent: -length, significand: 1) }
    #expect(kraft == 1)
    let symbols = (0..<200).map { _ in random.integer(below: count) }
    let bits = code.encoded(symbols)
    #expect(try code.decoded(bits) == symbols)
  }

  @Test func degenerateCodes() throws {
    #expect(try HuffmanCode(probabilities: [1]).words == [[]])
    let code = try HuffmanCode(probabilities: [0.5, 0.3, 0.2])
    #expect(throws: InformationError.notACode(place: 1)) {
      try code.decoded([code.words[0][0], !code.words[0][0]])
    }
    #expect(throws: InformationError.sumIsNotOne(sum: 2)) {
      try HuffmanCode(probabilities: [1, 1])
    }
  }
}
