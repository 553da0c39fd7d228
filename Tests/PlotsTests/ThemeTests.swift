import Foundation
import Testing

@testable import Plots

/// The colours of marks can be distinguished from the background and from one another.
@Suite struct ThemeTests {
  /// Red, green and blue, linear in light.
  private func linear(_ color: String) -> [Double] {
    let number = Int(color.dropFirst(), radix: 16) ?? 0
    return [16, 8, 0].map { shift in
      let value = Double(number >> shift & 255) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
  }

  private func product(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
    matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// The ratio of two colours' luminances (WCAG 2.2, section 1.4.11).
  private func contrast(_ a: String, _ b: String) -> Double {
    let luminances = [a, b].map { color in
      zip(linear(color), [0.2126, 0.7152, 0.0722]).reduce(0.05) { $0 + $1.0 * $1.1 }
    }
    return (luminances.max() ?? 0) / (luminances.min() ?? 1)
  }

  @Test func everyColourStandsOutFromTheGround() throws {
    let paper = try #require(Theme.ground.first { $0.name == "paper" })
    for color in Theme.series {
      #expect(contrast(color.light, paper.light) >= 3, "\(color.light)")
      #expect(contrast(color.dark, paper.dark) >= 3, "\(color.dark)")
    }
    for shade in Theme.ground where ["text", "muted"].contains(shade.name) {
      #expect(contrast(shade.light, paper.light) >= 4.5 && contrast(shade.dark, paper.dark) >= 4.5)
    }
  }

  /// The appearance of linear colours with each kind of complete colour blindness (Machado,
  /// Oliveira and Fernandes 2009), and the least distance required.
  private static let visions: [(name: String, matrix: [[Double]], distance: Double)] = [
    ("all cones", [[1, 0, 0], [0, 1, 0], [0, 0, 1]], 0.13),
    (
      "protanopia",
      [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
      ], 0.065
    ),
    (
      "deuteranopia",
      [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
      ], 0.065
    ),
    (
      "tritanopia",
      [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
      ], 0.05
    ),
  ]

  /// Lightness and two colour differences, in which equal distances look equal (Ottosson 2020).
  private func oklab(_ color: [Double]) -> [Double] {
    let cones = product(
      [
        [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
      ], color.map { min(1, max(0, $0)) })
    return product(
      [
        [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
      ], cones.map(cbrt))
  }

  @Test func noTwoColoursLookAlike() {
    for colors in [Theme.series.map(\.light), Theme.series.map(\.dark)] {
      for vision in Self.visions {
        let seen = colors.map { oklab(product(vision.matrix, linear($0))) }
        for first in seen.indices {
          for second in 0..<first {
            let distance = zip(seen[first], seen[second])
              .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            #expect(
              distance >= vision.distance,
              "\(vision.name): \(colors[first]) and \(colors[second])")
          }
        }
      }
    }
  }

  @Test func theStyleSheetIsXMLAndHasBothPages() {
    #expect(!Theme.css.contains("<") && !Theme.css.contains("&"))
    #expect(Theme.css.contains("@media (prefers-color-scheme:dark)"))
    // Readers that do not support custom properties find the light colour first.
    #expect(Theme.css.contains(".plot .c0{color:#0b62c4;color:var(--plot-0)}"))
  }

  @Test func theMapsOfColoursHaveTheirEnds() {
    #expect(ColorMap.viridis.attributes(at: 0, color: .text) == "fill=\"#440154\"")
    #expect(ColorMap.viridis.attributes(at: 1, color: .text) == "fill=\"#fde725\"")
    #expect(ColorMap.diverging.attributes(at: 0.5, color: .text) == "fill=\"#f7f7f7\"")
    #expect(
      ColorMap.opacity.attributes(at: 0.25, color: .series(1))
        == "class=\"c1\" fill=\"currentColor\" fill-opacity=\"0.25\"")
  }
}
