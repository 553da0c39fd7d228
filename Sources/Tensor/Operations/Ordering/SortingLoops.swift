import CKernels

/// What a sort moves: keys whose order is that of the numbers, alone or with their numbers' places.
struct SortingLoops {
  /// The size of an item.
  let byteCount: Int
  /// The bits of an item's key by which it is sorted.
  let bits: Range<UInt32>
  private let sort:
    (UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int, UInt32, UInt32)
      -> UnsafeMutableRawPointer
  private let countDigits:
    (UnsafeRawPointer, Int, UInt32, UInt32, UnsafeMutablePointer<Int>) -> Void
  private let deal:
    (UnsafeRawPointer, UnsafeMutableRawPointer, Int, UInt32, UInt32, UnsafeMutablePointer<Int>) ->
      Void

  /// Of numbers' keys alone.
  static func keys(of dtype: DType) -> SortingLoops {
    switch dtype {
    case .float32:
      SortingLoops(
        byteCount: 4, bits: 0..<32, sort: ck_sort_32, countDigits: ck_count_digits_32,
        deal: ck_deal_32)
    case .float64:
      SortingLoops(
        byteCount: 8, bits: 0..<64, sort: ck_sort_64, countDigits: ck_count_digits_64,
        deal: ck_deal_64)
    }
  }

  /// Of keys with the numbers' places.
  static func placed(of dtype: DType) -> SortingLoops {
    switch dtype {
    case .float32:
      SortingLoops(
        byteCount: 8, bits: 32..<64, sort: ck_sort_64, countDigits: ck_count_digits_64,
        deal: ck_deal_64)
    case .float64:
      SortingLoops(
        byteCount: 16, bits: 0..<64, sort: ck_sort_placed, countDigits: ck_count_digits_placed,
        deal: ck_deal_placed)
    }
  }

  /// From this many items on a sort goes on all threads.
  static let leastInBlocks = 1 << 16

  /// How the items of a sort are cut into blocks, by their number alone.
  static func blockLength(_ count: Int) -> Int { Swift.max(1 << 15, (count + 15) / 16) }

  /// Sorts items, which `fill` makes in ranges of places, and hands them to `use` in such ranges.
  ///
  /// Few are sorted on the calling thread, many on all.
  func sort(
    _ count: Int, fill: (UnsafeMutableRawPointer, Range<Int>) -> Void,
    use: (UnsafeRawPointer, Range<Int>) -> Void
  ) {
    let items = BufferPool.shared.take(byteCount: count * byteCount)
    let room = BufferPool.shared.take(byteCount: count * byteCount)
    defer {
      BufferPool.shared.giveBack(items, byteCount: count * byteCount)
      BufferPool.shared.giveBack(room, byteCount: count * byteCount)
    }
    if count < Self.leastInBlocks {
      fill(items, 0..<count)
      use(sort(items, room, count, bits.lowerBound, bits.upperBound), 0..<count)
      return
    }
    let length = Self.blockLength(count)
    // Numbers are moved as they are, and denormal ones stay.
    func eachBlock(_ body: (Int, Range<Int>) -> Void) {
      parallel(over: count, step: length, of: .float64) { body($0 / length, $0..<$1) }
    }
    eachBlock { fill(items + $1.lowerBound * byteCount, $1) }
    var (source, target) = (items, room)
    for shift in stride(from: bits.lowerBound, to: bits.upperBound, by: Self.digitBits) {
      let digitBits = Swift.min(UInt32(Self.digitBits), bits.upperBound - shift)
      let digits = 1 << Int(digitBits)
      let blocks = (count + length - 1) / length
      var places = [Int](repeating: 0, count: blocks * digits)
      let isSorted = places.withUnsafeMutableBufferPointer { places in
        guard let places = places.baseAddress else { return true }
        eachBlock {
          countDigits(
            source + $1.lowerBound * byteCount, $1.count, shift, digitBits, places + $0 * digits)
        }
        if Self.turnIntoPlaces(places, blocks: blocks, digits: digits, count: count) { return true }
        eachBlock {
          deal(
            source + $1.lowerBound * byteCount, target, $1.count, shift, digitBits,
            places + $0 * digits)
        }
        return false
      }
      if !isSorted { swap(&source, &target) }
    }
    eachBlock { use(source + $1.lowerBound * byteCount, $1) }
  }

  /// The bits of a digit of a long sort: as many places as the near cache holds.
  private static let digitBits = 11

  /// Turns how many items of each block have a digit into where the first of them goes.
  ///
  /// - Returns: Whether all items share a digit, so that none has to go anywhere.
  private static func turnIntoPlaces(
    _ counts: UnsafeMutablePointer<Int>, blocks: Int, digits: Int, count: Int
  ) -> Bool {
    var place = 0
    for digit in 0..<digits {
      let first = place
      for block in 0..<blocks {
        let index = block * digits + digit
        (counts[index], place) = (place, place + counts[index])
      }
      if place - first == count { return true }
    }
    return false
  }
}
