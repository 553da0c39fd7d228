/// Evenly spaced places, both ends included.
func places(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
  (0..<count).map { index in
    let share = Double(index) / Double(count - 1)
    return range.lowerBound * (1 - share) + range.upperBound * share
  }
}
