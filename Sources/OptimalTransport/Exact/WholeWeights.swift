/// The weights of both measures as whole numbers with equal sums, so that many pivots lose no mass
/// to rounding.
struct WholeWeights {
  let source: [Int]
  let target: [Int]

  /// Converts positive weights with nearly equal sums.
  ///
  /// If each measure has equal weights, the numbers are exact and as small as possible. Otherwise a
  /// unit is 2⁻⁶⁰ of the mass.
  init(source: [Double], target: [Double]) {
    if Self.areEqual(source) && Self.areEqual(target) {
      let divisor = Self.greatestCommonDivisor(source.count, target.count)
      self.source = Array(repeating: target.count / divisor, count: source.count)
      self.target = Array(repeating: source.count / divisor, count: target.count)
    } else {
      self.source = Self.whole(source)
      self.target = Self.whole(target)
    }
  }

  private static func areEqual(_ weights: [Double]) -> Bool {
    weights.allSatisfy { $0 == weights[0] }
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  /// The rounded weights, at least 1 each; the remainder to 2⁶⁰ is added to the largest.
  private static func whole(_ weights: [Double]) -> [Int] {
    let (total, sum) = (1 << 60, exactSum(weights))
    var whole = weights.map { max(1, Int(($0 / sum * Double(total)).rounded())) }
    var largest = 0
    for index in whole.indices where whole[index] > whole[largest] { largest = index }
    whole[largest] += total - whole.reduce(0, +)
    return whole
  }
}
