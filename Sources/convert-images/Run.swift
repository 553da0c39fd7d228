import Datasets
import Files
import Foundation
import Images
import Tensor
import Training

/// Makes the four files.
func run(_ options: Options) throws {
  let out = withoutEnding(options.out)
  var status = stat()
  // Before the work; the folder is made in one step at its end, which fails where there is one.
  guard lstat(out, &status) != 0 else {
    throw OutputError.cannotCreateFolder(path: options.out, code: EEXIST)
  }
  func say(_ line: String) { if !options.isQuiet { Console.printLine(line) } }

  let (data, classes, notes) =
    options.data == DigitData.drawn ? try drawnDigits(options) : try folder(options)
  say("images:  \(data.train.count) to train on, \(data.test.count) to test with")
  say("size:    \(data.train.height)×\(data.train.width)")
  say("classes: \(Set(data.train.labels + data.test.labels).count)")
  for (name, note) in notes {
    say("\(name):".padding(toLength: 9, withPad: " ", startingAt: 0) + note)
  }
  if Interrupt.isRequested { return }

  // A folder beside it that takes the name when it is complete.
  let partial = try PartialFolder(for: out)
  ForcedEnd.setLastAction { try? FileManager.default.removeItem(atPath: partial.path) }
  do {
    try data.write(to: partial.path, gzipped: options.isGzipped)
    if !classes.isEmpty {
      let rows = classes.enumerated().flatMap { label, name in
        Array("\(label),".utf8) + csvField(name.bytes) + Array("\n".utf8)
      }
      try (Array("label,class\n".utf8) + rows).withUnsafeBytes { bytes in
        try replaceFile(at: "\(partial.path)/classes.csv", with: bytes)
      }
    }
    try Interrupt.check()
    // Unlike a file's, a folder's name is not taken over where a folder with files has it.
    try partial.complete()
  } catch {
    partial.remove()
    throw error
  }
  ForcedEnd.setLastAction(nil)
  say("files:   \(options.out)")
}

/// A folder's path without what may stand behind its name: `idx` for `idx/` and `idx/.`.
///
/// Nothing else is changed in it: a tilde is a name like any other, where no shell has replaced it.
private func withoutEnding(_ path: String) -> String {
  var path = path[...]
  while path.count > 1, path.hasSuffix("/") || path.hasSuffix("/.") { path = path.dropLast() }
  return String(path)
}

/// How many of all images are to test with: as asked for, or one in seven as of MNIST's.
private func testCount(_ options: Options, of count: Int) throws -> Int {
  let testCount = options.testCount ?? max(1, count / 7)
  guard testCount < count else {
    throw CommandLineError.unsuitableValue(
      option: "--test", value: "\(testCount)",
      reason: "expected fewer than the \(count) images that there are")
  }
  return testCount
}

/// What is converted: the images, the names of their classes, and what is said of them.
private typealias Converted = (
  data: SplitImages, classes: [RawPath], notes: [(name: String, text: String)]
)

private func drawnDigits(_ options: Options) throws -> Converted {
  for (option, value) in [
    ("--labels", options.labels), ("--image-size", options.imageSize.map(String.init)),
  ] {
    if let value {
      throw CommandLineError.unsuitableValue(
        option: option, value: value, reason: "expected a folder of images with it, found drawn")
    }
  }
  let count = options.limit ?? 70_000
  let testCount = try testCount(options, of: count)
  let digits = DrawnDigits(
    seed: UInt64(options.seed), trainCount: count - testCount, testCount: testCount)
  return (SplitImages(train: digits.train, test: digits.test), [], [])
}

/// The images of a folder, grey, shuffled and with their labels.
private func folder(_ options: Options) throws -> Converted {
  let folder = try ImageFolder(
    directory: options.data, side: options.imageSize, damaged: options.damaged,
    isCancelled: { Interrupt.isRequested })
  let split = FolderSplit(of: folder.paths)
  let labels =
    try options.labels.map { try Labels(csv: $0, for: folder.paths, skipped: folder.skippedPaths) }
    ?? Labels(ofFoldersIn: folder.paths, below: options.data, split)
  let count = options.limit ?? folder.paths.count
  guard count <= folder.paths.count else {
    throw CommandLineError.unsuitableValue(
      option: "--limit", value: "\(count)",
      reason: "expected at most \(folder.paths.count), as there are no more images")
  }
  let images = folder.train
  let order = Random(seed: UInt64(options.seed)).permutation(folder.paths.count).prefix(count)
  let (trainOrder, testOrder) = try parted(order, folder.paths, split, options)
  let size = images.height * images.width * images.channels
  func part(_ places: [Int]) -> LabeledImages {
    let pixels = places.flatMap { place in
      Image(
        height: images.height, width: images.width, channels: images.channels,
        pixels: Array(images.pixels[place * size..<(place + 1) * size])
      ).grey.pixels
    }
    return LabeledImages(
      height: images.height, width: images.width, pixels: pixels,
      labels: places.map { labels.values[$0] })
  }
  let notes = [("split", split?.note), ("damaged", folder.skippedNote)].compactMap { name, text in
    text.map { (name: name, text: $0) }
  }
  return (SplitImages(train: part(trainOrder), test: part(testOrder)), labels.classes, notes)
}

/// The places of the images to train on and to test with: by the folders that they are in, or the last
/// of all.
private func parted(
  _ order: ArraySlice<Int>, _ paths: [RawPath], _ split: FolderSplit?, _ options: Options
) throws -> (train: [Int], test: [Int]) {
  guard let split, !split.test.isEmpty else {
    let count = try testCount(options, of: order.count)
    return (Array(order.dropLast(count)), Array(order.suffix(count)))
  }
  if let count = options.testCount {
    throw CommandLineError.unsuitableValue(
      option: "--test", value: "\(count)",
      reason: "expected no number, as the images are split already: \(split.note)")
  }
  let test = order.filter { split.isForTesting(paths[$0]) }
  let train = order.filter { !split.isForTesting(paths[$0]) }
  guard !test.isEmpty, !train.isEmpty else {
    throw CommandLineError.unsuitableValue(
      option: "--limit", value: "\(order.count)",
      reason: "expected more: \(train.isEmpty ? "none to train on" : "none to test with") is left")
  }
  return (train, test)
}

/// Images to train on and to test with.
private struct SplitImages: ImageDataset {
  let train: LabeledImages
  let test: LabeledImages
}
