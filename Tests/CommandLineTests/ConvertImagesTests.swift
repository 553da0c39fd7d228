import Datasets
import Foundation
import Images
import TestSupport
import Testing

@Suite struct ConvertImagesTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace(data: nil) }

  private func convert(_ arguments: String...) throws -> Executable.Result {
    try Executable("convert", arguments, in: workspace).result()
  }

  private func read(_ folder: String) throws -> MNIST {
    try MNIST(directory: workspace.path(of: folder))
  }

  /// A grey image of 2×2 pixels with equal values.
  private func write(_ value: UInt8, to path: String) throws {
    let image = Image(height: 2, width: 2, channels: 1, pixels: [value, value, value, value])
    try workspace.makeFolder((path as NSString).deletingLastPathComponent)
    try workspace.write(image.png, to: path)
  }

  /// The label of each image by the value of its pixels.
  private func labels(of data: MNIST) -> [UInt8: UInt8] {
    var labels: [UInt8: UInt8] = [:]
    for set in [data.train, data.test] {
      for index in 0..<set.count { labels[set.pixels[index * 4]] = set.labels[index] }
    }
    return labels
  }

  // MARK: Help

  @Test func theHelpIsExactlyThis() throws {
    let result = try convert("--help")
    #expect(result.code == 0 && result.error == "")
    #expect(
      result.output == """
        Usage: pushforward convert [options]

        Converts a folder of images to the four IDX files of the MNIST format.

        Options:
              --data DIR|drawn      folder of images (default: drawn)
              --labels FILE         CSV of labels (default: folders' names)
              --image-size N        side of the images in pixels (default: as they are)
              --limit N             images used (default: all)
              --test N              images to test with (default: one in seven)
              --damaged error|skip  how to treat files that cannot be decoded (default:
                                    error)
              --gzip                compress the files
              --out DIR             folder of the files (default: idx)
              --seed N              seed of the shuffle and of rendered digits (default:
                                    0)
              --threads N           threads; results do not depend on it (default: all
                                    processors)
              --quiet               print nothing but errors

        Other:
          -h, --help                print this help and exit
              --version             print the version and exit

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

        """)
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(workspace.names() == [])
    #expect(try convert("--version").output.hasPrefix("pushforward "))
  }

  // MARK: Good input

  @Test func foldersAreClasses() throws {
    for (index, name) in ["cat/a", "cat/b", "dog/deep/c", "dog/d", "eel/e", "eel/f"].enumerated() {
      try write(UInt8(10 + index), to: "photos/\(name)")
    }
    let result = try convert("--data", "photos", "--test", "2", "--out", "made/here/")
    #expect(result.code == 0 && result.error == "")
    #expect(
      result.output == """
        images:  4 for training, 2 for testing
        size:    2×2
        classes: 3
        files:   made/here/

        """)
    #expect(
      workspace.names(in: "made/here") == [
        "classes.csv", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
      ])
    #expect(workspace.names(in: "made") == ["here"])
    let data = try read("made/here")
    #expect(data.train.count == 4 && data.test.count == 2)
    #expect(labels(of: data) == [10: 0, 11: 0, 12: 1, 13: 1, 14: 2, 15: 2])
    #expect(
      String(decoding: try workspace.contents(of: "made/here/classes.csv"), as: UTF8.self)
        == "label,class\n0,cat\n1,dog\n2,eel\n")
  }

  @Test func foldersWithNumbersAreLabels() throws {
    for label in [3, 7, 9] { try write(UInt8(100 + label), to: "photos/\(label)/x") }
    #expect(try convert("--data", "photos", "--gzip", "--quiet").output == "")
    #expect(
      workspace.names(in: "idx") == [
        "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
      ])
    #expect(labels(of: try read("idx")) == [103: 3, 107: 7, 109: 9])
    // The files are valid gzip, and every implementation of gzip agrees.
    let check = try Executable(
      command: ["/bin/sh", "-c", "gzip -t idx/*.gz && gzip -dc idx/train-im*.gz | wc -c"],
      in: workspace
    ).result()
    #expect(check.code == 0 && check.output == "24\n")
  }

  @Test func labelsFromATable() throws {
    for index in 0..<3 { try write(UInt8(index), to: "photos/\(index).png") }
    try workspace.write(
      Array("path,label\r\n2.png,4\r\n0.png,5\r\n1.png,6\r\n".utf8), to: "labels.csv")
    #expect(try convert("--data", "photos", "--labels", "labels.csv", "--quiet").code == 0)
    #expect(labels(of: try read("idx")) == [0: 5, 1: 6, 2: 4])
  }

  /// Quotation marks as R writes them, blanks, `./`, other line endings and separators (RFC 4180).
  @Test(arguments: [
    "\"path\",\"label\"\n\"a, b.png\",4\n\"1.png\",5\n\"é\"\"2.png\",6\n",
    "\"a, b.png\",\"4\"\n1.png,5\n\"é\"\"2.png\",6",
    "\u{feff}path;label\r\na, b.png;4\r\n./1.png;5\r\né\"2.png;6\r\n",
    "a, b.png\t4\n 1.png \t 5 \n././é\"2.png\t6\n\n\n",
    "\"./a, b.png\" , 4\r\"1.png\" ,5\r\"e\u{301}\"\"2.png\",\" 6 \"\r",
  ])
  func labelsFromTablesOfOtherPrograms(table: String) throws {
    for (index, name) in ["a, b.png", "1.png", "é\"2.png"].enumerated() {
      try write(UInt8(index), to: "photos/\(name)")
    }
    try workspace.write(Array(table.utf8), to: "labels.csv")
    let result = try convert("--data", "photos", "--labels", "labels.csv", "--quiet")
    #expect(result.code == 0 && result.error == "")
    #expect(labels(of: try read("idx")) == [0: 4, 1: 5, 2: 6])
  }

  /// Two file names that are equal to Swift but differ in their bytes.
  @Test func labelsOfNamesThatDifferInNormalisation() throws {
    try write(1, to: "photos/\u{e9}")
    try write(2, to: "photos/e\u{301}")
    try workspace.write(Array("\u{e9},4\ne\u{301},5\n".utf8), to: "labels.csv")
    #expect(try convert("--data", "photos", "--labels", "labels.csv", "--quiet").code == 0)
    #expect(labels(of: try read("idx")) == [1: 4, 2: 5])
  }

  @Test func foldersOfNamesThatDifferInNormalisationAreTwoClasses() throws {
    try write(1, to: "photos/\u{e9}/x")
    try write(2, to: "photos/e\u{301}/x")
    try write(3, to: "photos/a, \"b\"/x")
    #expect(try convert("--data", "photos", "--quiet").code == 0)
    #expect(labels(of: try read("idx")) == [1: 2, 2: 1, 3: 0])
    #expect(
      Array(try workspace.contents(of: "idx/classes.csv"))
        == Array("label,class\n0,\"a, \"\"b\"\"\"\n1,e\u{301}\n2,\u{e9}\n".utf8))
  }

  /// Two spellings of the same number are not labels.
  @Test func foldersOfTheSameNumberAreTwoClasses() throws {
    for (index, name) in ["5", "05", "7"].enumerated() {
      try write(UInt8(index), to: "photos/\(name)/x")
    }
    #expect(try convert("--data", "photos", "--quiet").code == 0)
    #expect(labels(of: try read("idx")) == [0: 1, 1: 0, 2: 2])
  }

  @Test func namesThatAreNotUTF8() throws {
    try write(1, to: "image.png")
    // é and è in Latin-1.
    let script = #"""
      set -e
      e=$(printf '\351'); f=$(printf '\350')
      for folder in "$e" "$f"; do
        mkdir -p "photos/x$folder"; cp image.png "photos/x$folder/$e.png"
      done
      "$0" convert --data photos --quiet
      od -An -tx1 idx/classes.csv | tr -d ' \n'; echo
      "$0" convert --data "$e" --out no || echo $?
      "$0" convert --data photos --out "p$e" || echo $?
      ls
      """#
    let result = try Executable(
      command: ["/bin/sh", "-c", script, Executable.path(of: "pushforward")], in: workspace
    ).result()
    #expect(
      result.output == """
        6c6162656c2c636c6173730a302c78e80a312c78e90a
        64
        64
        idx
        image.png
        photos

        """)
    func message(_ argument: String) -> String {
      "pushforward: expected arguments in UTF-8, found '\(argument)'; rename the file or folder, or"
        + " start the program in it\nTry 'pushforward --help'.\n"
    }
    #expect(result.error == message(#"\xE9"#) + message(#"p\xE9"#))
  }

  // MARK: A given split

  @Test(arguments: [
    ("train", ["test"]), ("Train", ["VAL"]), ("training", ["test", "validation"]),
    ("train", ["valid"]), ("TRAINING", ["Testing"]),
  ])
  func foldersAboveTheClassesAreTheSplit(train: String, test: [String]) throws {
    for label in 0..<3 {
      try write(UInt8(label), to: "photos/\(train)/class \(label)/1")
      try write(UInt8(10 + label), to: "photos/\(train)/class \(label)/deep/2")
      for (index, name) in test.enumerated() where label < 2 {
        try write(UInt8(100 + 10 * index + label), to: "photos/\(name)/class \(label)/1")
      }
    }
    let result = try convert("--data", "photos")
    #expect(result.code == 0 && result.error == "")
    #expect(
      result.output == """
        images:  6 for training, \(2 * test.count) for testing
        size:    2×2
        classes: 3
        split:   \(train) for training, \(test.joined(separator: " and ")) for testing, and the \
        folders in them are the classes
        files:   idx

        """)
    let data = try read("idx")
    #expect(Set(data.train.pixels) == [0, 1, 2, 10, 11, 12])
    #expect(Set(data.test.pixels).allSatisfy { $0 >= 100 } && data.test.count == 2 * test.count)
    for (value, label) in labels(of: data) { #expect(label == value % 10) }
    #expect(
      String(decoding: try workspace.contents(of: "idx/classes.csv"), as: UTF8.self)
        == "label,class\n0,class 0\n1,class 1\n2,class 2\n")
  }

  @Test func aSplitWithoutClasses() throws {
    for index in 0..<3 { try write(UInt8(index), to: "photos/train/\(index)") }
    try write(9, to: "photos/test/9")
    #expect(try convert("--data", "photos", "--quiet").code == 0)
    let data = try read("idx")
    #expect(data.train.count == 3 && data.test.pixels == [9, 9, 9, 9])
    #expect(labels(of: data) == [0: 0, 1: 0, 2: 0, 9: 0])
    #expect(!workspace.has("idx/classes.csv"))
  }

  @Test func aSplitWithLabelsOfATable() throws {
    for (name, value) in [("train/a", 1), ("train/b", 2), ("val/a", 3)] as [(String, UInt8)] {
      try write(value, to: "photos/\(name)")
    }
    try workspace.write(Array("train/a,7\ntrain/b,8\nval/a,9\n".utf8), to: "labels.csv")
    #expect(try convert("--data", "photos", "--labels", "labels.csv", "--quiet").code == 0)
    let data = try read("idx")
    #expect(data.train.count == 2 && data.test.labels == [9])
    #expect(labels(of: data) == [1: 7, 2: 8, 3: 9])
  }

  @Test func aFolderTrainAloneIsAboveTheClasses() throws {
    for (name, value) in [("cat/a", 1), ("cat/b", 2), ("dog/a", 3)] as [(String, UInt8)] {
      try write(value, to: "photos/train/\(name)")
    }
    let result = try convert("--data", "photos")
    #expect(
      result.output.contains(
        "split:   the folder train holds all images, and the folders in it are the classes\n"))
    #expect(labels(of: try read("idx")) == [1: 0, 2: 0, 3: 1])
  }

  /// Names of classes, even if one of them is also the name of a split.
  @Test func otherFoldersAreClasses() throws {
    for (index, name) in ["train/a", "bus/a", "test/a"].enumerated() {
      try write(UInt8(index), to: "vehicles/\(name)")
    }
    let result = try convert("--data", "vehicles", "--out", "a")
    #expect(result.output.contains("classes: 3\n") && !result.output.contains("split"))
    #expect(labels(of: try read("a")) == [0: 2, 1: 0, 2: 1])
    // A folder `train` that contains only images is a class, as before.
    try write(1, to: "one/train/a")
    try write(2, to: "one/train/b")
    #expect(try !convert("--data", "one", "--out", "b").output.contains("split"))
  }

  @Test func anotherSplitCannotBeAskedFor() throws {
    try write(1, to: "photos/train/a/x")
    try write(2, to: "photos/test/a/x")
    let result = try convert("--data", "photos", "--test", "1")
    #expect(result.code == 64)
    #expect(
      result.error.hasPrefix(
        "pushforward convert: --test 1: expected no number, as the images are already split: train"
          + " for training, test for testing, and the folders in them are the classes\n"))
    try write(3, to: "photos/train/a/y")
    let limited = try convert("--data", "photos", "--limit", "2", "--seed", "1")
    let other = try convert("--data", "photos", "--limit", "2", "--seed", "3", "--out", "other")
    for result in [limited, other] where result.code != 0 {
      #expect(
        result.code == 64
          && result.error.hasPrefix(
            "pushforward convert: --limit 2: expected more: none to test with is left\n")
      )
    }
  }

  // MARK: Damaged files

  @Test func damagedFilesEndTheProgramOrAreLeftOut() throws {
    let image = Image(height: 9, width: 9, channels: 3, pixels: (0..<243).map { UInt8($0) })
    for index in 0..<4 { try workspace.makeFolder("photos/\(index % 2)") }
    for index in 0..<4 { try workspace.write(image.png, to: "photos/\(index % 2)/\(index).png") }
    try workspace.write(jpeg(image).dropLast(60), to: "photos/1/cut.jpg")
    try workspace.write([], to: "photos/0/empty.jpg")
    let result = try convert("--data", "photos")
    #expect(result.code == 65 && result.output == "")
    #expect(result.error.hasPrefix("pushforward convert: photos/0/empty.jpg: expected an image "))
    let skipped = try convert("--data", "photos", "--damaged", "skip")
    #expect(skipped.code == 0 && skipped.error == "")
    #expect(
      skipped.output == """
        images:  3 for training, 1 for testing
        size:    9×9
        classes: 2
        damaged: 2 damaged images left out, the first: photos/0/empty.jpg: expected an image (PNG, \
        JPEG, or binary PGM or PPM), found an empty file
        files:   idx

        """)
    #expect(Set(try read("idx").train.labels + read("idx").test.labels) == [0, 1])
    // A table may or may not have labels for them.
    for (name, rest) in [("a", ""), ("b", "1/cut.jpg,9\n")] {
      try workspace.write(
        Array(("0/0.png,1\n1/1.png,2\n0/2.png,3\n1/3.png,4\n" + rest).utf8), to: "labels.csv")
      #expect(
        try convert(
          "--data", "photos", "--damaged", "skip", "--labels", "labels.csv", "--out", name
        ).code == 0)
      #expect(Set(try read(name).train.labels + read(name).test.labels) == [1, 2, 3, 4])
    }
  }

  @Test func whatSystemsLeaveBehindIsNoClass() throws {
    try write(1, to: "photos/a/x")
    try write(2, to: "photos/b/x")
    for name in ["__MACOSX/a/._x", "a/Thumbs.db", ".DS_Store", "b/.hidden"] {
      try workspace.makeFolder(("photos/" + name as NSString).deletingLastPathComponent)
      try workspace.write([1], to: "photos/" + name)
    }
    #expect(try convert("--data", "photos").output.contains("classes: 2\n"))
    #expect(labels(of: try read("idx")) == [1: 0, 2: 1])
  }

  @Test func coloursBecomeGreyAndSizesOne() throws {
    let red = Image(
      height: 30, width: 40, channels: 3,
      pixels: (0..<1_200).flatMap { _ in [255, 0, 0] as [UInt8] })
    try workspace.makeFolder("photos")
    try workspace.write(jpeg(red), to: "photos/a")
    try write(7, to: "photos/b")
    #expect(try convert("--data", "photos", "--image-size", "4", "--quiet").code == 0)
    let data = try read("idx")
    #expect(data.train.height == 4 && data.train.width == 4 && data.train.channels == 1)
    let values = Set(data.train.pixels + data.test.pixels)
    // JPEG is off by one or two.
    #expect(
      values.count == 2 && values.contains(7) && values.allSatisfy { $0 == 7 || (74...78) ~= $0 })
    #expect(data.train.labels + data.test.labels == [0, 0])
  }

  @Test func drawnDigitsAndTheSameBytesAtAnyNumberOfThreads() throws {
    for threads in ["1", "3"] {
      let result = try convert(
        "--limit", "42", "--seed", "5", "--out", "digits-\(threads)", "--threads", threads, "--gzip"
      )
      #expect(result.code == 0 && result.error == "")
    }
    #expect(try workspace.files(below: "digits-1") == workspace.files(below: "digits-3"))
    let data = try read("digits-1")
    #expect(data.train.count == 36 && data.test.count == 6)
    let digits = DrawnDigits(seed: 5, trainCount: 36, testCount: 6)
    #expect(data.train == digits.train && data.test == digits.test)
  }

  @Test func theSeedShufflesAndTheLimitHolds() throws {
    for index in 0..<20 { try write(UInt8(index), to: "photos/\(index)") }
    var orders: [[UInt8]] = []
    for (name, seed) in [("a", "1"), ("b", "1"), ("c", "2")] {
      #expect(
        try convert("--data", "photos", "--limit", "14", "--seed", seed, "--out", name).code == 0)
      let data = try read(name)
      #expect(data.train.count == 12 && data.test.count == 2)
      orders.append(
        (data.train.pixels + data.test.pixels).enumerated().filter { $0.offset % 4 == 0 }
          .map(\.element))
    }
    #expect(orders[0] == orders[1] && orders[0] != orders[2])
    #expect(Set(orders[0]).count == 14 && orders[0] != orders[0].sorted())
  }

  // MARK: Existing files

  @Test func whatAKilledRunLeftIsRemovedAndNoLinkIsFollowed() throws {
    try workspace.makeFolder("out.0123456789abcdef.partial/inner")
    try workspace.makeFolder("other.0123456789abcdef.partial")
    try workspace.makeFolder("victim")
    symlink("victim", workspace.path(of: "out.0123456789abcdee.partial"))
    let result = try Executable(
      "convert", ["--data", "drawn", "--limit", "14", "--out", "out"], in: workspace
    ).result()
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    #expect(
      workspace.names().filter { $0.contains("out") } == ["out", "out.0123456789abcdee.partial"])
    #expect(workspace.has("other.0123456789abcdef.partial"))
    #expect(workspace.names(in: "victim").isEmpty && workspace.names(in: "out").count == 4)
  }

  // MARK: Bad input

  @Test func whatIsWrongIsSaidAndNothingIsLeft() throws {
    try write(1, to: "photos/a/x")
    try write(2, to: "photos/b/y")
    try write(3, to: "mixed/a/x")
    try write(4, to: "mixed/y")
    try workspace.makeFolder("empty")
    try workspace.makeFolder("full")
    try workspace.makeFolder("bad")
    try workspace.write(Array("hello".utf8), to: "bad/notes.txt")
    try workspace.write(Array("a/x,1\nb/y,300\n".utf8), to: "large.csv")
    try workspace.write(Array("a/x,1\n".utf8), to: "short.csv")
    try workspace.write(Array("a/x,1\nb/y,2\nc/z,3\n".utf8), to: "long.csv")
    try workspace.write(Array("a/x,1\na/x,2\n".utf8), to: "twice.csv")
    let before = workspace.names()
    let cases: [([String], Int32, String)] = [
      (["--data", "nowhere"], 66, "nowhere: cannot be read: No such file or directory"),
      (
        ["--data", "empty"], 65,
        "empty: expected images as PNG, JPEG, PGM or PPM files, found no files"
      ),
      (
        ["--data", "bad"], 65,
        "bad/notes.txt: expected an image (PNG, JPEG, or binary PGM or PPM), found 'he'"
      ),
      (
        ["--data", "mixed"], 65,
        "mixed/y: expected all images in folders of their classes, found this one outside"
      ),
      (
        ["--data", "photos", "--labels", "large.csv"], 65,
        "large.csv: expected in line 2 a path, a comma and a whole number from 0 to 255, found "
          + "'b/y,300'"
      ),
      (
        ["--data", "photos", "--labels", "short.csv"], 65,
        "short.csv: expected a label for b/y, found none"
      ),
      (
        ["--data", "photos", "--labels", "long.csv"], 65,
        "long.csv: expected labels of images, found one for c/z"
      ),
      (
        ["--data", "photos", "--labels", "twice.csv"], 65,
        "twice.csv: expected one label for each image, found in line 2 a second one for a/x"
      ),
      (
        ["--data", "photos", "--labels", "none.csv"], 66,
        "none.csv: cannot be read: No such file or directory"
      ),
      (["--data", "photos", "--out", "full"], 73, "cannot create the folder 'full': File exists"),
    ]
    for (arguments, code, message) in cases {
      let result = try Executable("convert", arguments, in: workspace).result()
      #expect(result.code == code && result.output == "")
      #expect(result.error == "pushforward convert: \(message)\n")
    }
    let usage: [([String], String)] = [
      (
        ["--data", "photos", "--test", "2"],
        "--test 2: expected fewer than the 2 images"
      ),
      (
        ["--data", "photos", "--limit", "3"],
        "--limit 3: expected at most 2, the number of images"
      ),
      (
        ["--labels", "x.csv"], "--labels x.csv: expected a folder of images as --data, found drawn"
      ),
      (["--image-size", "0"], "--image-size is out of range: expected 1 to 4096, found 0"),
      (["photos"], "unexpected argument 'photos'"),
    ]
    for (arguments, message) in usage {
      let result = try Executable("convert", arguments, in: workspace).result()
      #expect(result.code == 64 && result.output == "")
      #expect(
        result.error == "pushforward convert: \(message)\nTry 'pushforward convert --help'.\n")
    }
    #expect(workspace.names() == before && workspace.names(in: "full") == [])
  }

  @Test func aFolderThatCannotBeWrittenLeavesNothing() throws {
    let result = try convert("--limit", "20", "--out", "/proc/idx")
    #expect(result.code == 73)
    #expect(result.error.hasPrefix("pushforward convert: cannot create the folder '/proc/idx'"))
    // There is no room for the files.
    let script = #"ulimit -f 1; exec "$0" "$@""#
    let full = try Executable(
      command: [
        "/bin/sh", "-c", script, Executable.path(of: "pushforward"), "convert", "--limit", "100",
      ],
      in: workspace
    ).result()
    #expect(full.code == 74 && full.error.hasSuffix(": File too large\n"))
    #expect(workspace.names() == [])
  }
}
