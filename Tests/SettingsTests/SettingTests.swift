import Settings
import Testing

/// A group with a setting of each kind.
private struct Example: SettingGroup {
  enum Kind: String, Choice { case dense, conv }

  @Setting("dimensions of a code", in: 1...64) var latentSize = 20
  @Setting("widths", in: 1...100) var hidden = [400, 200]
  @Setting("kind of network") var architecture = Kind.dense
  @Setting("weight", in: .above(0)) var beta = 0.5
  @Setting("samples", in: .atLeast(1), absence: "none", .changeable) var importanceSamples: Int? =
    nil
  @Setting("say nothing", name: "quiet", .changeable) var isQuiet = false
  @Setting("folder", placeholder: "DIR", .forNewRuns) var out = "runs"

  init() {}
}

@Suite struct SettingTests {
  @Test func theDefinitionsFollowFromTheDeclarations() {
    let definitions = Example.definitions
    #expect(
      definitions.map(\.name) == [
        "latent-size", "hidden", "architecture", "beta", "importance-samples", "quiet", "out",
      ])
    #expect(
      definitions.map(\.placeholder) == ["N", "N,...", "dense|conv", "X", "N", nil, "DIR"])
    #expect(
      definitions.map(\.defaultValue) == [
        .integer(20), .integers([400, 200]), .text("dense"), .number(0.5), .absent, .flag(false),
        .text("runs"),
      ])
    #expect(definitions[4].absence == "none")
    #expect(definitions.map(\.role).suffix(3) == [.changeable, .changeable, .forNewRuns])
  }

  @Test func aRecordHoldsTheValuesAndIsTakenBack() throws {
    var example = Example()
    example.latentSize = 3
    example.hidden = []
    example.architecture = .conv
    example.beta = 1e-7
    example.importanceSamples = 50
    example.isQuiet = true
    let again = try Example(example.record)
    #expect(again == example)
    #expect(
      try example.record.json() == """
        {
          "latent-size": 3,
          "hidden": [],
          "architecture": "conv",
          "beta": 1e-07,
          "importance-samples": 50,
          "quiet": true,
          "out": "runs"
        }

        """)
  }

  @Test func whatARecordLacksHasItsDefault() throws {
    let example = try Example(["beta": .integer(2), "unknown": .text("x")])
    var expected = Example()
    expected.beta = 2
    #expect(example == expected)
  }

  @Test(arguments: [
    ("latent-size", "0", SettingProblem.outOfRange("1 to 64")),
    ("latent-size", "99999999999999999999", .outOfRange("1 to 64")),
    ("latent-size", "3.5", .notOfKind(expected: "a whole number")),
    ("hidden", "3,,4", .notOfKind(expected: "whole numbers separated by commas")),
    ("hidden", "3,101", .outOfRange("1 to 100", found: "101")),
    ("architecture", "Dense", .notAChoice(["dense", "conv"])),
    ("beta", "0", .outOfRange("more than 0")),
    ("beta", "nan", .notOfKind(expected: "a finite number")),
    ("importance-samples", "", .notOfKind(expected: "a whole number")),
    ("out", "", .notOfKind(expected: "a text that is not empty")),
    ("quiet", "maybe", .notAChoice(["true", "false"])),
  ])
  func aTextThatDoesNotSuitSaysWhatIsExpected(
    name: String, text: String, problem: SettingProblem
  ) throws {
    let definition = try #require(Example.definitions.first { $0.name == name })
    #expect(throws: problem) { try definition.read(text) }
  }

  @Test func aTextIsReadAsTheValueThatItMeans() throws {
    func read(_ name: String, _ text: String) throws -> ConfigurationValue {
      try #require(Example.definitions.first { $0.name == name }).read(text)
    }
    #expect(try read("hidden", "3,4") == .integers([3, 4]))
    #expect(try read("importance-samples", "5") == .integer(5))
    #expect(try read("quiet", "") == .flag(true))
    #expect(try read("architecture", "conv") == .text("conv"))
  }
}
