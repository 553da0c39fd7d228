import Training

/// `count` evenly spaced numbers from 0 to below `total`, including the first and the last; all
/// numbers if there are no more than `count`.
func evenlySpaced(_ count: Int, of total: Int) -> [Int] {
  precondition(count > 1, "evenlySpaced: expected two or more, found \(count)")
  if total <= count { return Array(0..<total) }
  return (0..<count).map { $0 * (total - 1) / (count - 1) }
}
