import CKernels

/// An item that a sort moves: a number's key alone, or its leading bits together with the number's
/// index.
protocol SortedItem: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
  /// Sorts items in place, with scratch memory of the same size.
  static func sort(
    _ items: UnsafeMutablePointer<Self>, _ room: UnsafeMutablePointer<Self>, _ count: Int,
    bitsFrom begin: Int)
  /// Writes the part of each item and the number of items in each part.
  static func findParts(
    _ items: UnsafePointer<Self>, _ count: Int, splitters: UnsafePointer<Self>,
    _ parts: UnsafeMutablePointer<UInt8>, _ counts: UnsafeMutablePointer<Int>)
  /// Moves each item to the next free position of its part.
  static func deal(
    _ items: UnsafePointer<Self>, _ parts: UnsafePointer<UInt8>, _ count: Int,
    to target: UnsafeMutablePointer<Self>, _ places: UnsafeMutablePointer<Int>)
}

extension UInt32: SortedItem {
  static func sort(
    _ items: UnsafeMutablePointer<UInt32>, _ room: UnsafeMutablePointer<UInt32>, _ count: Int,
    bitsFrom begin: Int
  ) { ck_sorting().pointee.sort_32(items, room, count, UInt32(begin)) }

  static func findParts(
    _ items: UnsafePointer<UInt32>, _ count: Int, splitters: UnsafePointer<UInt32>,
    _ parts: UnsafeMutablePointer<UInt8>, _ counts: UnsafeMutablePointer<Int>
  ) { ck_sorting().pointee.find_parts_32(items, count, splitters, parts, counts) }

  static func deal(
    _ items: UnsafePointer<UInt32>, _ parts: UnsafePointer<UInt8>, _ count: Int,
    to target: UnsafeMutablePointer<UInt32>, _ places: UnsafeMutablePointer<Int>
  ) { ck_sorting().pointee.deal_32(items, parts, count, target, places) }
}

extension UInt64: SortedItem {
  static func sort(
    _ items: UnsafeMutablePointer<UInt64>, _ room: UnsafeMutablePointer<UInt64>, _ count: Int,
    bitsFrom begin: Int
  ) { ck_sorting().pointee.sort_64(items, room, count, UInt32(begin)) }

  static func findParts(
    _ items: UnsafePointer<UInt64>, _ count: Int, splitters: UnsafePointer<UInt64>,
    _ parts: UnsafeMutablePointer<UInt8>, _ counts: UnsafeMutablePointer<Int>
  ) { ck_sorting().pointee.find_parts_64(items, count, splitters, parts, counts) }

  static func deal(
    _ items: UnsafePointer<UInt64>, _ parts: UnsafePointer<UInt8>, _ count: Int,
    to target: UnsafeMutablePointer<UInt64>, _ places: UnsafeMutablePointer<Int>
  ) { ck_sorting().pointee.deal_64(items, parts, count, target, places) }
}

/// Sorts rows of items, each row on one thread, or a long one on all.
struct RowSort<Item: SortedItem> {
  /// The number of rows, and their length.
  let rows: Int
  let length: Int
  /// The lowest bit that is compared; by the bits below, items are already in order.
  var lowestBit = 0

  /// Writes the items of a range of a row.
  typealias Fill = (_ row: Int, Range<Int>, UnsafeMutablePointer<Item>) -> Void
  /// Receives the sorted items of a range of a row, and scratch memory of the same size.
  typealias Use = (
    _ row: Int, Range<Int>, UnsafeMutablePointer<Item>, _ room: UnsafeMutablePointer<Item>
  ) -> Void

  /// The number of items from which a row is sorted on all threads, if there are few rows.
  private static var leastShared: Int { 1 << 16 }
  /// The smallest number of items of a row that a thread fills at a time, except for a sample and
  /// the end.
  static var leastBlock: Int { 1 << 14 }
  private var isShared: Bool { rows < 8 && length >= Self.leastShared }

