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

  /// How the items of a sort on all threads are cut into blocks, by their number alone.
  static func blockLength(_ count: Int) -> Int { Swift.max(1 << 15, (count + 15) / 16) }

  /// Calls `body` with each of some rows and with room for the items of one, twice: in parallel, or one row
  /// after the other where they are few and long, to be sorted on all threads.
  func eachRow(
    _ rows: Int, length: Int,
    _ body: (_ row: Int, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void
  ) {
    if rows == 0 || length == 0 { return }
    let size = (length * byteCount + 63) / 64 * 64
    func some(_ begin: Int, _ end: Int) {
      let items = BufferPool.shared.take(byteCount: 2 * size)
      defer { BufferPool.shared.giveBack(items, byteCount: 2 * size) }
      for row in begin..<end { body(row, items, items + size) }
    }
    if Self.isInBlocks(rows, length) { return some(0, rows) }
    parallel(
      over: rows, step: Swift.max(1, elementwiseGrain / 4 / length), of: .float64, some)
  }

  /// Whether rows are sorted one after the other, each on all threads.
  static func isInBlocks(_ rows: Int, _ length: Int) -> Bool {
    rows < 8 && length >= leastInBlocks
  }

  /// Sorts items on the calling thread, with room for as many others.
  ///
  /// - Returns: Where they are then: at `items` or in the room.
  func sort(
    _ items: UnsafeMutableRawPointer, _ room: UnsafeMutableRawPointer, _ count: Int
  ) -> UnsafeMutableRawPointer {
    sort(items, room, count, bits.lowerBound, bits.upperBound)
  }

  /// Sorts items on all threads: `fill` makes those of a block, and `use` gets them sorted.
  func sortInBlocks(
    _ items: UnsafeMutableRawPointer, _ room: UnsafeMutableRawPointer, _ count: Int,
    fill: (UnsafeMutableRawPointer, Range<Int>) -> Void,
    use: (UnsafeRawPointer, Range<Int>) -> Void
  ) {
    let length = Self.blockLength(count)
    let blocks = (count + length - 1) / length
    // Numbers are moved as they are, and denormal ones stay.
    func eachBlock(_ body: (Int, Range<Int>) -> Void) {
      parallel(over: count, step: length, of: .float64) { body($0 / length, $0..<$1) }
    }
    var (source, target) = (items, room)
    var places = [Int](repeating: 0, count: blocks << Self.digitBits)
    for shift in stride(from: bits.lowerBound, to: bits.upperBound, by: Self.digitBits) {
      let digitBits = Swift.min(UInt32(Self.digitBits), bits.upperBound - shift)
      let digits = 1 << Int(digitBits)
      let isSorted = places.withUnsafeMutableBufferPointer { places in
        guard let places = places.baseAddress else { return true }
        eachBlock { block, range in
          let start = source + range.lowerBound * byteCount
          // While the block is in a near cache.
          if shift == bits.lowerBound { fill(start, range) }
          countDigits(start, range.count, shift, digitBits, places + block * digits)
        }
        if Self.turnIntoPlaces(places, blocks: blocks, digits: digits, count: count) { return true }
        eachBlock { block, range in
          deal(
            source + range.lowerBound * byteCount, target, range.count, shift, digitBits,
            places + block * digits)
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
