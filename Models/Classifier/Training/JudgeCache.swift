import Classifier
import Datasets
import Files
import Foundation
import Training

/// Where judges are kept from run to run, one for each set of training images.
struct JudgeCache {
  private let folder: String

  /// The folder `pushforward` in the user's cache, `$XDG_CACHE_HOME` or else `~/.cache`; nil where
  /// there is neither.
  init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
    // By the XDG Base Directory Specification a path that is not absolute is ignored.
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
      folder = cache + "/pushforward"
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      folder = home + "/.cache/pushforward"
    } else {
      return nil
    }
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
