import Files
import Testing

@Suite struct RawPathTests {
  @Test func bytesAreKept() {
    let path = RawPath(bytes: [0x63, 0x61, 0x66, 0xe9])
    #expect(path.bytes == [0x63, 0x61, 0x66, 0xe9])
    #expect(path.cString.map(UInt8.init(bitPattern:)) == [0x63, 0x61, 0x66, 0xe9, 0])
    #expect(RawPath("é").bytes == [0xc3, 0xa9])
    #expect(RawPath(bytes: [0x61, 0, 0x62]) == "a")
  }

  @Test(arguments: [
    ([0x61], "a"), ([0xc3, 0xa9], "é"), ([0xe9], "\\xE9"), ([0x61, 0xe9, 0x2e, 0x70], "a\\xE9.p"),
    ([0xc3, 0xa9, 0xff], "é\\xFF"), ([0xf0, 0x9f, 0x98, 0x80, 0x80], "😀\\x80"), ([], ""),
    ([0xe2, 0x82], "\\xE2\\x82"), ([0xed, 0xa0, 0x80], "\\xED\\xA0\\x80"),
  ])
  func theDescriptionHasEscapesForWhatIsNoText(_ bytes: [UInt8], _ expected: String) {
    #expect(RawPath(bytes: bytes).description == expected)
  }

  @Test func namesThatDifferInNormalisationAreOthers() {
    let (composed, decomposed): (RawPath, RawPath) = ("\u{e9}", "e\u{301}")
    #expect(composed != decomposed && Set([composed, decomposed]).count == 2)
    #expect(decomposed < composed && !(composed < decomposed))
  }

  @Test func componentsAndAppending() {
    #expect(RawPath("a/b").appending("c") == "a/b/c")
    #expect(RawPath("/a//b/").components == ["a", "b"])
    #expect(RawPath("").components.isEmpty)
  }
}
