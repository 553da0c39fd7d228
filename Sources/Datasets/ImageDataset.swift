import Files

/// Training images, and test images like them.
public protocol ImageDataset: SplitDataset where Part == LabeledImages {
  /// Whether the images have labels; if not, all labels are 0. True by default.
  var hasLabels: Bool { get }
}

extension ImageDataset {
  /// True by default.
  public var hasLabels: Bool { true }

  /// The number of classes: one more than the highest label among training and test images.
  public var classCount: Int { Int(max(train.labels.max() ?? 0, test.labels.max() ?? 0)) + 1 }

  /// Writes the data set as the four IDX files of MNIST, which ``MNIST/init(directory:needsLabels:)`` reads.
  ///
  /// The folder is created if necessary. Each file is written atomically and, if requested,
  /// gzipped, with `.gz` at the end of its name. Colour images stop the program, because MNIST's
  /// format is grey. Throws an `OutputError`.
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
