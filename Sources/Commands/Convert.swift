import CommandLine
import Datasets
import Files
import Foundation
import Images
import Settings
import Tensor
import Training

/// What can be set on the command line of `pushforward convert`.
struct ConvertSettings: SettingGroup {
  @Setting("folder of images", placeholder: "DIR|drawn") var data = "drawn"
  @Setting("CSV of labels", placeholder: "FILE", absence: "folders' names") var labels: String? =
    nil
  @Setting("side of the images in pixels", in: 1...4096, absence: "as they are")
  var imageSize: Int? = nil
  @Setting("images used", in: .atLeast(2), absence: "all") var limit: Int? = nil
  @Setting("images to test with", in: .atLeast(1), name: "test", absence: "one in seven")
  var testCount: Int? = nil
  @Setting("what is done about files that cannot be decoded") var damaged = DamagedImages.error
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
    summary: "Makes the four IDX files of MNIST's format of a folder of images.",
    notes: """
      The images are the files of a folder and of the folders in it: PNG, JPEG, PGM
      or PPM, all of one size, or with --image-size scaled until the shorter side
      fits and the middle cut out. Colours become grey. The word drawn stands for
      digits that the program draws. Files that are damaged or no images end the
      program; with --damaged skip they are left out and counted.

      The label of an image is the place of its folder among the folders in DIR,
      sorted by name, or the folder's name itself where all are whole numbers, and 0
      if there are none; classes.csv says which is which. With --labels it stands in
      a CSV file: in each line a path from DIR, a comma, and a whole number from 0 to
      255; a first line without a number is a heading.

      The images are shuffled, and the last of them are those to test with, unless
      all are in folders called train and test (or val, validation) in DIR: those are
      the split then, and the folders in them the classes. The folder of the files
      is made whole or not at all, and must not be there before.
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

/// What is converted: the images, the names of their classes, and what is said of them.
private typealias Converted = (
  data: SplitImages, classes: [RawPath], notes: [(name: String, text: String)]
)

private func drawnDigits(_ options: ConvertSettings) throws -> Converted {
  for (option, value) in [
    ("--labels", options.labels), ("--image-size", options.imageSize.map(String.init)),
  ] {
    if let value {
      throw CommandLineError.unsuitableValue(
        option: option, value: value, reason: "expected a folder of images with it, found drawn")
    }
  }
  let count = options.limit ?? 70_000
  let testCount = options.testCount ?? max(1, count / 7)
  guard testCount < count else {
    throw CommandLineError.unsuitableValue(
      option: "--test", value: "\(testCount)",
      reason: "expected fewer than the \(count) images that there are")
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

/// Images to train on and to test with.
private struct SplitImages: ImageDataset {
  let train: LabeledImages
  let test: LabeledImages
}
