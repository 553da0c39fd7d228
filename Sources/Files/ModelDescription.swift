import Tensor

/// What a model's file says of it in its metadata, read with care: all of it may be anything.
extension SafetensorsFile {
  /// The format of a model's file, as its metadata name it.
  package static let modelFormat = "pushforward-1"

  /// The format of a run's checkpoint, as its metadata name it.
  package static let checkpointFormat = "pushforward-checkpoint"

  /// The greatest size of a layer or an image that a description may have.
  private static let largestSize = 1 << 24

  /// The number of numbers in the file.
  private var count: Int { entries.reduce(0) { $0 + $1.count } }

  /// Reads a text.
  ///
  /// - Throws: `ModelFileError` if there is none of this name; the same for the others.
  public func text(_ name: String) throws -> String {
    guard let text = metadata[name] else { throw unsuitable(name, "a text") }
    return text
  }

  /// The name of the model's file beside a checkpoint.
  package static let modelName = "model.safetensors"

  /// Throws if the file is a run's checkpoint, which has a model's numbers among others.
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

  /// Reads sizes between commas, as many as are expected.
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

  /// Reads a number of things, which may be 0.
  public func count(_ name: String) throws -> Int {
    guard let text = metadata[name], text == "0" || Self.size(text) != nil else {
      throw unsuitable(name, "a whole number from 0 to \(Self.largestSize)")
    }
    return Int(text) ?? 0
  }

  /// The error of a file that describes a larger model than it has numbers for.
  package func tooSmall(for kind: String) -> ModelFileError {
    .unsuitableMetadata(
      path: path, name: "the \(kind) described", expected: "one of at most \(count) numbers",
      found: "a larger one")
  }

  private static func size(_ text: String) -> Int? {
    Int(text).flatMap { (1...largestSize).contains($0) ? $0 : nil }
  }

  /// The error of a text that is not what it should be.
  public func unsuitable(_ name: String, _ expected: String) -> ModelFileError {
    .unsuitableMetadata(path: path, name: name, expected: expected, found: metadata[name])
  }
}
