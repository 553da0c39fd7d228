import Foundation
import Settings
import Testing

/// Names separated by commas, such as a table's columns.
@Suite struct NameListTests {
  private struct Group: SettingGroup {
    @Setting("columns", absence: "all") var columns: NameList? = nil

    init() {}
  }

  @Test(arguments: [
    ("age", ["age"]), ("age,weight", ["age", "weight"]), ("a b,größe", ["a b", "größe"]),
    ("\"height, in cm\",age", ["height, in cm", "age"]),
    ("\"a \"\"b\"\"\"", ["a \"b\""]), ("\"two\nlines\",x", ["two\nlines", "x"]),
    ("a,a", ["a", "a"]), ("1,2.5,-", ["1", "2.5", "-"]),
  ])
  func namesAreRead(text: String, names: [String]) throws {
    #expect(try NameList.read(text, in: .any).names == names)
  }

  @Test(arguments: ["", ",", "a,", ",a", "a,,b", "\"\"", "\"a", "a\nb", "\"a\"b"])
  func whatIsNoListOfNamesIsRefused(text: String) {
    #expect(throws: SettingProblem.notOfKind(expected: "names separated by commas")) {
      try NameList.read(text, in: .any)
    }
  }

  /// Names as in `config.json`, and as in the command that repeats a run.
  @Test(arguments: [
    ["a"], ["a", "b"], ["a,b", "c"], ["a\"b", "\""], ["two\nlines"], ["größe", "数字"], ["a b"],
    [" a", "b "], ["=1+1"], ["a;b", "c\td"], ["'"], ["\r"],
  ])
  func whatIsRecordedIsReadBack(names: [String]) throws {
    let list = NameList(names)
    #expect(try NameList.read(list.record.description, in: .any) == list)
    var group = Group()
    group.columns = list
    #expect(try Group(group.record) == group)
    let json = Data(try group.record.json().utf8)
    let record = try JSONDecoder().decode([String: ConfigurationValue].self, from: json)
    #expect(record["columns"] == list.record)
  }

  @Test func anythingElseInARecordIsRefused() throws {
    for value in [.text("a,"), .integer(3), .flag(true)] as [ConfigurationValue] {
      #expect(throws: DecodingError.self) { try Group(["columns": value]) }
    }
    #expect(try Group(["columns": .absent]).columns == nil)
    #expect(try Group([:]).columns == nil)
  }

  @Test func theHelpSaysWhatToType() throws {
    let definition = try #require(Group.definitions.first)
    #expect(definition.placeholder == "NAME,..." && definition.absence == "all")
    #expect(try definition.read("a,b") == .text("a,b"))
  }
}
