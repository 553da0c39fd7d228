import CKernels

// Conversion of numbers to the items that a sort moves, and back.

/// The key of a number: an unsigned integer with the same order as the numbers.
protocol SortedKey: SortedItem {
  /// Writes the keys of a range of numbers, and returns whether any of them is −0.
  static func writeKeys(
    of numbers: UnsafeRawPointer, _ range: Range<Int>, to keys: UnsafeMutablePointer<Self>,
    _ isDescending: Bool
  ) -> Bool
  /// Converts keys back to numbers in a range.
  static func writeNumbers(
    of keys: UnsafePointer<Self>, to numbers: UnsafeMutableRawPointer, _ range: Range<Int>,
    _ isDescending: Bool)
}

extension UInt32: SortedKey {
  static func writeKeys(
    of numbers: UnsafeRawPointer, _ range: Range<Int>, to keys: UnsafeMutablePointer<UInt32>,
    _ isDescending: Bool
  ) -> Bool {
    ck_sorting().pointee.keys_of_floats(
      numbers.assumingMemoryBound(to: Float.self) + range.lowerBound, keys, range.count,
      isDescending)
  }

  static func writeNumbers(
    of keys: UnsafePointer<UInt32>, to numbers: UnsafeMutableRawPointer, _ range: Range<Int>,
    _ isDescending: Bool
  ) {
    ck_sorting().pointee.floats_of_keys(
      keys, numbers.assumingMemoryBound(to: Float.self) + range.lowerBound, range.count,
      isDescending)
  }
}

extension UInt64: SortedKey {
  static func writeKeys(
    of numbers: UnsafeRawPointer, _ range: Range<Int>, to keys: UnsafeMutablePointer<UInt64>,
    _ isDescending: Bool
  ) -> Bool {
    ck_sorting().pointee.keys_of_doubles(
      numbers.assumingMemoryBound(to: Double.self) + range.lowerBound, keys, range.count,
      isDescending)
  }

  static func writeNumbers(
    of keys: UnsafePointer<UInt64>, to numbers: UnsafeMutableRawPointer, _ range: Range<Int>,
    _ isDescending: Bool
  ) {
    ck_sorting().pointee.doubles_of_keys(
      keys, numbers.assumingMemoryBound(to: Double.self) + range.lowerBound, range.count,
      isDescending)
  }
}

/// The numbers of a row with their indices, as items of 64 bits: the index in as many low bits as
/// it takes, and as many leading bits of the key as fit above it.
struct PlacedNumbers {
  let dtype: DType
  let isDescending: Bool
  /// The number of bits of an index.
  let placeBits: Int

  /// For rows of this length, at most 2³².
  init(_ dtype: DType, length: Int, descending isDescending: Bool, _ operation: String) {
    precondition(
      length <= 1 << 32, "\(operation): expected at most 2³² elements in a row, found \(length)")
    (self.dtype, self.isDescending) = (dtype, isDescending)
    placeBits = Int.bitWidth - Swift.max(1, length - 1).leadingZeroBitCount
  }

  /// Writes the items of a range of numbers.
  func write(
    _ numbers: UnsafeRawPointer, _ range: Range<Int>, to items: UnsafeMutablePointer<UInt64>
  ) {
    let loops = ck_sorting().pointee
    switch dtype {
    case .float32:
      loops.placed_floats(
        numbers.assumingMemoryBound(to: Float.self) + range.lowerBound, items, range.lowerBound,
        range.count, UInt32(placeBits), isDescending)
    case .float64:
      loops.placed_doubles(
        numbers.assumingMemoryBound(to: Double.self) + range.lowerBound, items, range.lowerBound,
        range.count, UInt32(placeBits), isDescending)
    }
  }

  /// Writes the indices of items that are sorted by their leading bits, after sorting them by the
  /// remaining bits too.
  func writePlaces(
    _ items: UnsafeMutablePointer<UInt64>, room: UnsafeMutablePointer<UInt64>, count: Int,
    of numbers: UnsafeRawPointer, to places: UnsafeMutablePointer<Int>
  ) {
    if dtype == .float64 {
      ck_sort_ties(
        items, room, count, numbers.assumingMemoryBound(to: Double.self), UInt32(placeBits),
        isDescending)
    }
    let mask = ~(UInt64.max << UInt64(placeBits))
    for i in 0..<count { places[i] = Int(items[i] & mask) }
  }
}

extension DType {
  /// Gives the zeros of a sorted row the signs that they have in the original row, in their order
  /// there: the keys of 0 and −0 are the same.
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
