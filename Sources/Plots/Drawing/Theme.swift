/// The colours of figures on light and on dark pages.
///
/// They are CSS custom properties, which a page can override:
/// `main .plot { --plot-paper: transparent }`. Viewers without custom properties show the light
/// colours.
enum Theme {
  typealias Shade = (name: String, light: String, dark: String)

  /// The palette of the marks.
  ///
  /// Each colour has a contrast of 3 : 1 or more to the background, and all can be told apart with
  /// protanopia, deuteranopia and tritanopia; `ThemeTests` computes both.
  static let series: [(light: String, dark: String)] = [
    ("#0b62c4", "#6cb0ff"), ("#c2410c", "#ff9d5c"), ("#2d936f", "#5bfcbe"),
    ("#7e2272", "#d402d6"), ("#fe349e", "#ee2a6a"), ("#2f94cb", "#1d78fe"),
    ("#a7871e", "#fffa85"), ("#90010b", "#d06104"), ("#8a64f1", "#b67acc"),
    ("#77625b", "#96a297"),
  ]

  /// The colours of everything but marks.
  static let ground: [Shade] = [
    ("paper", "#ffffff", "#1b2029"), ("text", "#1b2230", "#e6e9ef"),
    ("muted", "#586174", "#a2abbb"), ("faint", "#dde1e8", "#323a47"),
  ]

  private static var shades: [Shade] {
    ground + series.enumerated().map { ("\($0.offset)", $0.element.light, $0.element.dark) }
  }

  /// The style sheet of a figure.
  ///
  /// It applies to elements inside `.plot` only, needs no escaping in XML, and is the same for all
  /// figures.
  static let css: String = {
    func properties(_ color: (Shade) -> String) -> String {
      shades.map { "--plot-\($0.name):\(color($0))" }.joined(separator: ";")
    }
    let classes = shades.map { shade in
      let name = Int(shade.name).map { "c\($0)" } ?? "c\(shade.name.prefix(1))"
      return ".plot .\(name){color:\(shade.light);color:var(--plot-\(shade.name))}"
    }
    return """
      .plot{\(properties(\.light));max-width:100%;height:auto}
      @media (prefers-color-scheme:dark){.plot{\(properties(\.dark))}}
      .plot text{fill:currentColor;font:12px system-ui,sans-serif}
      .plot .title{font-size:14px;font-weight:600}
      \(classes.joined(separator: "\n"))
      """
  }()
}
