import CKernels
import Testing

@testable import Tensor

/// The sorting loops on their own, for each instruction set.
@Suite struct SortingLoopTests {
  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_sorting_named(name) != nil }

  /// Orders for which quicksorts are prone to be slow or wrong.
  private static func patterns(_ count: Int, _ random: Random) -> [(name: String, [UInt64])] {
    let drawn = (0..<count).map { _ in UInt64(random.uniform(in: 0..<0x1p53)) << 11 }
    let indices = (0..<count).map { UInt64($0) }
    return [
      ("random", drawn), ("ascending", indices), ("descending", indices.reversed()),
      ("equal", drawn.map { _ in 7 }), ("two values", drawn.map { $0 >> 63 }),
      ("few values", drawn.map { $0 % 10 }), ("largest", drawn.map { _ in .max }),
      ("many largest", drawn.map { $0 >> 63 == 0 ? .max : $0 }),
      ("up and down", indices.map { min($0, UInt64(count) - $0) }),
      ("one first", indices.map { $0 == 0 ? 1 : 2 }),
    ]
  }

  @Test(arguments: instructionSets)
  func ordersThatAreHardToSort(_ name: String) throws {
    let loops = try #require(ck_sorting_named(name)).pointee
    let random = Random(seed: 8)
    for count in [0, 1, 2, 7, 8, 9, 16, 17, 33, 64, 127, 128, 129, 255, 256, 257, 1_000, 5_001] {
      for (pattern, items) in Self.patterns(count, random) {
        var (wide, narrow) = (items, items.map { UInt32(truncatingIfNeeded: $0 >> 32 ^ $0) })
        let expected = (items.sorted(), narrow.sorted())
        var room = wide
        loops.sort_64(&wide, &room, count, 0)
        #expect(wide == expected.0, "\(count) \(pattern)")
        var narrowRoom = narrow
        loops.sort_32(&narrow, &narrowRoom, count, 0)
        #expect(narrow == expected.1, "\(count) \(pattern)")
      }
    }
  }

  /// A radix sort takes over from a quicksort that makes no progress: it is stable and ignores low
  /// bits.
  @Test func byRadix() {
    let random = Random(seed: 9)
    for count in [0, 1, 50, 96, 97, 2_000] {
      var items = (0..<count).map { UInt64(random.uniform(in: 0..<20)) << 40 | UInt64($0) }
      let expected = items.sorted()
      var room = items
      ck_radix_sort_64(&items, &room, count, 40)
      #expect(items == expected)
    }
  }

  @Test(arguments: instructionSets)
  func parts(_ name: String) throws {
    let loops = try #require(ck_sorting_named(name)).pointee
    let items = (0..<1_001).map { UInt64($0 * 7_919 % 1_000) }
    let splitters: [UInt64] = [10, 10, 300, 500, 501, 900, .max]
    var (parts, counts) = ([UInt8](repeating: 9, count: 1_001), [Int](repeating: 9, count: 8))
    loops.find_parts_64(items, 1_001, splitters, &parts, &counts)
    let expected = items.map { item in UInt8(splitters.count { $0 <= item }) }
    #expect(parts == expected)
    #expect(counts == (0..<8).map { part in expected.count { $0 == part } })
    let narrow = items.map { UInt32($0) }
    loops.find_parts_32(
      narrow, 1_001, splitters.map { UInt32(clamping: $0) }, &parts, &counts)
    #expect(parts == expected)

    let begins = (0..<8).map { counts[..<$0].reduce(0, +) }
    var (places, dealt) = (begins, [UInt64](repeating: 0, count: 1_001))
    loops.deal_64(items, parts, 1_001, &dealt, &places)
    let inParts = items.indices.sorted { (parts[$0], $0) < (parts[$1], $1) }.map { items[$0] }
    #expect(dealt == inParts)
    #expect(places == begins.dropFirst() + [1_001])
    var narrowDealt = [UInt32](repeating: 0, count: 1_001)
    places = begins
    loops.deal_32(narrow, parts, 1_001, &narrowDealt, &places)
    #expect(narrowDealt == inParts.map { UInt32($0) })
  }
}