  /// Sorts all rows.
  ///
  /// Items whose compared bits are equal reach `use` together.
  func run(fill: Fill, use: Use) {
    if rows == 0 || length == 0 { return }
    let byteCount = (length * Item.bitWidth / 8 + 63) / 64 * 64
    func some(_ begin: Int, _ end: Int) {
      let memory = BufferPool.shared.take(byteCount: 2 * byteCount)
      defer { BufferPool.shared.giveBack(memory, byteCount: 2 * byteCount) }
      let items = memory.assumingMemoryBound(to: Item.self)
      let room = (memory + byteCount).assumingMemoryBound(to: Item.self)
      for row in begin..<end {
        if isShared {
          sortOnAllThreads(row, items, room, fill, use)
        } else {
          fill(row, 0..<length, items)
          Item.sort(items, room, length, bitsFrom: lowestBit)
          use(row, 0..<length, items, room)
        }
      }
    }
    if isShared { return some(0, rows) }
    parallel(over: rows, step: Swift.max(1, elementwiseGrain / 4 / length), of: .float64, some)
  }

  // MARK: On all threads

  /// Distributes the items of blocks into ordered parts, and sorts each part.
  ///
  /// Samplesort (Frazer and McKellar 1970). The order does not depend on the splitters.
  private func sortOnAllThreads(
    _ row: Int, _ items: UnsafeMutablePointer<Item>, _ room: UnsafeMutablePointer<Item>,
    _ fill: Fill, _ use: Use
  ) {
    let partCount = Int(CK_SORTED_PARTS)
    let splitters = splitters(row, items, fill)
    let blockLength = Swift.max(Self.leastBlock, (length + 31) / 32)
    var places = [Int](repeating: 0, count: (length + blockLength - 1) / blockLength * partCount)
    let parts = BufferPool.shared.take(byteCount: length).assumingMemoryBound(to: UInt8.self)
    defer { BufferPool.shared.giveBack(parts, byteCount: length) }
    // Numbers are moved unchanged, including denormal ones.
    func eachBlock(_ body: (Int, Range<Int>) -> Void) {
      parallel(over: length, step: blockLength, of: .float64) {
        body($0 / blockLength * partCount, $0..<$1)
      }
    }
    let ends = places.withUnsafeMutableBufferPointer { places in
      guard let places = places.baseAddress else { return [0] }
      eachBlock { block, range in
        let (start, some) = (items + range.lowerBound, parts + range.lowerBound)
        fill(row, range, start)
        Item.findParts(start, range.count, splitters: splitters, some, places + block)
      }
      let ends = Self.turnIntoPlaces(places, blocks: (length + blockLength - 1) / blockLength)
      eachBlock { block, range in
        Item.deal(
          items + range.lowerBound, parts + range.lowerBound, range.count, to: room,
          places + block)
      }
      return ends
    }
    parallel(count: partCount) { part in
      let (begin, end) = (ends[part], ends[part + 1])
      Item.sort(room + begin, items + begin, end - begin, bitsFrom: lowestBit)
      use(row, begin..<end, room + begin, items + begin)
    }
  }

  /// Separators of parts of about the same length, chosen from a sample of the row.
  private func splitters(
    _ row: Int, _ items: UnsafeMutablePointer<Item>, _ fill: Fill
  ) -> [Item] {
    let (stretch, stretches) = (8, 128)
    for number in 0..<stretches {
      let begin = number * (length - stretch) / (stretches - 1)
      fill(row, begin..<begin + stretch, items + number * stretch)
    }
    let count = stretch * stretches
    Item.sort(items, items + count, count, bitsFrom: 0)
    let parts = Int(CK_SORTED_PARTS)
    return (1..<parts).map { (items[$0 * count / parts] >> lowestBit) << lowestBit }
  }

  /// Turns the number of items of each block in each part into the position of the first of them.
  ///
  /// - Returns: The beginning of each part, and the end of the last.
  private static func turnIntoPlaces(
    _ counts: UnsafeMutablePointer<Int>, blocks: Int
  ) -> [Int] {
    let parts = Int(CK_SORTED_PARTS)
    var (place, begins) = (0, [Int]())
    for part in 0..<parts {
      begins.append(place)
      for block in 0..<blocks {
        let index = block * parts + part
        (counts[index], place) = (place, place + counts[index])
      }
    }
    return begins + [place]
  }
}
