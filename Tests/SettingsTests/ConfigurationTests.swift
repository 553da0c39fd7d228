import Foundation
import Testing

@testable import Settings

@Suite struct ConfigurationTests {
  let configuration: Configuration = [
    "program": .text("train-vae"), "epochs": .integer(30), "hidden": .integers([400, 200]),
    "beta": .number(1), "rate": .number(0.001), "shares": .numbers([0.25, 0, 1]),
    "quiet": .flag(false), "limit": .absent,
  ]

  @Test func theJSONIsExactlyThis() throws {
    #expect(
      try configuration.json() == """
        {
          "program": "train-vae",
          "epochs": 30,
          "hidden": [400, 200],
          "beta": 1,
          "rate": 0.001,
          "shares": [0.25, 0, 1],
          "quiet": false,
          "limit": null
        }

        """)
    #expect(try Configuration().json() == "{}\n")
  }

  @Test func whateverTheTextTheJSONIsValid() throws {
    let odd = "runs/\"quoted\"\\ \n\t\u{1} é 数字 😀"
    let configuration: Configuration = [
      odd: .text(odd), "tiny": .number(1e-300), "huge": .number(1.5e300), "loss": .number(.nan),
    ]
    let json = Data(try configuration.json().utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    #expect(object[odd] as? String == odd)
    #expect(object["tiny"] as? Double == 1e-300)
    #expect(object["huge"] as? Double == 1.5e300)
    #expect(object["loss"] is NSNull)
  }

  @Test func settingKeepsThePlaceAndNilRemoves() {
    var configuration = configuration
    configuration["epochs"] = .integer(3)
    configuration["hidden"] = nil
    configuration["seed"] = .integer(1)
    #expect(
      configuration.entries.map(\.name)
        == ["program", "epochs", "beta", "rate", "shares", "quiet", "limit", "seed"])
    #expect(configuration["epochs"] == .integer(3))
    #expect(configuration["hidden"] == nil)
  }
}
