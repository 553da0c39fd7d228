import CKernels

// Numbers as the keys that a sort moves, and back.

extension DType {
  /// Writes the keys of a range of numbers, and returns whether one of these is −0.
  func writeKeys(
    of numbers: UnsafeRawPointer, _ range: Range<Int>, to keys: UnsafeMutableRawPointer,
    _ isDescending: Bool
  ) -> Bool {
    switch self {
    case .float32:
      ck_keys_of_floats(
        numbers.assumingMemoryBound(to: Float.self) + range.lowerBound,
        keys.assumingMemoryBound(to: UInt32.self), range.count, isDescending)
    case .float64:
      ck_keys_of_doubles(
        numbers.assumingMemoryBound(to: Double.self) + range.lowerBound,
        keys.assumingMemoryBound(to: UInt64.self), range.count, isDescending)
    }
  }

  /// Writes the numbers of keys into a range.
  func writeNumbers(
    of keys: UnsafeRawPointer, to numbers: UnsafeMutableRawPointer, _ range: Range<Int>,
    _ isDescending: Bool
  ) {
    switch self {
    case .float32:
      ck_floats_of_keys(
        keys.assumingMemoryBound(to: UInt32.self),
        numbers.assumingMemoryBound(to: Float.self) + range.lowerBound, range.count, isDescending)
    case .float64:
      ck_doubles_of_keys(
        keys.assumingMemoryBound(to: UInt64.self),
        numbers.assumingMemoryBound(to: Double.self) + range.lowerBound, range.count, isDescending)
    }
  }

  /// Writes the keys of a range of numbers with their places.
  func writePlacedKeys(
    of numbers: UnsafeRawPointer, _ range: Range<Int>, to items: UnsafeMutableRawPointer,
    _ isDescending: Bool
  ) {
    switch self {
    case .float32:
      ck_placed_floats(
        numbers.assumingMemoryBound(to: Float.self) + range.lowerBound,
        items.assumingMemoryBound(to: UInt64.self), range.lowerBound, range.count, isDescending)
    case .float64:
      ck_placed_doubles(
        numbers.assumingMemoryBound(to: Double.self) + range.lowerBound,
        items.assumingMemoryBound(to: CKPlacedKey.self), range.lowerBound, range.count,
        isDescending)
    }
  }

  /// Writes the places that come with keys into a range.
  func writePlaces(
    of items: UnsafeRawPointer, to places: UnsafeMutablePointer<Int>, _ range: Range<Int>
  ) {
    switch self {
    case .float32:
      let items = items.assumingMemoryBound(to: UInt64.self)
      for i in 0..<range.count { places[range.lowerBound + i] = Int(items[i] & 0xffff_ffff) }
    case .float64:
      let items = items.assumingMemoryBound(to: CKPlacedKey.self)
      for i in 0..<range.count { places[range.lowerBound + i] = Int(items[i].place) }
    }
  }

  /// Gives the zeros of a sorted row the signs that they have in the row before, in their order there:
  /// the keys of 0 and −0 are the same.
  func copyZeros(of row: UnsafeRawPointer, to sorted: UnsafeMutableRawPointer, _ count: Int) {
    switch self {
    case .float32: copyZeros(of: row, to: sorted, count, Float.self)
    case .float64: copyZeros(of: row, to: sorted, count, Double.self)
    }
  }

  private func copyZeros<Number: BinaryFloatingPoint>(
    of row: UnsafeRawPointer, to sorted: UnsafeMutableRawPointer, _ count: Int, _: Number.Type
  ) {
    let row = row.assumingMemoryBound(to: Number.self)
    let sorted = sorted.assumingMemoryBound(to: Number.self)
    var place = 0
    while place < count && sorted[place] != 0 { place += 1 }
    for index in 0..<count where row[index] == 0 {
      sorted[place] = row[index]
      place += 1
    }
  }
}
