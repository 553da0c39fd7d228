import Files
import Foundation
import TestSupport
import Testing

@Suite struct DelimitedTextTests {
  private func records(_ text: String, separator: String = ",") throws -> [[String]] {
    var table = try DelimitedText(
      Array(text.utf8), separator: try #require(separator.utf8.first), path: "table.csv")
    var records: [[String]] = []
    while let fields = try table.nextRecord() { records.append(fields.map(\.text)) }
    return records
  }

  /// The expected values are from Python's csv module.
  @Test(arguments: [
    ("", []),
    ("a", [["a"]]),
    ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
    ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
    ("a,b\rc,d\r", [["a", "b"], ["c", "d"]]),
    ("a,,b,\n", [["a", "", "b", ""]]),
    (",", [["", ""]]),
    ("\"a\",\"3\"\n", [["a", "3"]]),
    ("\"a,b\",3", [["a,b", "3"]]),
    ("\"a\nb\r\nc\",3\nd,4", [["a\nb\r\nc", "3"], ["d", "4"]]),
    ("\"say \"\"so\"\"\",3\n", [["say \"so\"", "3"]]),
    ("\"\"\"\"\n", [["\""]]),
    ("\"\",1\n", [["", "1"]]),
    ("5\" pipe,1\n", [["5\" pipe", "1"]]),
    (" a , 1 \n", [[" a ", " 1 "]]),
    ("é,ü\n", [["é", "ü"]]),
  ])
  func fieldsAndRecords(_ text: String, _ expected: [[String]]) throws {
    #expect(try records(text) == expected)
  }

  /// Cases in which Python's csv module returns an empty record, or keeps the mark in the first
  /// field.
  @Test func blankLinesAndAByteOrderMarkAreSkipped() throws {
    #expect(try records("\u{feff}a,1\n\n  \r\n\r\nb,2\n\n") == [["a", "1"], ["b", "2"]])
    #expect(try records("\u{feff}\"a\",1") == [["a", "1"]])
    #expect(try records("\n\u{20}\n").isEmpty)
    // A quoted empty field is a value.
    #expect(try records("\"\"\n") == [[""]])
  }

  @Test func blanksAroundQuotationMarksAreSkipped() throws {
    #expect(try records(" \"a\" ,\t\" b \"\t\n") == [["a", " b "]])
  }

  @Test func trimmedDropsBlanksThatAreNotQuoted() throws {
    var table = try DelimitedText(Array(" a b\t, \" c \" ,   ,".utf8), path: "table.csv")
    let fields = try #require(try table.nextRecord())
    #expect(
      fields.map { String(decoding: $0.trimmed, as: UTF8.self) } == ["a b", " c ", "", ""])
  }

  @Test func otherSeparators() throws {
    #expect(try records("a;b,c;\"d;e\"", separator: ";") == [["a", "b,c", "d;e"]])
    #expect(try records("a\t\t b\n\"c\"\t1", separator: "\t") == [["a", "", " b"], ["c", "1"]])
  }

  @Test(arguments: [
    ("a,b\n1,2", ","), ("a;b\n1,5;2", ";"), ("a\tb", "\t"), ("\"a,b\";c", ";"), ("a", ","),
    ("", ","),
    ("\n\n\"a\n\";b", ";"), ("\"a", ","), ("a;\"b,c\"", ";"), ("a, b\t4\nc\t5", "\t"),
    ("a;b\nc,d;e\nf;g", ";"), ("a,b\nc,d,e\n", ","), ("a;b\nc;d;e\n", ";"),
    ("a,\"b\nc", ","), ("a, b\t4\nc\"\t5", "\t"),
  ])
  func theLikelySeparatorSplitsTheFirstRecord(_ text: String, _ expected: String) {
    #expect([DelimitedText.likelySeparator(in: Array(text.utf8))] == Array(expected.utf8))
  }

  @Test func bytesThatAreNotUTF8AreKept() throws {
    var table = try DelimitedText([0xe9, 0x2c, 0x31], path: "table.csv")
    let fields = try #require(try table.nextRecord())
    #expect(fields.map { Array($0.bytes) } == [[0xe9], [0x31]])
    #expect(fields[0].text == "\u{fffd}")
  }

