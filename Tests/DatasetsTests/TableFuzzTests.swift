import Datasets
import Fuzzing
import Testing

/// Broken tables and texts: no reader crashes, hangs or uses more memory than it should.
@Suite struct TableFuzzTests {
  @Test(.timeLimit(.minutes(60))) func brokenTables() async {
    await #expect(processExitsWith: .success) { try readDamagedTables() }
  }

  @Test(.timeLimit(.minutes(60))) func brokenTexts() async {
    await #expect(processExitsWith: .success) { try readDamagedTexts() }
  }
}

/// Whatever is read can be selected from, split and batched, or gives the reason why not.
private func readDamagedTables() throws {
  let table = "a,b,\"c, d\",kind\n1,2.5,-3e2,x\n4,NA,6,\"y\"\"z\"\n7,8,9,x\n\n0,1,2,é\n"
  let others = ["1;2\r\n3;4\r\n", "x\ty\n1\t2\n3\t4\n"]
  var mutator = Mutator(
    of: ([table] + others).map { StructuredFile([.text(Array($0.utf8))]) },
    tokens: ["\"", "\"\"", ",", ";", "\t", "\r", "\n", "nan", "inf", "1e999", "-", "\u{FEFF}"],
    seed: 5)
  let outcome = try fuzz("tables") {
    mutator.next()
  } read: { path in
    let table = try Table(path: path)
    precondition(Set(table.columns.map(\.name)).count == table.columns.count)
    for column in table.columns {
      switch column.values {
      case .numbers(let numbers): precondition(numbers.count == table.rowCount)
      case .texts(let texts): precondition(texts.count == table.rowCount)
      }
    }
    let texts = table.columns.filter { !$0.isNumeric }.map(\.name)
    let data = try TableData(table.selecting(without: texts, target: table.columns.last?.name))
    let batch = data.train.batch(at: Array(0..<data.train.count))
    precondition(batch.values.isFinite)
  }
  #expect(outcome.isGood, "\(outcome)")
}

private func readDamagedTexts() throws {
  let text = "héllo wörld\r\nline two\n\n\u{1F600} three\nfour\n"
  var mutator = Mutator(
    of: [StructuredFile([.text(Array(text.utf8))])],
    tokens: ["\r", "\n", "\u{FEFF}", "é", "\u{1F600}"], seed: 6)
  let outcome = try fuzz("texts") {
    mutator.next()
  } read: { path in
    for unit in [TextUnit.bytes, .characters] {
      let lines = try LineData(path: path, unit: unit)
      for (part, count) in [(lines.train, lines.train.count), (lines.test, lines.test.count)] {
        let batch = part.batch(at: Array(0..<count))
        let largest = Float(lines.vocabulary.count)
        precondition(batch.values.scalars.allSatisfy { $0 >= 0 && $0 < largest })
      }
      let data = try TextData(path: path, unit: unit, window: 2)
      let window = data.test.batch(at: [0]).values.scalars.map { Int($0) }
      precondition(!data.vocabulary.decode(window).isEmpty)
    }
  }
  #expect(outcome.isGood, "\(outcome)")
}
