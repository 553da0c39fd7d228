import Foundation

/// The time of a step at one size, on a number of threads.
struct ScalingPoint: Decodable {
  /// The name of the workload.
  let work: String
  /// The size that grows.
  let axis: String
  /// The name of the quantity that the arithmetic is proportional to.
  let unit: String
  /// The size along the axis.
  let size: Int
  /// The quantity at this size.
  let units: Double
  /// The number of threads.
  let threads: Int
  /// The time of a step, in milliseconds.
  let ms: Double

  /// Reads the points of a text, a line of JSON each.
  ///
  /// - Throws: `ScalingPointError` for a line that is not a point, and if there is no point.
  static func points(_ text: Data) throws -> [ScalingPoint] {
    let lines = text.split(separator: UInt8(ascii: "\n"))
    if lines.isEmpty { throw ScalingPointError.empty }
    return try lines.enumerated().map { index, line in
      do {
        return try JSONDecoder().decode(ScalingPoint.self, from: line)
      } catch {
        throw ScalingPointError.line(
          index + 1, found: String(decoding: line.prefix(100), as: UTF8.self))
      }
    }
  }
}

/// The reason why points cannot be drawn.
enum ScalingPointError: Error, CustomStringConvertible {
  case usage
  case empty
  case line(Int, found: String)

  var description: String {
    switch self {
    case .usage: "usage: plot-scaling FILE < points"
    case .empty: "expected points as scaling.py writes them, a line each, found none"
    case .line(let number, let found):
      "line \(number) of the input: expected a point as scaling.py writes it, found \(found)"
    }
  }
}
