import Datasets
import Files
import Foundation
import Tensor
import Testing

@Suite struct TableTests {
  private func table(_ text: String, heading: TableHeading = .detected) throws -> Table {
    try Table(csv: Array(text.utf8), path: "t.csv", heading: heading)
  }

  private func message(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  // MARK: Files that read as expected

  /// All of these are the same table.
  @Test(arguments: [
    "a,b\n1,2.5\n-3,4e2\n",
    "a,b\n1,2.5\n-3,4e2",
    "a,b\r\n1,2.5\r\n-3,4e2\r\n",
    "\u{FEFF}a,b\n1,2.5\n-3,4e2\n",
    "\"a\",\"b\"\n\"1\",\"2.5\"\n-3,\"4e2\"\n",
    " a , b \n 1 , 2.5 \n -3 ,\t4e2\n",
    "\n\na,b\n\n1,2.5\n   \n-3,4e2\n\n",
    "a;b\n1;2.5\n-3;4e2\n",
    "a\tb\n1\t2.5\n-3\t4e2\n",
    "a,b,\n1,2.5,\n-3,4e2,\n",
    "a,b\n+1,2.50\n-3.,400\n",
    "a,b\n1,02.5\n-3,.4E+3\n",
  ]) func readsAsExpected(text: String) throws {
    let chosen = try table(text).selecting()
    #expect(chosen.names == ["a", "b"])
    #expect(chosen.columns == [[1, -3], [2.5, 400]])
    #expect(chosen.rows().doubles == [1, 2.5, -3, 400] && chosen.rows().shape == [2, 2])
    #expect(chosen.rowCount == 2 && chosen.target == nil)
  }

  @Test func quotedFieldsHaveSeparatorsQuotesAndLineBreaks() throws {
    let text = "name,\"a, b\",c\n\"x \"\"y\"\"\",1,2\n\"two\nlines\",3,4\n z ,5,bad\n"
    let table = try table(text)
    #expect(table.columns.map(\.name) == ["name", "a, b", "c"])
    guard case .texts(let names) = table.columns[0].values else {
      Issue.record("expected texts")
      return
    }
    #expect((0..<3).map { names[$0] } == ["x \"y\"", "two\nlines", "z"])
    // The line break inside quotation marks is kept.
    #expect(
      message { try table.selecting(columns: ["c"]) }
        == "t.csv, line 5, column 3 'c': expected a finite number, found 'bad';"
        + " to leave the column out: --without c")
  }

  @Test(arguments: [
    ("1,2\n3,4\n", ["1", "2"], 2),
    ("5.1,3.5,setosa\n4.9,3.0,setosa\n", ["1", "2", "3"], 2),
    ("a,b\n1,2\n", ["a", "b"], 1),
    ("x\n1\n2\n", ["x"], 2),
    ("1\n2\n3\n", ["1"], 3),
    ("NA,x\n1,y\n", ["1", "2"], 2),
    (",x,y\n0,1,2\n", ["1", "x", "y"], 1),
    ("colour,shape\nred,round\n", ["colour", "shape"], 1),
    ("x,x,x (3),x\n1,2,3,4\n", ["x", "x (2)", "x (3)", "x (4)"], 1),
  ]) func headings(text: String, names: [String], rows: Int) throws {
    let table = try table(text)
    #expect(table.columns.map(\.name) == names)
    #expect(table.columns.map(\.place) == Array(1...names.count))
    #expect(table.rowCount == rows)
  }

  @Test func aHeadingCanBeSaidToBeThereOrNot() throws {
    let numbers = try table("2019,2020\n1,2\n", heading: .present)
    #expect(numbers.columns.map(\.name) == ["2019", "2020"] && numbers.rowCount == 1)
    let words = try table("a,b\nc,d\n", heading: .absent)
    #expect(words.columns.map(\.name) == ["1", "2"] && words.rowCount == 2)
  }

