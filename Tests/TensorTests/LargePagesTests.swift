import Foundation
import Testing

@testable import Tensor

struct LargePagesTests {
  /// The flags of the mapping that contains an address, as reported by the kernel.
  private func flags(of address: UnsafeRawPointer) throws -> [Substring] {
    // Line by line, because the kernel returns the file in pieces, and Foundation takes the first
    // for the whole file.
    let file = try #require(fopen("/proc/self/smaps", "r"))
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 4_096)
    let place = UInt(bitPattern: address)
    var isInside = false
    while fgets(&buffer, Int32(buffer.count), file) != nil {
      let line = String(
        decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let bounds = line.prefix { $0 != " " }.split(separator: "-").map { UInt($0, radix: 16) }
      if bounds.count == 2, let begin = bounds[0], let end = bounds[1] {
        isInside = begin <= place && place < end
      } else if isInside && line.hasPrefix("VmFlags:") {
        return line.split { $0 == " " || $0 == "\n" }
      }
    }
    return []
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel/mm/transparent_hugepage")))
  func theSystemIsAsked() throws {
    let count = 16 << 20
    let asked = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      adviseLargePages(for: UnsafeMutableRawBufferPointer(buffer))
      buffer.initialize(repeating: 7)
      initializedCount = count
    }
    let found = try asked.withUnsafeBytes { try flags(of: $0.baseAddress! + count / 2) }
    #expect(found.contains("hg"), "\(found)")
    #expect(asked.allSatisfy { $0 == 7 })
  }

  /// Zero bytes, less than a page, and memory that does not begin at a page boundary.
  @Test(arguments: [0, 1, 100, 5_000, 9_000])
  func anyMemory(_ count: Int) {
    var bytes = [UInt8](repeating: 3, count: count + 1)
    bytes.withUnsafeMutableBytes {
      adviseLargePages(for: UnsafeMutableRawBufferPointer(rebasing: $0[1...]))
    }
    #expect(bytes.allSatisfy { $0 == 3 })
    adviseLargePages(for: UnsafeMutableRawBufferPointer(start: nil, count: 0))
  }
}
