import Files
import Testing

@Suite struct ChecksumTests {
  /// The published check value of CRC-32, for the digits 1 to 9.
  @Test func theChecksumIsTheKnownOne() {
    var checksum = Checksum()
    checksum.add(Array("123456789".utf8))
    #expect(checksum.value == 0xcbf4_3926)
  }

  @Test func partsAddUpAndAnEmptyOneChangesNothing() {
    var checksum = Checksum()
    for part in ["", "1234", "", "56789", ""] { checksum.add(Array(part.utf8)) }
    #expect(checksum.value == 0xcbf4_3926)
    #expect(Checksum().value == 0)
  }
}
