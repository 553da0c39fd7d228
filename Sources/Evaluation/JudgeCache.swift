import CommandLine
import Datasets
import Files
import Foundation
import Models
import NN
import Tensor
import Training

/// A cache that keeps judges from run to run, one for each set of training images.
struct JudgeCache {
  private let folder: CacheFolder

  /// The cache of the user with this environment; nil if there is none.
  init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
    guard let path = cacheFolder(environment: environment) else { return nil }
    folder = CacheFolder(path: path)
  }

  /// The file of the judge that this version of the program trains on these images with this
  /// arithmetic.
  ///
  /// Judges trained with other arithmetic differ in the last digits, and so do their judgements.
  ///
  /// - Parameters:
  ///   - images: The images.
  ///   - arithmetic: Describes everything that affects how sums are rounded.
  func path(for images: LabeledImages, arithmetic: String = JudgeCache.arithmetic) -> String {
    "\(folder.path)/\(name(for: images, arithmetic: arithmetic))"
  }

  private func name(
    for images: LabeledImages, arithmetic: String = JudgeCache.arithmetic
  ) -> String {
    let checksum = String(images.checksum, radix: 16)
    let data = "\(images.count)x\(images.height)x\(images.width)-\(checksum)"
    return "judge-\(pushforwardVersion)-\(arithmetic)-\(data).safetensors"
  }

  /// The instruction set of the vector loops, and, if that is not the widest one, the build of the
  /// library that computes larger products.
  static let arithmetic: String = {
    let parts = instructionSet == "AVX-512" ? [instructionSet] : [instructionSet, BLAS.description]
    let words = parts.joined(separator: " ").split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return words.joined(separator: "-").lowercased()
  }()

  /// The judge kept for these images; nil if there is no usable one.
  ///
  /// - Parameter report: Called with a message if the file is damaged or could have been written by
  ///   another user.
  func judge(for images: LabeledImages, reporting report: (String) -> Void) -> Judge? {
    let path = path(for: images)
    folder.removeAbandonedFiles()
    guard folder.contains(name(for: images)) else { return nil }
    do {
      try folder.expectOwnFile(name(for: images))
      guard try SafetensorsFile(path: path).hasChecksum else {
        throw CacheError.damaged(path: path, reason: "it has no checksum")
      }
      return try Judge(path: path, height: images.height, width: images.width)
    } catch {
      report("the cached judge is not used: \(error)")
      return nil
    }
  }

  /// Keeps the judge for later runs.
  ///
  /// - Throws: `OutputError` if it cannot be written.
  func keep(_ judge: Judge, for images: LabeledImages) throws {
    let folder = try folder.opened()
    try SafetensorsFile.write(
      judge.classifier.stateTensors().map { ($0.name, $0.value()) },
      metadata: judge.classifier.metadata,
      to: name(for: images), in: folder, withChecksum: true, permissions: 0o600)
  }
}
