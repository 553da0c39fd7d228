// Plots scaling.py's measurements: milliseconds of a step against the quantity that its arithmetic
// grows with.
//
//   plot-scaling FILE < points
//
// A point is a line of JSON, as written by scaling.py's `points`; FILE receives an SVG drawing.
import Foundation

do {
  guard CommandLine.arguments.count == 2 else {
    throw ScalingPointError.usage
  }
  let points = try ScalingPoint.points(FileHandle.standardInput.readDataToEndOfFile())
  let drawing = scalingFigure(points).svg(id: "scaling")
  try drawing.write(toFile: CommandLine.arguments[1], atomically: true, encoding: .utf8)
} catch let error as ScalingPointError {
  fail("\(error)", code: 64)
} catch {
  fail("\(CommandLine.arguments[1]): \(error.localizedDescription)", code: 74)
}

func fail(_ message: String, code: Int32) -> Never {
  FileHandle.standardError.write(Data("plot-scaling: \(message)\n".utf8))
  exit(code)
}
