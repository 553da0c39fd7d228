import Testing

/// `pushforward fit`, as a user types it.
@Suite struct FitRunTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace(data: nil)
    try workspace.write("x,w,name\n1,2,a\n4,1,b\n2,3,a\n".utf8, to: "t.csv")
  }

  private func fit(_ arguments: String...) throws -> Executable.Result {
    try Executable("fit", arguments, in: workspace).result()
  }

  /// Each method's help lists `--out`, `--seed` and `--weights`, or says why it takes no weights.
  @Test func whatBelongsToEveryFit() throws {
    let names = try fit("--help").lines.filter { $0.hasPrefix("  ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(names.contains("distribution") && names.contains("state-space"))
    for name in names {
      let help = try fit(name, "--help").output
      for option in ["--data FILE", "--out DIR", "--seed N"] {
        #expect(help.contains(option), "\(name) \(option)")
      }
      #expect(
        help.contains("--weights NAME") != help.contains("There is no --weights: "), "\(name)")
      #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(help)")
    }
  }

  @Test func aFitWritesItsOwnFolder() throws {
    let result = try fit(
      "distribution", "--family", "poisson", "--data", "t.csv", "--columns", "x", "--weights", "w",
      "--out", "fits", "--seed", "3")
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    // (2 · 1 + 1 · 4 + 3 · 2) / 6.
    #expect(result.output.contains(/\nparameters: +rate 2\n/), "\(result.output)")
    #expect(
      workspace.names(in: "fits/distribution-001") == [
        "config.json", "density.csv", "figure.svg", "parameters.csv", "result.json",
      ])
    let files = try workspace.files(below: "fits/distribution-001")
    let configuration = String(decoding: files["config.json"] ?? .init(), as: UTF8.self)
    #expect(configuration.contains(#""weights": "w""#) && configuration.contains(#""seed": 3"#))
  }

  @Test func weightsWhereRowsHaveAnOrder() throws {
    let result = try fit(
      "state-space", "--data", "t.csv", "--columns", "x", "--weights", "w")
    #expect(result.code == 64 && workspace.names() == ["t.csv"])
    #expect(
      result.error.hasPrefix(
        "pushforward fit state-space: --weights w: rows have no weights here: the rows are one series,"
          + " in order\n"),
      "\(result.error)")
  }

  @Test(arguments: [
    (["--columns", "z"], "z"), (["--columns", "name"], "name"), (["--weights", "z"], "z"),
    (["--weights", "name", "--columns", "x"], "name"),
  ])
  func tablesThatLackWhatIsNamed(arguments: [String], column: String) throws {
    let result = try Executable(
      "fit", ["distribution", "--data", "t.csv"] + arguments, in: workspace
    ).result()
    #expect(result.code == 65 && result.output == "" && workspace.names() == ["t.csv"])
    #expect(
      result.error.hasPrefix("pushforward fit distribution: t.csv")
        && result.error.contains("'\(column)'"), "\(result.error)")
  }
}
