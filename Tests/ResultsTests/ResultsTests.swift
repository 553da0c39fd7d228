import Plots
import Tensor
import Testing

@testable import Results

@Suite struct ResultsTests {
  @Test func valuesKeepTheirOrderAndAreJSON() throws {
    var results = Results(["b": 1.5, "a": [1, 2], "c": ["x": "y", "z": true]])
    results["b"] = .number(.infinity)
    results["d"] = ResultValue(Tensor([1.0, 2, 3, 4], shape: [2, 2], dtype: .float64))
    results.notes.append("stopped early")
    let files = try results.files(valuesName: "result.json")
    #expect(files.map(\.name) == ["result.json"])
    #expect(
      String(decoding: files[0].bytes, as: UTF8.self) == """
        {
          "b": "inf",
          "a": [1, 2],
          "c": {
            "x": "y",
            "z": true
          },
          "d": [
            [1, 2],
            [3, 4]
          ],
          "notes": ["stopped early"]
        }

        """)
    #expect(results.lines.first == "b: inf")
    #expect(results.lines.last == "note: stopped early")
  }

  @Test func numbersAreFoundByName() {
    let results = Results(["x": 2.5, "n": 3, "text": "a"])
    #expect(results.number("x") == 2.5)
    #expect(results.number("n") == 3)
    #expect(results.number("text").isNaN && results.number("absent").isNaN)
  }

  @Test func tablesAreCSV() {
    var table: ResultTable = ["x": [0.1, 2], "y, z": [1e300, -3]]
    table.add("name", .texts(["a,b", "=1"]))
    #expect(
      String(decoding: table.csv, as: UTF8.self)
        == "x,\"y, z\",name\n0.1,1e+300,\"a,b\"\n2,-3,'=1\n")
    #expect(
      ResultTable(Tensor([1.0, 2, 3, 4], shape: [2, 2], dtype: .float64), names: ["a", "b"])
        == ["a": [1, 3], "b": [2, 4]])
  }

  @Test func filesAreNamed() throws {
    var results = Results(["x": 1])
    results.tables["values.csv"] = ["x": [1]]
    results.add(Figure { Line([0, 1], [0, 1]) })
    #expect(
      try results.files(valuesName: "values.json").map(\.name)
        == ["values.json", "values.csv", "figure.svg"])
  }
}
