import Foundation

/// A test statistic of numbers against a continuous distribution: √n times the largest distance of
/// the distribution functions (Kolmogorov 1933), which exceeds 2.23 with a probability of 1e-4.
func kolmogorovDistance(_ samples: [Double], _ cumulative: (Double) -> Double) -> Double {
  let sorted = samples.sorted()
  let count = Double(sorted.count)
  var distance = 0.0
  for (place, x) in sorted.enumerated() {
    let value = cumulative(x)
    distance = max(distance, value - Double(place) / count, Double(place + 1) / count - value)
  }
  return distance * count.squareRoot()
}

/// A test statistic of integers against the probabilities of 0, 1, …: Pearson's χ², converted to
/// the standard normal number with the same tail probability (Wilson and Hilferty 1931), which
/// exceeds 3.72 with a probability of 1e-4.
///
/// Outcomes with expected counts below 10 are merged.
func chiSquaredDeviate(_ samples: [Double], _ probabilities: [Double]) -> Double {
  var counts = [Double](repeating: 0, count: probabilities.count + 1)
  for x in samples { counts[min(Int(x), probabilities.count)] += 1 }
  let total = Double(samples.count)
  let rest = max(0, 1 - probabilities.reduce(0, +))
  var cells: [(found: Double, expected: Double)] = [(0, 0)]
  for (found, probability) in zip(counts, probabilities + [rest]) {
    if probability == 0 && found > 0 { return .infinity }
    if cells[cells.count - 1].expected >= 10 { cells.append((0, 0)) }
    cells[cells.count - 1].found += found
    cells[cells.count - 1].expected += total * probability
  }
  if cells.count > 1, let last = cells.last, last.expected < 10 {
    cells.removeLast()
    cells[cells.count - 1].found += last.found
    cells[cells.count - 1].expected += last.expected
  }
  let degrees = Double(cells.count - 1)
  let statistic = cells.reduce(0) {
    $0 + ($1.found - $1.expected) * ($1.found - $1.expected) / $1.expected
  }
  let spread = 2 / (9 * degrees)
  return (cbrt(statistic / degrees) - (1 - spread)) / spread.squareRoot()
}

/// n! / (k! (n − k)!) pᵏ (1 − p)ⁿ⁻ᵏ for k = 0 … n.
func binomialProbabilities(_ n: Int, _ p: Double) -> [Double] {
  (0...n).map { k in
    let (count, successes) = (Double(n), Double(k))
    let failures = count - successes
    let ways = lgamma(count + 1) - lgamma(successes + 1) - lgamma(failures + 1)
    let logDensity = ways + successes * log(p) + failures * log1p(-p)
    return exp(logDensity)
  }
}

/// rateᵏ e^−rate / k! for k = 0 …, up to far beyond the rate.
func poissonProbabilities(_ rate: Double) -> [Double] {
  (0...Int(rate + 12 * rate.squareRoot() + 12)).map { k in
    exp(Double(k) * log(rate) - rate - lgamma(Double(k) + 1))
  }
}

/// The standard normal distribution function.
func normalCumulative(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

/// The distribution function of a gamma variable whose shape parameter is an integer (Erlang 1909).
func erlangCumulative(_ shape: Int, _ x: Double) -> Double {
  var (term, sum) = (exp(-x), exp(-x))
  for k in 1..<max(shape, 1) {
    term *= x / Double(k)
    sum += term
  }
  return 1 - sum
}
