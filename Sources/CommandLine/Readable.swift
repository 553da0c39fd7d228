import Foundation

/// Formats numbers for people; the same in every locale.
public enum Readable {
  /// A whole number with thousands separators: `652,824`.
  public static func count(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    groups.insert(digits, at: 0)
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// A duration to the second or, from an hour on, to the minute: `3 s`, `2 min 05 s`, `1 h 02 min`.
  public static func duration(_ duration: Duration) -> String {
    let seconds = max(0, Int(min(duration.seconds.rounded(), 1e15)))
    if seconds < 60 {
      return "\(seconds) s"
    }
    if seconds < 3600 {
      return "\(seconds / 60) min \(twoDigits(seconds % 60)) s"
    }
    let minutes = (seconds + 30) / 60
    return "\(minutes / 60) h \(twoDigits(minutes % 60)) min"
  }

  /// A loss or another measured value, to four or five significant digits: `113.24`, `0.6931`,
  /// `0.006208`.
  public static func metric(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    // Beyond this, more digits would be shown than the number has.
    if value.magnitude >= 1e15 { return String(format: "%.4g", value) }
    let decimals =
      switch value.magnitude {
      case 1000...: 1
      case 100...: 2
      case 10...: 3
      case 0.1..., 0: 4
      case 0.01...: 5
      default: 6
      }
    return String(format: "%.\(decimals)f", value)
  }

  /// A share in percent, without the sign: `98.76`, `4.30`.
  public static func percent(_ share: Double) -> String {
    String(format: "%.2f", 100 * share)
  }

  /// A number of bytes to three digits: `850 MB`, `21.5 GB`.
  public static func bytes(_ count: Int) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB"]
    var (value, unit) = (Double(count) / 1_000, 0)
    while value >= 999.5, unit + 1 < units.count { (value, unit) = (value / 1_000, unit + 1) }
    return String(format: value < 99.95 ? "%.1f " : "%.0f ", value) + units[unit]
  }

  /// A rate per second, rounded to a whole number unless it is small: `61,234`, `3.2`.
  public static func rate(_ value: Double) -> String {
    value < 10 ? String(format: "%.1f", value) : count(Int(min(value.rounded(), 1e15)))
  }

  /// A number of epochs: `1 epoch`, `30 epochs`.
  public static func epochs(_ count: Int) -> String {
    "\(count) \(count == 1 ? "epoch" : "epochs")"
  }

  /// A list in words: `a`, `a or b`, `a, b or c`.
  public static func alternatives(_ items: [String]) -> String { list(items, "or") }

  /// A list in words with a conjunction before the last: `a`, `a and b`, `a, b and c`.
  public static func list(_ items: [String], _ conjunction: String) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " \(conjunction) " + last
  }

  /// A number padded with zeros, so that names sort: `007`; a longer one is unchanged.
  public static func padded(_ number: Int, to width: Int = 3) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func twoDigits(_ value: Int) -> String {
    value < 10 ? "0\(value)" : "\(value)"
  }
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
