import CommandLine
import Datasets
import Files
import Foundation
import Images
import Settings
import Tensor
import Training

/// The options of `pushforward convert`.
struct ConvertSettings: SettingGroup {
  @Setting("folder of images", placeholder: "DIR|drawn") var data = "drawn"
  @Setting("CSV of labels", placeholder: "FILE", absence: "folders' names") var labels: String? =
    nil
  @Setting("side of the images in pixels", in: 1...4096, absence: "as they are")
  var imageSize: Int? = nil
  @Setting("images used", in: .atLeast(2), absence: "all") var limit: Int? = nil
  @Setting("images to test with", in: .atLeast(1), name: "test", absence: "one in seven")
  var testCount: Int? = nil
  @Setting("how to treat files that cannot be decoded") var damaged = DamagedImages.error
  @Setting("compress the files", name: "gzip") var isGzipped = false
  @Setting("folder of the files", placeholder: "DIR") var out = "idx"
  @Setting("seed of the shuffle and of rendered digits", in: .atLeast(0)) var seed = 0
  @Setting("threads; results do not depend on it", in: 1...256, absence: "all processors")
  var threads: Int? = nil
  @Setting("print nothing but errors", name: "quiet") var isQuiet = false
}

/// `pushforward convert`.
@Sendable func convertVerb(_ arguments: [String]) {
  let command = Command(
    name: "pushforward convert",
    summary: "Converts a folder of images to the four IDX files of the MNIST format.",
    notes: """
      Images are all PNG, JPEG, PGM and PPM files in the folder and its subfolders.
      They must be of one size, unless --image-size scales each until its shorter side
      fits and crops the middle. Colours become grey. The word drawn stands for digits
      that the program renders. A damaged file, or one that is not an image, ends the
      program; with --damaged skip such files are left out and counted.

      The label of an image is the index of its folder among the folders in DIR,
      sorted by name, or the folder's name itself if all names are whole numbers, or 0
      if there are no folders; classes.csv lists them. With --labels, the labels come
      from a CSV file: each line has a path relative to DIR, a comma, and a whole
      number from 0 to 255; a first line without a number is a heading.

      The images are shuffled, and the last ones become the test images, unless all
      are in folders called train and test (or val, validation) in DIR: these are then
      the split, and their subfolders the classes. The output folder must not exist;
      it is created complete or not at all.
      """,
    groups: [OptionGroup("Options", ConvertSettings.definitions)])
  let options = command.parseOrExit(arguments)
  command.execute { try convert(ConvertSettings(options.values)) }
}

/// Makes the four files.
private func convert(_ options: ConvertSettings) throws {
  if let threads = options.threads { threadCount = threads }
  let out = withoutEnding(options.out)
  var status = stat()
  // Checked before the work; creating the folder at the end fails if it exists.
  guard lstat(out, &status) != 0 else {
    throw OutputError.cannotCreateFolder(path: options.out, code: EEXIST)
  }
  func say(_ line: String) { if !options.isQuiet { Console.printLine(line) } }

  let (data, classes, notes) =
    options.data == DigitData.drawn ? try drawnDigits(options) : try folder(options)
  say("images:  \(data.train.count) for training, \(data.test.count) for testing")
  say("size:    \(data.train.height)×\(data.train.width)")
  say("classes: \(Set(data.train.labels + data.test.labels).count)")
  for (name, note) in notes {
    say("\(name):".padding(toLength: 9, withPad: " ", startingAt: 0) + note)
  }
  if Interrupt.isRequested { return }

  // A folder next to it that takes the name when it is complete.
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
    // Unlike a file, a folder cannot replace a folder with files of the same name.
    try partial.complete()
  } catch {
    partial.remove()
    throw error
  }
  ForcedEnd.setLastAction(nil)
  say("files:   \(options.out)")
}

/// A folder's path without trailing slashes and dots: `idx` for `idx/` and `idx/.`.
///
/// Nothing else is changed: a tilde that no shell has expanded is part of the name.
private func withoutEnding(_ path: String) -> String {
  var path = path[...]
  while path.count > 1, path.hasSuffix("/") || path.hasSuffix("/.") { path = path.dropLast() }
  return String(path)
}

/// The converted data: the images, the names of their classes, and how they are described.
private typealias Converted = (
  data: SplitImages, classes: [RawPath], notes: [(name: String, text: String)]
)

private func drawnDigits(_ options: ConvertSettings) throws -> Converted {
  for (option, value) in [
    ("--labels", options.labels), ("--image-size", options.imageSize.map(String.init)),
  ] {
    if let value {
      throw CommandLineError.unsuitableValue(
        option: option, value: value, reason: "expected a folder of images as --data, found drawn")
    }
  }
  let count = options.limit ?? 70_000
  let testCount = options.testCount ?? max(1, count / 7)
  guard testCount < count else {
    throw CommandLineError.unsuitableValue(
      option: "--test", value: "\(testCount)",
      reason: "expected fewer than the \(count) images")
  }
  let digits = DrawnDigits(
    seed: UInt64(options.seed), trainCount: count - testCount, testCount: testCount)
  return (SplitImages(train: digits.train, test: digits.test), [], [])
}

/// The images of a folder, grey, shuffled and with their labels.
private func folder(_ options: ConvertSettings) throws -> Converted {
  let folder = try ImageFolder(
    directory: options.data, side: options.imageSize, damaged: options.damaged,
    isCancelled: { Interrupt.isRequested })
  let labels = try options.labels.map {
    try FolderLabels(csv: $0, for: folder.paths, skipped: folder.skippedPaths)
  }
  let data: FolderData
  do {
    data = try FolderData(
      folder, in: options.data, labels: labels, limit: options.limit,
      testCount: options.testCount, seed: UInt64(options.seed))
  } catch let error as FolderDataError {
    let (option, value, reason) =
      switch error {
      case .limit(let value, let reason): ("--limit", value, reason)
      case .testCount(let value, let reason): ("--test", value, reason)
      }
    throw CommandLineError.unsuitableValue(option: option, value: "\(value)", reason: reason)
  }
  let notes = [("split", data.splitNote), ("damaged", folder.skippedNote)].compactMap {
    name, text in
    text.map { (name: name, text: $0) }
  }
  return (SplitImages(train: data.train.grey, test: data.test.grey), data.classes, notes)
}

extension LabeledImages {
  /// The images without their colours.
  fileprivate var grey: LabeledImages {
    if channels == 1 { return self }
    let size = height * width * channels
    let pixels = (0..<count).flatMap { place in
      Image(
        height: height, width: width, channels: channels,
        pixels: Array(self.pixels[place * size..<(place + 1) * size])
      ).grey.pixels
    }
    return LabeledImages(height: height, width: width, pixels: pixels, labels: labels)
  }
}

/// Images for training and for testing.
private struct SplitImages: ImageDataset {
  let train: LabeledImages
  let test: LabeledImages
}
