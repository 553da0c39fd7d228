import Files

/// Images to train on, and others like them to test with.
public protocol ImageDataset: SplitDataset where Part == LabeledImages {
  /// Whether the images have labels; if not, all are 0. By default they have.
  var hasLabels: Bool { get }
}

extension ImageDataset {
  /// The images have labels.
  public var hasLabels: Bool { true }

  /// The number of classes: one more than the highest label, of images to train on or to test with.
  public var classCount: Int { Int(max(train.labels.max() ?? 0, test.labels.max() ?? 0)) + 1 }

  /// Writes the data set as the four IDX files of MNIST, which ``MNIST/init(directory:needsLabels:)`` reads.
  ///
  /// The folder is created if need be. Each file is written whole or not at all, and gzipped where that
  /// is asked for, with `.gz` at the end of its name. Images in colour stop the program: MNIST's format
  /// is of grey ones. Throws an `OutputError`.
  public func write(to directory: String, gzipped: Bool = false) throws {
    precondition(
      train.channels == 1 && test.channels == 1,
      "write(to:): expected grey images, found \(train.channels) and \(test.channels) channels")
    try makeFolders(directory)
    let ending = gzipped ? ".gz" : ""
    for (images, files) in [(train, MNISTFiles.train), (test, MNISTFiles.test)] {
      try IDX(shape: [images.count, images.height, images.width], bytes: images.pixels)
        .write(to: "\(directory)/\(files.images.names[0])\(ending)")
      try IDX(shape: [images.count], bytes: images.labels)
        .write(to: "\(directory)/\(files.labels.names[0])\(ending)")
    }
  }
}
