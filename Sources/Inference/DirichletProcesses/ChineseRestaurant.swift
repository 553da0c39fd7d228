import Tensor

/// The Chinese restaurant process: the law of the partition of N draws from a Dirichlet process
/// into groups of equal draws (Blackwell and MacQueen 1973; Aldous 1985).
///
/// A guest joins a table of n others with probability n / (α + N), and takes a new table with
/// probability α / (α + N), where N is the number of guests before.
public struct ChineseRestaurant: Sendable {
  /// The concentration α, above 0.
  public let concentration: Double

  /// Creates a process with a given concentration.
  public init(concentration: Double) {
    precondition(
      concentration > 0 && concentration < .infinity,
      "ChineseRestaurant: expected a concentration above 0, found \(concentration)")
    self.concentration = concentration
  }

  /// Seats guests one after another.
  ///
  /// - Returns: The table of each guest, numbered from 0 in the order in which the tables were
  ///   taken.
  public func sample(_ count: Int, using random: Random) -> [Int] {
    precondition(count >= 0, "ChineseRestaurant: expected 0 guests or more, found \(count)")
    let places = random.uniform([count], dtype: .float64).doubles
    var tables: [Int] = []
    var taken = 0
    for guest in 0..<count {
      // A place among α new ones and the earlier guests, whose table the new guest joins.
      let place = places[guest] * (concentration + Double(guest))
      if place < concentration || guest == 0 {
        tables.append(taken)
        taken += 1
      } else {
        tables.append(tables[min(guest - 1, Int(place - concentration))])
      }
    }
    return tables
  }

  /// The expected number of clusters among N draws, α (ψ(α + N) − ψ(α)) = Σ α / (α + n), with n
  /// from 0 to N − 1.
  public func expectedClusterCount(_ count: Int) -> Double {
    difference(of: digamma, count) * concentration
  }

  /// The variance of the number of clusters, α (ψ(α + N) − ψ(α)) + α² (ψ′(α + N) − ψ′(α)).
  public func clusterCountVariance(_ count: Int) -> Double {
    expectedClusterCount(count)
      + concentration * concentration * difference(of: trigamma, count)
  }

  private func difference(of function: (Tensor) -> Tensor, _ count: Int) -> Double {
    precondition(count >= 0, "ChineseRestaurant: expected 0 draws or more, found \(count)")
    let ends = Tensor([concentration, concentration + Double(count)], dtype: .float64)
    let values = function(ends).doubles
    return values[1] - values[0]
  }

  /// The probabilities of 0, 1, …, N clusters among N draws, float64 `[N + 1]`.
  ///
  /// It uses p_{n+1}(k) = (n p_n(k) + α p_n(k − 1)) / (α + n), in N² / 2 steps.
  public func clusterCountProbabilities(_ count: Int) -> Tensor {
    var probabilities = [Double](repeating: 0, count: count + 1)
    probabilities[0] = 1
    for n in 0..<count {
      let total = concentration + Double(n)
      for k in stride(from: n + 1, through: 1, by: -1) {
        probabilities[k] =
          (Double(n) * probabilities[k] + concentration * probabilities[k - 1]) / total
      }
      probabilities[0] = 0
    }
    return Tensor(probabilities, shape: [count + 1], dtype: .float64)
  }

  /// The log probability of a partition, log (α^K Γ(α) / Γ(α + N) Π Γ(n_k)), in nats (Antoniak 1974).
  ///
  /// - Parameter sizes: The sizes of the clusters, each 1 or more.
  public func logProbability(ofClusterSizes sizes: [Int]) -> Double {
    precondition(
      sizes.allSatisfy { $0 >= 1 },
      "ChineseRestaurant: expected sizes of 1 or more, found \(sizes)")
    let total = Double(sizes.reduce(0, +))
    let sizes = Tensor(sizes.map(Double.init), shape: [sizes.count], dtype: .float64)
    let ends = logGamma(Tensor([concentration, concentration + total], dtype: .float64)).doubles
    let logConcentration = log(Tensor(concentration, dtype: .float64)).scalar
    return Double(sizes.count) * logConcentration + ends[0] - ends[1] + logGamma(sizes).sum().scalar
  }
}
