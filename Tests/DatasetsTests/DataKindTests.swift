import Datasets
import Testing

@Suite struct DataKindTests {
  @Test func namesOfTheProgramsOwnData() throws {
    #expect(try DataKind(of: "drawn") == .drawnDigits)
    #expect(try DataKind(of: "sentences") == .sentences)
    #expect(try DataKind(of: "sentences").isText && !DataKind(of: "drawn").isText)
    for distribution in PlaneDistribution.allCases {
      #expect(try DataKind(of: distribution.rawValue) == .points(distribution))
    }
  }

  @Test func foldersTablesAndTexts() throws {
    let scratch = try Scratch()
    #expect(try DataKind(of: scratch.path) == .images(scratch.path))
    for name in ["a.csv", "a.CSV", "a.tsv", "a.npy", "a.csv.gz"] {
      let path = try scratch.write([], name)
      #expect(try DataKind(of: path) == .table(path))
    }
    for name in ["a.txt", "a.txt.gz", "a", "csv"] {
      let path = try scratch.write([], name)
      #expect(try DataKind(of: path) == .text(path))
    }
  }

  @Test(arguments: [
    ("moon", "moon: no such file, folder or data; did you mean 'moons'?"),
    ("swissroll", "swissroll: no such file, folder or data; did you mean 'swiss-roll'?"),
    ("some/where.csv", "some/where.csv: no such file, folder or data"),
  ]) func unknownNames(choice: String, expected: String) throws {
    let error = #expect(throws: DatasetError.self) { try DataKind(of: choice) }
    #expect(error?.description == expected && error?.isMissingInput == true)
  }
}