  @Test func semicolonsAndTabsWinWhereTheyCutEveryRow() throws {
    #expect(try table("a;b\n1,5;2\n").columns.count == 2)
    #expect(try table("a, or b\tc\n1\t2\n").columns.map(\.name) == ["a, or b", "c"])
    // One row has a semicolon, the others have none.
    #expect(try table("a,b\nx;y,2\n").columns.count == 2)
    #expect(
      message { try table("a;b\n1,5;2\n").selecting() }
        == "t.csv, line 2, column 1 'a': expected a finite number, found '1,5';"
        + " to leave the column out: --without a")
  }

  @Test func aMissingFieldMattersOnlyInAColumnThatIsTaken() throws {
    for word in ["", "NA", "n/a", "NaN", "null", "None", "?", "-nan"] {
      let table = try table("a,b,c\n1,2,3\n4,\(word),6\n")
      #expect(try table.selecting(without: ["b"]).columns == [[1, 4], [3, 6]])
      let found = word.isEmpty ? "an empty field" : "'\(word)'"
      #expect(
        message { try table.selecting() }
          == "t.csv, line 3, column 2 'b': expected a finite number, found \(found);"
          + " to leave the column out: --without b")
    }
  }

  // MARK: Bad files

  @Test(arguments: [
    ("", "t.csv: expected a table, found an empty file"),
    ("\n\r\n  \n", "t.csv: expected a table, found an empty file"),
    ("\u{FEFF}", "t.csv: expected a table, found an empty file"),
    ("a,b\n", "t.csv: expected at least one row, found none"),
    ("a,b\n1,2\n3\n", "t.csv, line 3: expected 2 fields as in the first row, found 1"),
    ("a\n1\n2,3\n", "t.csv, line 3: expected 1 field as in the first row, found 2"),
    ("a,b\n1,2,3\n", "t.csv, line 2: expected 2 fields as in the first row, found 3"),
    (
      "a,b\n1,\"2\n",
      "t.csv: expected a second quotation mark for the one in line 2, column 3, found the end of"
        + " the file"
    ),
    (
      "a,b\n1,\u{0}\n", "t.csv: expected a text, found a zero byte in line 2, column 3"
    ),
  ]) func badFiles(text: String, expected: String) {
    #expect(message { try table(text) } == expected)
  }

  @Test(arguments: [
    (
      "inf",
      "t.csv, line 2, column 1 'a': expected a finite number, found 'inf';"
        + " to leave the column out: --without a"
    ),
    (
      "-Infinity",
      "t.csv, line 2, column 1 'a': expected a finite number, found '-Infinity';"
        + " to leave the column out: --without a"
    ),
    (
      "1e999",
      "t.csv, line 2, column 1 'a': expected a finite number, found '1e999';"
        + " to leave the column out: --without a"
    ),
    (
      "0x1F",
      "t.csv, line 2, column 1 'a': expected a finite number, found '0x1F';"
        + " to leave the column out: --without a"
    ),
    (
      "1 2",
      "t.csv, line 2, column 1 'a': expected a finite number, found '1 2';"
        + " to leave the column out: --without a"
    ),
    (
      "\"1,234\"",
      "t.csv, line 2, column 1 'a': expected a finite number, found '1,234';"
        + " to leave the column out: --without a"
    ),
  ]) func notFiniteNumbers(field: String, expected: String) {
    #expect(message { try table("a,b\n\(field),1\n2,3\n").selecting() } == expected)
  }

  @Test func namesAreQuotedForTheShell() {
    #expect(
      message { try table("it's a name,b\nx,1\n").selecting() }
        .hasSuffix(#"to leave the column out: --without 'it'\''s a name'"#))
  }

  // MARK: Selecting

  private static let iris = """
    length,width,kind,code
    5.1,3.5,setosa,0
    7.0,3.2,versicolor,1
    6.3,3.3,virginica,2
    4.9,3.0,setosa,0
    """

  @Test func columnsTargetAndOmission() throws {
    let table = try table(Self.iris)
    #expect(try table.selecting(columns: ["width", "length"]).names == ["width", "length"])
    #expect(try table.selecting(without: ["kind"]).names == ["length", "width", "code"])
    #expect(
      try table.selecting(columns: ["code", "width", "code"], without: ["width"]).names == ["code"])
    let classes = try table.selecting(without: ["code"], target: "kind")
    #expect(classes.names == ["length", "width"])
    #expect(
      classes.target
        == .classes([0, 1, 2, 0], names: ["setosa", "versicolor", "virginica"]))
    let numbers = try table.selecting(without: ["kind"], target: "code")
    #expect(numbers.target == .numbers([0, 1, 2, 0]) && numbers.targetName == "code")
    #expect(try table.selecting(columns: ["code", "width"], target: "code").names == ["width"])
  }

  @Test func aTextColumnInTheWayIsNamedWithTheOptionThatLeavesItOut() throws {
    let table = try table(Self.iris)
    #expect(
      message { try table.selecting() }
        == "t.csv, line 2, column 3 'kind': expected a finite number, found 'setosa';"
        + " to leave the column out: --without kind")
    let one = try self.table("a,b\n1,2\n3,4O\n5,6\n")
    #expect(
      message { try one.selecting() }
        == "t.csv, line 3, column 2 'b': expected a finite number, found '4O';"
        + " to leave the column out: --without b")
  }

  @Test func classesAreInAscendingOrder() throws {
    let table = try table("x,y\n1,b\n2,é\n3,a\n4,B\n5,b\n")
    #expect(
      try table.selecting(target: "y").target
        == .classes([2, 3, 1, 0, 2], names: ["B", "a", "b", "é"]))
  }

  @Test(arguments: [
    (["lenght"], "t.csv: expected the name of a column, found 'lenght'; did you mean 'length'?"),
    (
      ["quality"],
      "t.csv: expected the name of a column, found 'quality';"
        + " there are length, width, kind, code"
    ),
  ]) func unknownColumns(names: [String], expected: String) throws {
    let table = try table(Self.iris)
    #expect(message { try table.selecting(columns: names) } == expected)
    #expect(message { try table.selecting(without: names) } == expected)
    #expect(message { try table.selecting(target: names[0]) } == expected)
  }

  @Test func manyNamesAreCutShort() throws {
    let names = (1...30).map { "column\($0)" }.joined(separator: ",")
    let table = try table(names + "\n" + (1...30).map(String.init).joined(separator: ",") + "\n")
    #expect(message { try table.selecting(columns: ["?"]) }.hasSuffix("column20 and 10 more"))
  }

  @Test func targetsThatCannotBePredicted() throws {
    let gap = try table("x,y\n1,a\n2,\n")
    #expect(
      message { try gap.selecting(target: "y") }
        == "t.csv, line 3, column 2 'y': expected a class, found an empty field")
    let number = try table("x,y\n1,5\n2,\n")
    #expect(
      message { try number.selecting(target: "y") }
        == "t.csv, line 3, column 2 'y': expected a finite number, found an empty field")
    let keys = try table("x,y\n" + (0...1_000).map { "1,k\($0)\n" }.joined())
    #expect(
      message { try keys.selecting(target: "y") }
        == "t.csv: expected at most 1000 distinct texts in column 'y', the one to predict,"
        + " found more")
    #expect(
      message { try number.selecting(without: ["x"], target: "y") }
        == "t.csv: expected at least one column, found all of them left out")
  }

  // MARK: Arrays

  @Test func arraysOfNumPy() throws {
    let scratch = try Scratch()
    try Tensor([[1, 2, 3], [4, 5, 6]], dtype: .float64).write(npy: scratch("a.npy"))
    let table = try Table(path: scratch("a.npy"))
    #expect(table.columns.map(\.name) == ["1", "2", "3"])
    #expect(try table.selecting(without: ["2"]).columns == [[1, 4], [3, 6]])
    try Tensor([1, .nan, 3] as [Float]).write(npy: scratch("b.npy"))
    let column = try Table(path: scratch("b.npy"))
    #expect(column.columns.count == 1 && column.rowCount == 3)
    #expect(
      message { try column.selecting() }
        == "\(scratch("b.npy")), row 2, column 1: expected a finite number, found 'nan';"
        + " to leave the column out: --without 1")
    for (shape, expected) in [
      ([2, 2, 2], "expected an array of one or two dimensions, found the shape [2, 2, 2]"),
      ([], "expected an array of one or two dimensions, found the shape []"),
      ([0, 3], "expected at least one row, found none"),
    ] {
      try Tensor.zeros(shape).write(npy: scratch("c.npy"))
      #expect(
        message { try Table(path: scratch("c.npy")) } == "\(scratch("c.npy")): \(expected)")
    }
  }

  @Test func tablesThatAreTooWide() throws {
    let scratch = try Scratch()
    let line = [UInt8](repeating: UInt8(ascii: ","), count: 65_536)
    #expect(
      message { try Table(csv: Array("a\n".utf8) + line, path: "t.csv") }
        == "t.csv: expected at most 65536 columns, found more")
    #expect(try Table(csv: Array(line.dropLast()), path: "t.csv").columns.count == 65_535)
    try Tensor.zeros([1, 65_537]).write(npy: scratch("a.npy"))
    #expect(throws: TableError.tooManyColumns(path: scratch("a.npy"), limit: 65_536)) {
      try Table(path: scratch("a.npy"))
    }
  }

  // MARK: Files

  @Test func gzippedFilesAndFilesThatAreNotThere() throws {
    let scratch = try Scratch()
    try scratch.write(Array("a,b\n1,2\n".utf8), "t.csv")
    try scratch.gzip("t.csv")
    #expect(try Table(path: scratch("t.csv.gz")).rowCount == 1)
    #expect(throws: DatasetError.missingFile(path: scratch("no.csv"))) {
      try Table(path: scratch("no.csv"))
    }
    #expect(
      message { try Table(path: scratch.path) }
        == "\(scratch.path): cannot be read: expected a regular file, found a folder")
    #expect(
      message { try Table(path: "/dev/zero") }
        == "/dev/zero: cannot be read: it is not a regular file")
  }
}
