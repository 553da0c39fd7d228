import Training

/// So many of the numbers from 0 to below `total`, evenly spaced, the first and the last among them;
/// all if there are no more.
func evenlySpaced(_ count: Int, of total: Int) -> [Int] {
  precondition(count > 1, "evenlySpaced: expected two or more, found \(count)")
  if total <= count { return Array(0..<total) }
  return (0..<count).map { $0 * (total - 1) / (count - 1) }
}
