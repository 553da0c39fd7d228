import Datasets
import Training

/// What can be set on the command line of `convert-images`.
struct Options: Sendable {
  var data = "drawn"
  var labels: String?
  var imageSize: Int?
  var limit: Int?
  var testCount: Int?
  var damaged = DamagedImages.error
  var isGzipped = false
  var out = "idx"
  var seed = 0
  var threads: Int?
  var isQuiet = false
}

let command = Command(
  name: "convert-images",
  summary: "Makes the four IDX files of MNIST's format of a folder of images.",
  version: pushforwardVersion,
  defaults: Options(),
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
  options: [
    .text("data", \.data, placeholder: "DIR|drawn", help: "folder of images"),
    .text(
      "labels", \.labels, placeholder: "FILE", absence: "folders' names", help: "CSV of labels"),
    .integer(
      "image-size", \.imageSize, in: .between(1, and: 4096), absence: "as they are",
      help: "side of the images in pixels"),
    .integer("limit", \.limit, in: .atLeast(2), absence: "all", help: "images used"),
    .integer(
      "test", \.testCount, in: .atLeast(1), absence: "one in seven",
      help: "images to test with"),
    .choice(
      "damaged", \.damaged, help: "what is done about files that cannot be decoded"),
    .flag("gzip", \.isGzipped, help: "compress the files"),
    .text("out", \.out, placeholder: "DIR", help: "folder of the files"),
    .integer("seed", \.seed, in: .atLeast(0), help: "seed of the shuffle and of drawn digits"),
    .integer(
      "threads", \.threads, in: .between(1, and: 256), absence: "all processors",
      help: "threads; results do not depend on it"),
    .flag("quiet", \.isQuiet, help: "print nothing but errors"),
  ])
