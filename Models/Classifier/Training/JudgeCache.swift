import Classifier
import Datasets
import Files
import Foundation
import Training

/// Where judges are kept from run to run, one for each set of training images.
struct JudgeCache {
  private let folder: String

  /// The cache of the user whose environment this is; nil where there is none.
  init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
    guard let folder = cacheFolder(environment: environment) else { return nil }
    self.folder = folder
  }

  /// The file of the judge that this version of the program trains on these images.
  func path(for images: LabeledImages) -> String {
    let checksum = String(images.checksum, radix: 16)
    let data = "\(images.count)x\(images.height)x\(images.width)-\(checksum)"
    return "\(folder)/judge-\(pushforwardVersion)-\(data).safetensors"
  }

  /// The judge that was kept for these images, or nil if there is none or its file is damaged.
  func judge(for images: LabeledImages) -> Judge? {
    try? Judge(path: path(for: images), height: images.height, width: images.width)
  }

  /// Keeps the judge for later runs.
  ///
  /// - Throws: `OutputError` if it cannot be written.
  func keep(_ judge: Judge, for images: LabeledImages) throws {
    try makeFolders(folder)
    try judge.save(to: path(for: images))
  }
}
