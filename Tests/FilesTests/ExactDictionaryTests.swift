import Files
import Testing

@Suite struct ExactDictionaryTests {
  @Test func namesAreComparedByTheirBytes() {
    var dictionary: ExactDictionary = ["\u{e9}": 1, "e\u{301}": 2, "a": 3]
    #expect(dictionary.count == 3)
    #expect(dictionary["\u{e9}"] == 1 && dictionary["e\u{301}"] == 2 && dictionary["e"] == nil)
    #expect(dictionary.map(\.value) == [3, 2, 1])
    #expect(dictionary.names.map(\.utf8.count) == [1, 3, 2])
    dictionary["e\u{301}"] = nil
    #expect(dictionary == ["a": 3, "\u{e9}": 1] && dictionary != ["a": 3, "e\u{301}": 1])
    #expect(ExactText("\u{e9}") != ExactText("e\u{301}"))
    #expect(Set(["\u{e9}", "e\u{301}", "\u{e9}"].map(ExactText.init)).count == 2)
  }
}