  @Test func aFieldKnowsItsPlace() throws {
    var table = try DelimitedText(
      Array("\u{feff}a, b\r\n\r\n\"c\nd\",\"e\"\nf,g".utf8), path: "table.csv")
    var places: [[Int]] = []
    while let fields = try table.nextRecord() {
      places += fields.map { [$0.line, $0.column] }
    }
    #expect(places == [[1, 1], [1, 3], [3, 1], [4, 4], [5, 1], [5, 3]])
  }

  @Test(arguments: [
    (
      "a,1\nb,\"2\nc,3\n",
      DelimitedTextError.unclosedQuote(path: "table.csv", line: 2, column: 3)
    ),
    ("\"", .unclosedQuote(path: "table.csv", line: 1, column: 1)),
    ("a,\"b\" c,d", .textAfterQuote(path: "table.csv", line: 1, column: 7, found: "c")),
    ("\"a\n\"\"b\"c", .textAfterQuote(path: "table.csv", line: 2, column: 5, found: "c")),
    ("a\nb\0", .zeroByte(path: "table.csv", line: 2, column: 2)),
    ("\"a\n\0\"", .zeroByte(path: "table.csv", line: 2, column: 1)),
  ])
  func whatIsWrongIsToldWithItsPlace(_ text: String, _ expected: DelimitedTextError) {
    #expect(throws: expected) { try records(text) }
  }

  @Test func utf16IsRefused() {
    for mark: [UInt8] in [[0xff, 0xfe], [0xfe, 0xff]] {
      #expect(throws: DelimitedTextError.notUTF8(path: "table.csv", found: "UTF-16")) {
        try DelimitedText(mark + [0x61, 0], path: "table.csv")
      }
    }
  }

  @Test func anErrorIsALineThatNamesTheFile() {
    #expect(
      "\(DelimitedTextError.unclosedQuote(path: "t.csv", line: 2, column: 3))"
        == "t.csv: expected a second quotation mark for the one in line 2, column 3, found the end"
        + " of the file")
  }

  @Test func whatIsWrittenAsAFieldIsRead() throws {
    for value in [
      "", "a", " a", "a ", "a,b", "a;b", "say \"so\"", "a\nb", "a\r", "\"", "é", "a\tb", "\t",
    ] {
      let field = String(decoding: DelimitedText.field(Array(value.utf8)), as: UTF8.self)
      #expect(try records("x,\(field),y\n") == [["x", value, "y"]])
    }
    #expect(DelimitedText.field("a b".utf8) == Array("a b".utf8))
    #expect(DelimitedText.field("a,\"".utf8) == Array("\"a,\"\"\"".utf8))
  }

  @Test func aFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/table.csv"
    let missing = DelimitedTextError.unreadable(path: path, code: ENOENT)
    #expect(throws: missing) { try DelimitedText(path: path) }
    #expect(missing.description == "\(path): cannot be read: No such file or directory")
    #expect(throws: DelimitedTextError.self) { try DelimitedText(path: folder.path) }
    try Data("a;\"b,c\"\n".utf8).write(to: URL(fileURLWithPath: path))
    var table = try DelimitedText(path: path)
    #expect(table.separator == UInt8(ascii: ";"))
    #expect(try table.nextRecord()?.map(\.text) == ["a", "b,c"])
    table = try DelimitedText(path: path, separator: UInt8(ascii: ":"))
    #expect(try table.nextRecord()?.map(\.text) == ["a;\"b,c\""])
  }

  /// Any bytes are either read or refused, and if read, every line is included.
  @Test func anyBytesEnd() throws {
    let alphabet = Array("\"\",,\n\r a;".utf8)
    var state: UInt64 = 1
    for length in 0..<2000 {
      let bytes = (0..<length % 23).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return alphabet[Int(state >> 33) % alphabet.count]
      }
      var table = try DelimitedText(bytes, path: "table.csv")
      var count = 0
      while let fields = try? table.nextRecord() { count += fields.count }
      #expect(count <= bytes.count + 1)
    }
  }
}
