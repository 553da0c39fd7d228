import Datasets
import Testing

@Suite struct ChecksumTests {
  /// Compared with Python's zlib.crc32 for the bytes 1, 2, 3, 4, 7, 9.
  @Test func theChecksumIsTheCRCOfPixelsAndLabels() {
    let images = LabeledImages(height: 1, width: 2, pixels: [1, 2, 3, 4], labels: [7, 9])
    #expect(images.checksum == 595_527_735)
  }

  @Test func everyPixelAndLabelCounts() {
    let digits = DrawnDigits(trainCount: 3, testCount: 1).train
    var pixels = digits.pixels
    pixels[1_000] ^= 1
    let other = LabeledImages(height: 28, width: 28, pixels: pixels, labels: digits.labels)
    let labels = digits.labels.reversed()
    let turned = LabeledImages(
      height: 28, width: 28, pixels: digits.pixels, labels: Array(labels))
    #expect(Set([digits.checksum, other.checksum, turned.checksum]).count == 3)
  }
}
