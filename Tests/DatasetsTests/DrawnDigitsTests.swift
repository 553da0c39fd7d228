import Datasets
import Foundation
import Testing

@Suite struct DrawnDigitsTests {
  static let data = DrawnDigits(seed: 7, trainCount: 1_500, testCount: 300)
  static let area = 28 * 28

  @Test func sizes() {
    #expect(Self.data.train.count == 1_500)
    #expect(Self.data.test.count == 300)
    #expect(Self.data.train.height == 28)
    #expect(Self.data.train.width == 28)
    #expect(Self.data.train.pixels.count == 1_500 * Self.area)
  }

  @Test func classesAreBalancedAndShuffled() {
    let labels = Self.data.train.labels
    for digit in UInt8(0)..<10 { #expect(labels.count { $0 == digit } == 150) }
    // Of 1,499 neighbours about a tenth would be in counting order if they were independent.
    let inOrder = zip(labels, labels.dropFirst()).count { ($0 + 1) % 10 == $1 }
    #expect(inOrder < 300)
  }

  @Test func sameSeedDrawsTheSame() {
    let one = DrawnDigits(seed: 3, trainCount: 40, testCount: 20)
    let other = DrawnDigits(seed: 3, trainCount: 40, testCount: 20)
    #expect(one.train == other.train)
    #expect(one.test == other.test)
    #expect(one.train != DrawnDigits(seed: 4, trainCount: 40, testCount: 20).train)
  }

  @Test func smallerSetIsTheBeginningOfALargerOne() {
    let few = DrawnDigits(seed: 7, trainCount: 13, testCount: 7)
    #expect(few.train.labels.elementsEqual(Self.data.train.labels.prefix(13)))
    #expect(few.train.pixels.elementsEqual(Self.data.train.pixels.prefix(13 * Self.area)))
    #expect(few.test.labels.elementsEqual(Self.data.test.labels.prefix(7)))
    #expect(few.test.pixels.elementsEqual(Self.data.test.pixels.prefix(7 * Self.area)))
  }

  @Test func noImageIsThereTwice() {
    let images = [Self.data.train, Self.data.test].flatMap { set in
      (0..<set.count).map { Data(set.pixels[($0 * Self.area)..<(($0 + 1) * Self.area)]) }
    }
    #expect(Set(images).count == 1_800)
  }

  @Test func everyImageIsLikeThoseOfMNIST() {
    let test = Self.data.test
    var total = 0.0
    for index in 0..<test.count {
      let pixels = test.pixels[(index * Self.area)..<((index + 1) * Self.area)]
      var (ink, x, y, border, greatest) = (0.0, 0.0, 0.0, 0, UInt8(0))
      for (place, pixel) in pixels.enumerated() where pixel > 0 {
        let (row, column) = (place / 28, place % 28)
        ink += Double(pixel)
        x += Double(pixel) * (Double(column) + 0.5)
        y += Double(pixel) * (Double(row) + 0.5)
        greatest = max(greatest, pixel)
        if min(row, column) == 0 || max(row, column) == 27 { border += Int(pixel) }
      }
      #expect(greatest >= 200)
      #expect(abs(x / ink - 14) < 2.5)
      #expect(abs(y / ink - 14) < 2.5)
      #expect(border == 0)
      total += ink / 255 / Double(Self.area)
    }
    // MNIST's mean is 0.131.
    #expect((0.11...0.16).contains(total / Double(test.count)))
  }

  @Test func strokesHaveGreyEdges() {
    let pixels = Self.data.test.pixels
    let grey = pixels.count { (16..<240).contains($0) }
    let white = pixels.count { $0 >= 240 }
    // In MNIST the two are about equally frequent.
    #expect(grey > white / 3)
    #expect(white > grey / 3)
  }

  @Test func nearestMeanRecognisesMostButNotAll() {
    let (train, test) = (Self.data.train, Self.data.test)
    let means = (0..<10).map { classMoments(train, digit: $0).mean }
    var correct = 0
    test.pixels.withUnsafeBufferPointer { pixels in
      for index in 0..<test.count {
        let distances = means.map { mean in
          mean.withUnsafeBufferPointer { mean in
            var distance: Float = 0
            for place in 0..<Self.area {
              let difference = Float(pixels[index * Self.area + place]) / 255 - mean[place]
              distance += difference * difference
            }
            return distance
          }
        }
        let nearest = distances.indices.min { distances[$0] < distances[$1] }
        if nearest == Int(test.labels[index]) { correct += 1 }
      }
    }
    // On MNIST itself a nearest-mean classifier is right for 82 %.
    #expect(correct > 195)
    #expect(correct < 294)
  }

  @Test(arguments: 0..<10) func digitsOfAClassDiffer(digit: Int) {
    let deviation = classMoments(Self.data.train, digit: digit).meanDeviation
    // In MNIST it is 0.095 for the ones and 0.148 to 0.185 for the others.
    #expect(deviation > (digit == 1 ? 0.08 : 0.11))
  }
}

/// The mean image of a class, and the standard deviation of its pixels averaged over the image.
private func classMoments(
  _ images: LabeledImages, digit: Int
) -> (mean: [Float], meanDeviation: Float) {
  let area = images.height * images.width
  var (sum, squares) = ([Float](repeating: 0, count: area), [Float](repeating: 0, count: area))
  var count: Float = 0
  images.pixels.withUnsafeBufferPointer { pixels in
    for index in 0..<images.count where Int(images.labels[index]) == digit {
      count += 1
      for place in 0..<area {
        let grey = Float(pixels[index * area + place]) / 255
        sum[place] += grey
        squares[place] += grey * grey
      }
    }
  }
  let mean = sum.map { $0 / count }
  let deviations = zip(mean, squares).map { max($1 / count - $0 * $0, 0).squareRoot() }
  return (mean, deviations.reduce(0, +) / Float(area))
}
