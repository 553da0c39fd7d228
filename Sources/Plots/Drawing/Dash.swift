/// The dash pattern of a line.
public enum Dash: CaseIterable, Sendable {
  /// No gaps.
  case solid
  /// Long dashes.
  case dashed
  /// Short dashes.
  case dotted
  /// Long and short dashes in turn.
  case dashDotted

  /// The lengths of dashes and gaps, in pixels.
  var pattern: String {
    switch self {
    case .solid: ""
    case .dashed: "7 4"
    case .dotted: "2 3"
    case .dashDotted: "9 3 2 3"
    }
  }
}
