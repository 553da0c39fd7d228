import Datasets
import Files
import Foundation
import Glibc
import Images
import Tensor
import TestSupport
import Testing

@Suite struct ImageFolderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// The bytes of a binary PPM file with a header and pixels.
  private func ppm(_ header: String, _ pixels: [UInt8] = []) -> [UInt8] {
    Array(header.utf8) + pixels
  }

  /// Whether reading the folder fails with this error and this message.
  private func expect(_ error: DatasetError, _ description: String) {
    #expect(throws: error) { try ImageFolder(directory: scratch.path) }
    #expect(error.description == description)
    #expect(!error.isMissingInput)
  }

  // MARK: Good folders

  @Test func readsTheImagesInTheOrderOfTheirNames() throws {
    try scratch.write(ppm("P6\n2 1\n255\n", [7, 8, 9, 10, 11, 12]), "b.ppm")
    try scratch.write(ppm("P6\n2 1\n255\n", [1, 2, 3, 4, 5, 255]), "a.ppm")
    try scratch.write(ppm("P6\n2 1\n255\n", [13, 14, 15, 16, 17, 18]), "c")
    try scratch.write([1, 2, 3], ".hidden")
    let folder = try ImageFolder(directory: scratch.path)
    #expect(folder.train.height == 1 && folder.train.width == 2 && folder.train.channels == 3)
    #expect(folder.train.pixels == [1, 2, 3, 4, 5, 255] + (7...18))
    #expect(folder.train.labels == [0, 0, 0] && folder.test.count == 0)
    let batch = try #require(
      Batches(folder.train, size: 2).epoch(shuffledBy: nil).first { _ in true })
    #expect(batch.images.shape == [2, 6])
    #expect(batch.images.scalars[5] == 1 && abs(batch.images.scalars[0] - 1 / 255) < 1e-7)
    #expect(try Batches(folder.train, size: 2).imageShape == [1, 2, 3])
  }

  @Test func everyFormatAndFoldersInTheFolder() throws {
    let grey = Image(height: 2, width: 1, channels: 1, pixels: [10, 20])
    let color = Image(height: 2, width: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    try scratch.write(grey.netpbm, "a.pgm")
    try scratch.write(color.png, "c.png")
    try scratch.makeFolder("b/deep")
    try scratch.write(color.netpbm, "b/deep/x.ppm")
    try scratch.makeFolder(".git")
    try scratch.write([1], ".git/index")
    let smooth = Image(height: 2, width: 1, channels: 3, pixels: [90, 90, 90, 90, 90, 90])
    try scratch.write(jpeg(smooth), "d.jpeg")
    let folder = try ImageFolder(directory: scratch.path)
    #expect(folder.paths == ["a.pgm", "b/deep/x.ppm", "c.png", "d.jpeg"])
    #expect(folder.cacheFile == nil)
    // The grey image becomes a grey colour image.
    #expect(folder.train.channels == 3 && folder.train.count == 4)
    #expect(
      folder.train.pixels == [10, 10, 10, 20, 20, 20] + color.pixels + color.pixels + smooth.pixels)
  }

  @Test func greyImagesAloneStayGrey() throws {
    for (name, pixels) in [("a", [1, 2]), ("b", [3, 4])] as [(String, [UInt8])] {
      try scratch.write(Image(height: 1, width: 2, channels: 1, pixels: pixels).png, name)
    }
    let images = try ImageFolder(directory: scratch.path).train
    #expect(images.channels == 1 && images.pixels == [1, 2, 3, 4])
  }

  @Test func manyImagesOfManySizesResized() throws {
    let images = (0..<600).map { index in
      let (height, width) = (3 + index % 5, 4 + index % 3)
      return Image(
        height: height, width: width, channels: 1,
        pixels: (0..<height * width).map { UInt8(truncatingIfNeeded: $0 * 31 + index * 7) })
    }
    for (index, image) in images.enumerated() {
      try scratch.write(index % 2 == 0 ? image.png : image.netpbm, "\(1_000 + index)")
    }
    let folder = try ImageFolder(directory: scratch.path, side: 3)
    #expect(folder.train.height == 3 && folder.train.width == 3)
    #expect(folder.train.pixels == images.flatMap { $0.resized(toFill: 3).pixels })
    #expect(folder.paths == (1_000..<1_600).map { RawPath(String($0)) })
  }

  @Test func linksAreFollowed() throws {
    let image = Image(height: 1, width: 1, channels: 1, pixels: [5])
    try scratch.makeFolder("images")
    try scratch.write(image.png, "far")
    try FileManager.default.createSymbolicLink(
      atPath: scratch("images/near"), withDestinationPath: "../far")
    #expect(try ImageFolder(directory: scratch("images")).train.pixels == [5])

    try FileManager.default.createSymbolicLink(
      atPath: scratch("images/round"), withDestinationPath: ".")
    #expect(
      throws: DatasetError.unreadable(
        path: scratch("images/round"), reason: "Too many levels of symbolic links")
    ) { try ImageFolder(directory: scratch("images")) }
  }

  @Test func readingCanBeCancelled() throws {
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "a.ppm")
    #expect(throws: CancellationError.self) {
      try ImageFolder(directory: scratch.path, isCancelled: { true })
    }
  }

  @Test func theFirstImageIsAsItIs() throws {
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "b.ppm")
    let image = Image(height: 2, width: 1, channels: 1, pixels: [7, 8])
    try scratch.write(image.png, "a.png")
    #expect(try ImageFolder.firstImage(in: scratch.path) == image)
  }

  // MARK: Names

  /// Latin-1, as in old archives, and the same letter in both Unicode forms.
  @Test func namesOfAnyBytes() throws {
    let names: [[UInt8]] = [
      [0x63, 0xe9, 0x2e, 0x70], [0xff, 0xfe], Array("e\u{301}".utf8), Array("\u{e9}".utf8),
      Array("a\nb".utf8), Array(" ".utf8),
    ]
    for (index, name) in names.enumerated() {
      let image = Image(height: 1, width: 1, channels: 1, pixels: [UInt8(index)])
      try write(image.png, to: RawPath(scratch.path).appending(RawPath(bytes: name)))
    }
    let folder = try ImageFolder(directory: scratch.path)
    #expect(folder.paths.map(\.bytes) == names.sorted { $0.lexicographicallyPrecedes($1) })
    #expect(folder.train.pixels == [5, 4, 0, 2, 3, 1])
  }

  @Test func aFolderWhoseNameIsNotUTF8() throws {
    let folder = RawPath(scratch.path).appending(RawPath(bytes: [0xe9]))
    try #require(mkdir(folder.cString, 0o755) == 0)
    let image = Image(height: 1, width: 1, channels: 1, pixels: [9])
    try write(image.png, to: folder.appending("a"))
    #expect(try ImageFolder(directory: scratch.path).train.pixels == [9])
    try write(Array(image.png.dropLast(20)), to: folder.appending("b"))
    let error = #expect(throws: ImageError.self) { try ImageFolder(directory: scratch.path) }
    #expect(
      error?.description.hasPrefix("\(scratch.path)/\\xE9/b: the image is damaged: ") == true)
  }

  private func write(_ bytes: [UInt8], to path: RawPath) throws {
    let descriptor = open(path.cString, O_WRONLY | O_CREAT | O_EXCL, 0o644)
    try #require(descriptor >= 0 && Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
  }

  @Test func whatSystemsLeaveBehindIsNoImage() throws {
    let image = Image(height: 1, width: 1, channels: 1, pixels: [9])
    for folder in ["__MACOSX/photos", "photos/@eaDir", "photos/.git"] {
      try scratch.makeFolder(folder)
      try scratch.write([1], "\(folder)/._a.png")
      try scratch.write([1], "\(folder)/a.png")
    }
    for name in [
      ".DS_Store", "Thumbs.db", "photos/thumbs.db", "photos/desktop.ini", "photos/Icon\r",
    ] {
      try scratch.write([1], name)
    }
    try scratch.write(image.png, "photos/a.png")
    try scratch.write(image.png, "photos/Thumbs.db.png")
    #expect(
      try ImageFolder(directory: scratch.path).paths == ["photos/Thumbs.db.png", "photos/a.png"])
  }

  // MARK: Folders train and test

  /// Writes a one-pixel image for each path, with its index as the value.
  private func write(_ paths: [String]) throws {
    for (index, path) in paths.enumerated() {
      try scratch.makeFolder(path.split(separator: "/").dropLast().joined(separator: "/"))
      try scratch.write(
        Image(height: 1, width: 1, channels: 1, pixels: [UInt8(index)]).png, path)
    }
  }

  @Test(arguments: [
    (["test/a", "train/b", "train/c"], [1, 2], [0]), (["train/a", "val/b"], [0], [1]),
    (["Test/x/0", "eval/y/1", "train/x/2", "train/y/3", "valid/4"], [2, 3], [0, 1, 4]),
    // Names of classes, or a folder `train` only.
    (["test/a", "train/b", "tram/c"], [0, 1, 2], []), (["train/a/0", "train/b/1"], [0, 1], []),
    (["0", "test/1", "train/2"], [0, 1, 2], []),
  ])
  func theSplitIsTaken(paths: [String], train: [UInt8], test: [UInt8]) throws {
    try write(paths)
    let folder = try ImageFolder(directory: scratch.path, takesSplit: true)
    #expect(folder.train.pixels == train && folder.test.pixels == test)
    #expect(folder.train.labels.count == train.count && folder.test.labels.count == test.count)
    #expect(folder.paths == (train + test).map { RawPath(paths[Int($0)]) })
    #expect((folder.split == nil) == test.isEmpty)
    let all = try ImageFolder(directory: scratch.path)
    #expect(all.train.pixels == (0..<paths.count).map { UInt8($0) } && all.test.count == 0)
    #expect(all.split == nil && all.paths == paths.map { RawPath($0) })
  }

  @Test func damagedFilesOfASplit() throws {
    try write(["test/a", "test/b", "train/c", "train/d"])
    try scratch.write([1], "test/a")
    try scratch.write([1], "train/d")
    let folder = try ImageFolder(directory: scratch.path, damaged: .skip, takesSplit: true)
    #expect(folder.train.pixels == [2] && folder.test.pixels == [1])
    #expect(folder.paths == ["train/c", "test/b"] && folder.skippedPaths == ["test/a", "train/d"])
    try scratch.write([1], "train/c")
    #expect(throws: ImageError.notAnImage(path: scratch("test/a"), found: [1])) {
      try ImageFolder(directory: scratch.path, damaged: .skip, takesSplit: true)
    }
  }

  // MARK: Grey saved in colour

  @Test func greyImagesSavedInColourAreGrey() throws {
    let grey = Image(height: 1, width: 2, channels: 1, pixels: [1, 2])
    try scratch.write(grey.inColor.png, "a")
    try scratch.write(grey.png, "b")
    try scratch.write(grey.inColor.netpbm, "c")
    let images = try ImageFolder(directory: scratch.path).train
    #expect(images.channels == 1 && images.pixels == [1, 2, 1, 2, 1, 2])
    // If one is in colour, all are.
    let color = Image(height: 1, width: 2, channels: 3, pixels: [1, 1, 1, 2, 2, 3])
    try scratch.write(color.png, "d")
    let all = try ImageFolder(directory: scratch.path).train
    #expect(all.channels == 3)
    #expect(
      all.pixels == grey.inColor.pixels + grey.inColor.pixels + grey.inColor.pixels + color.pixels)
  }

  // MARK: Damaged files

  @Test func damagedFilesAreLeftOutAndCounted() throws {
    let image = Image(height: 20, width: 20, channels: 1, pixels: [UInt8](0..<200) + (0..<200))
    for index in 100..<400 { try scratch.write(image.png, "\(index).png") }
    try scratch.write([], "000.png")
    try scratch.write(Array("hello".utf8), "399.png.txt")
    try scratch.write(Array(image.png.dropLast(20)), "150.png")
    let folder = try ImageFolder(directory: scratch.path, damaged: .skip)
    #expect(folder.skippedPaths == ["000.png", "150.png", "399.png.txt"])
    #expect(folder.train.count == 299 && folder.paths.count == 299)
    #expect(folder.paths.first == "100.png" && !folder.paths.contains("150.png"))
    #expect(folder.train.pixels == (0..<299).flatMap { _ in image.pixels })
    #expect(
      folder.skippedNote
        == "3 damaged images left out, the first: \(scratch("000.png")): expected an"
        + " image (PNG, JPEG, or binary PGM or PPM), found an empty file")
    #expect(try ImageFolder.firstImage(in: scratch.path, damaged: .skip) == image)
    #expect(throws: ImageError.self) { try ImageFolder.firstImage(in: scratch.path) }
    #expect(throws: ImageError.self) { try ImageFolder(directory: scratch.path) }
  }

  /// Wherever it is among the others, and even if its header states another size.
  @Test(arguments: [0, 1, 3, 4, 5, 300]) func aDamagedFileOfAnotherSizeIsLeftOut(place: Int) throws
  {
    let image = Image(height: 2, width: 2, channels: 1, pixels: [1, 2, 3, 4])
    let other = Image(height: 20, width: 30, channels: 1, pixels: [UInt8](repeating: 7, count: 600))
    let bytes = image.png
    for index in 0..<302 { try scratch.write(bytes, "\(100 + index)") }
    try scratch.write(Array(other.png.dropLast(20)), "\(100 + place)")
    let folder = try ImageFolder(directory: scratch.path, damaged: .skip)
    #expect(folder.skippedPaths == [RawPath("\(100 + place)")] && folder.train.count == 301)
    #expect((folder.train.height, folder.train.width) == (2, 2))
    #expect(throws: (any Error).self) { try ImageFolder(directory: scratch.path) }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 300]) func aWholeFileOfAnotherSizeIsNotLeftOut(place: Int) throws
  {
    let image = Image(height: 2, width: 2, channels: 1, pixels: [1, 2, 3, 4])
    let other = Image(height: 3, width: 1, channels: 1, pixels: [5, 6, 7])
    let bytes = image.png
    for index in 1..<302 { try scratch.write(bytes, "\(100 + index)") }
    // It has another size than all others and is damaged, so its size is ignored.
    try scratch.write(Array(other.png.dropLast(20)), "100")
    let path = try scratch.write(other.png, "\(100 + place)")
    let first = place > 1 ? scratch("101") : path
    let error =
      place > 1
      ? DatasetError.sizeMismatch(path: path, found: [3, 1], otherPath: first, expected: [2, 2])
      : .sizeMismatch(path: scratch("102"), found: [2, 2], otherPath: first, expected: [3, 1])
    #expect(throws: error) { try ImageFolder(directory: scratch.path, damaged: .skip) }
  }

  @Test func whereNothingIsLeftOutThereIsNoNote() throws {
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "a.ppm")
    let folder = try ImageFolder(directory: scratch.path, damaged: .skip)
    #expect(folder.skippedNote == nil && folder.skippedPaths.isEmpty)
    try scratch.write([1], "b")
    #expect(
      try ImageFolder(directory: scratch.path, damaged: .skip).skippedNote?
        .hasPrefix("1 damaged image left out: \(scratch("b")): ") == true)
  }

  @Test func damagedFilesAloneAreAnError() throws {
    let path = try scratch.write([1], "a")
    try scratch.write([2], "b")
    let error = ImageError.notAnImage(path: path, found: [1])
    #expect(throws: error) { try ImageFolder(directory: scratch.path, damaged: .skip) }
    #expect(throws: error) { try ImageFolder.firstImage(in: scratch.path, damaged: .skip) }
  }

  /// It may be a valid image.
  @Test func aFileThatCannotBeReadIsNotLeftOut() throws {
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "a.ppm")
    try #require(mkfifo(scratch("b"), 0o600) == 0)
    #expect(throws: ImageError.unreadable(path: scratch("b"), reason: "Not a regular file")) {
      try ImageFolder(directory: scratch.path, damaged: .skip)
    }
  }

  /// Otherwise the next run with `error` would not be told about them.
  @Test func withDamagedFilesNothingIsKept() throws {
    let cache = ImageCache(folder: scratch("cache"))
    try scratch.makeFolder("images")
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "images/a.ppm")
    try scratch.write([1], "images/b")
    // Files that changed in the last second are never cached.
    for name in ["a.ppm", "b"] {
      var times = [timespec(tv_sec: 1_000, tv_nsec: 0), timespec(tv_sec: 1_000, tv_nsec: 0)]
      utimensat(AT_FDCWD, scratch("images/\(name)"), &times, 0)
    }
    usleep(1_100_000)
    let folder = try ImageFolder(directory: scratch("images"), damaged: .skip, cache: cache)
    #expect(folder.cacheFile == nil && folder.train.count == 1)
    #expect(try scratch.names(in: "cache").isEmpty)
  }

  // MARK: Bad folders

  @Test func anEmptyFolder() throws {
    try scratch.write([1], ".hidden")
    expect(
      .noImages(directory: scratch.path),
      "\(scratch.path): expected images as PNG, JPEG, PGM or PPM files, found no files")
  }

  @Test func noFolder() throws {
    let path = scratch("nowhere")
    let error = DatasetError.unreadable(path: path, reason: "No such file or directory")
    #expect(throws: error) { try ImageFolder(directory: path) }
    #expect(error.isMissingInput)
  }

  @Test func imagesOfTwoSizes() throws {
    let first = try scratch.write(ppm("P6\n2 1\n255\n", [1, 2, 3, 4, 5, 6]), "a.ppm")
    try scratch.write(ppm("P6\n2 1\n255\n", [1, 2, 3, 4, 5, 6]), "b.ppm")
    let path = try scratch.write(ppm("P6\n1 2\n255\n", [1, 2, 3, 4, 5, 6]), "c.ppm")
    expect(
      .sizeMismatch(path: path, found: [2, 1], otherPath: first, expected: [1, 2]),
      "\(path): expected images of 1×2 pixels as in \(first), found 2×1")
    #expect(try ImageFolder(directory: scratch.path, side: 1).train.count == 3)
  }

  @Test func aFileThatIsNoImage() throws {
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "a.ppm")
    let path = try scratch.write(Array("hello".utf8), "notes.txt")
    #expect(throws: ImageError.notAnImage(path: path, found: Array("he".utf8))) {
      try ImageFolder(directory: scratch.path)
    }
  }

  @Test func ofSeveralBadFilesTheFirstIsNamed() throws {
    let image = Image(height: 20, width: 20, channels: 1, pixels: [UInt8](0..<200) + (0..<200))
    for index in 100..<400 { try scratch.write(image.png, "\(index).png") }
    for index in [150, 351, 352] {
      try scratch.write(Array(image.png.dropLast(20)), "\(index).png")
    }
    do {
      _ = try ImageFolder(directory: scratch.path)
      Issue.record("read")
    } catch ImageError.damaged(let path, _) {
      #expect(path == scratch("150.png"))
    }
  }

  // MARK: Colour where grey is expected

  @Test func coloursAreNotWrittenAsMNIST() async throws {
    await #expect(processExitsWith: .failure) {
      let images = LabeledImages(height: 1, width: 1, channels: 3, pixels: [1, 2, 3], labels: [0])
      try Pair(train: images, test: images).write(to: "nowhere")
    }
  }
}
