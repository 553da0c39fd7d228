// Optimal transport between pictures: the plan between two digits, the path from one to the other,
// and the barycenter of four.
//
//   swift run -c release image-transport
import Datasets
import Foundation
import Images
import OptimalTransport
import Tensor

let digits = DrawnDigits(trainCount: 200, testCount: 1)
/// Four digits of different classes, as measures on the pixels: float64 [28, 28], with the sum 1.
let chosen = [0, 1, 4, 7].compactMap { digit in
  digits.train.labels.firstIndex { $0 == UInt8(digit) }
}
let pictures = digits.train.batch(at: chosen, varied: nil).images.converted(to: .float64)
  .reshaped(to: [chosen.count, 28, 28])
let measures = pictures / pictures.sum(along: [1, 2], keepingDimensions: true)

/// The pixels of a picture with positive weight, as points in the plane.
func measure(_ index: Int) -> DiscreteMeasure {
  let weights = measures.sliced(index..<index + 1).doubles
  let places = weights.indices.filter { weights[$0] > 0 }
  return DiscreteMeasure(
    points: Tensor(
      places.flatMap { [Double($0 / 28), Double($0 % 28)] }, shape: [places.count, 2],
      dtype: .float64),
    weights: Tensor(places.map { weights[$0] }, dtype: .float64))
}

let (first, second) = (measure(0), measure(1))
let transport = try ExactTransport(from: first, to: second)
print("cost: \(transport.cost) squared pixels, duality gap \(transport.dualityGap)")
print("entries: \(transport.plan.entries.count) of \(first.count + second.count - 1)")

/// The mass of the points, summed in the pixels that contain them.
func picture(_ measure: DiscreteMeasure) -> [Float] {
  var pixels = [Float](repeating: 0, count: 784)
  let (points, weights) = (measure.points.doubles, measure.weights.doubles)
  for index in weights.indices {
    let place = Int(points[2 * index].rounded()) * 28 + Int(points[2 * index + 1].rounded())
    pixels[place] += Float(weights[index])
  }
  let greatest = pixels.max() ?? 1
  return pixels.map { $0 / greatest }
}

var shown: [Float] = []
for step in 0..<8 {
  shown += picture(
    transport.plan.interpolation(from: first.points, to: second.points, at: Double(step) / 7))
}
// The centre of a square whose corners are the four pictures.
let middle = try EntropicBarycenter(ofImages: measures, epsilon: 2)
let pixels = middle.weights.doubles
shown += pixels.map { Float($0 / (pixels.max() ?? 1)) }

let grid = ImageGrid(shown, imageHeight: 28, imageWidth: 28, columns: 9)
let path = FileManager.default.temporaryDirectory.appendingPathComponent("transport.png")
try Data(grid.image.png).write(to: path)
print("pictures: \(path.path)")
