import Distributed
import Testing

@Suite struct TreeSumTests {
  /// The terms of a sum, as text.
  private func text(of pieces: Range<Int>, among count: Int) -> TreeSum<String> {
    var sum = TreeSum<String>(of: count)
    for piece in pieces { sum.add("\(piece)", at: piece) { "(\($0) \($1))" } }
    return sum
  }

  @Test func neighboursAreAddedFirst() {
    #expect(text(of: 0..<4, among: 4).branches.map(\.sum) == ["((0 1) (2 3))"])
    #expect(text(of: 0..<6, among: 6).branches.map(\.sum) == ["(((0 1) (2 3)) (4 5))"])
    #expect(text(of: 0..<1, among: 1).branches.map(\.sum) == ["0"])
  }

  @Test(arguments: 1...24) func theOrderDoesNotDependOnWhoAdds(_ count: Int) {
    let expected = text(of: 0..<count, among: count).branches.map(\.sum)
    #expect(expected.count == 1)
    for processes in 1...count where count % processes == 0 {
      let own = count / processes
      var sum = TreeSum<String>(of: count)
      for rank in 0..<processes {
        for branch in text(of: rank * own..<(rank + 1) * own, among: count).branches {
          sum.add(branch.sum, over: branch.pieces) { "(\($0) \($1))" }
        }
      }
      #expect(sum.branches.map(\.sum) == expected, "\(processes) processes")
    }
  }
}
