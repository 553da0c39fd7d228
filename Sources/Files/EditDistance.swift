/// The candidate that was most likely meant by a mistyped word, or nil if none is near.
///
/// Near means at most a third of the letters, and at least two: `--eopchs` is near, `--colour` is
/// not.
package func nearest(to typed: String, among candidates: [String]) -> String? {
  let distances = candidates.map { (name: $0, distance: editDistance(typed, $0)) }
  guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= max(2, typed.count / 3) ? best.name : nil
}

/// The number of letters to insert, delete or replace to turn one word into the other.
///
/// Levenshtein (1966), by dynamic programming with one row of the table.
package func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second)
  var row = Array(0...second.count)
  for (i, letter) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in second.enumerated() {
      let replaced = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[second.count]
}
