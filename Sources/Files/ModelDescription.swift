import Tensor

/// The description of a model in its file's metadata, read with care because it is untrusted.
extension SafetensorsFile {
  /// The format name in the metadata of a model's file.
  package static let modelFormat = "pushforward-1"

  /// The format name in the metadata of a run's checkpoint.
  package static let checkpointFormat = "pushforward-checkpoint"

  /// The greatest size of a layer or an image in a description.
  private static let largestSize = 1 << 24

  /// The total number of values in the file.
  private var count: Int { entries.reduce(0) { $0 + $1.count } }

  /// Reads a text.
  ///
  /// - Throws: `ModelFileError` if there is none of this name; this also applies to the functions
  ///   below.
  public func text(_ name: String) throws -> String {
    guard let text = metadata[name] else { throw unsuitable(name, "a text") }
    return text
  }

  /// The name of the model's file next to a checkpoint.
  package static let modelName = "model.safetensors"

  /// Throws if the file is a run's checkpoint, which contains a model's numbers among others.
  public func expectNoCheckpoint() throws {
    guard metadata["format"] == Self.checkpointFormat else { return }
    guard let epochs = metadata["epoch"].flatMap({ Int($0) }), epochs > 0,
      !exists(folder(of: path) + "/" + Self.modelName)
    else { throw ModelFileError.checkpoint(path: path) }
    throw ModelFileError.checkpointWithoutModel(path: path, epochs: epochs)
  }

  /// Throws unless a text is the expected one.
  public func expect(_ name: String, _ text: String) throws {
    guard metadata[name] == text else { throw unsuitable(name, "'\(text)'") }
  }

  /// Reads a size, which is at least 1.
  public func size(_ name: String) throws -> Int {
    guard let size = metadata[name].flatMap(Self.size) else {
      throw unsuitable(name, "a whole number from 1 to \(Self.largestSize)")
    }
    return size
  }

  /// Reads comma-separated sizes, of which there must be an expected number.
  public func sizes(_ name: String, count: ClosedRange<Int> = 0...64) throws -> [Int] {
    guard let text = metadata[name] else { throw unsuitable(name, "whole numbers") }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let sizes = text.isEmpty ? [] : parts.map { Self.size(String($0)) }
    guard count.contains(sizes.count), !sizes.contains(nil) else {
      throw unsuitable(
        name,
        "\(count.lowerBound) to \(count.upperBound) whole numbers from 1 to"
          + " \(Self.largestSize)")
    }
    return sizes.compactMap { $0 }
  }

  /// Reads a count, which may be 0.
  public func count(_ name: String) throws -> Int {
    guard let text = metadata[name], text == "0" || Self.size(text) != nil else {
      throw unsuitable(name, "a whole number from 0 to \(Self.largestSize)")
    }
    return Int(text) ?? 0
  }

  /// The error for a file that describes a larger model than it has numbers for.
  package func tooSmall(for kind: String) -> ModelFileError {
    .unsuitableMetadata(
      path: path, name: "the \(kind) described", expected: "one of at most \(count) numbers",
      found: "a larger one")
  }

  private static func size(_ text: String) -> Int? {
    Int(text).flatMap { (1...largestSize).contains($0) ? $0 : nil }
  }

  /// The error for an invalid text.
  public func unsuitable(_ name: String, _ expected: String) -> ModelFileError {
    .unsuitableMetadata(path: path, name: name, expected: expected, found: metadata[name])
  }
}
