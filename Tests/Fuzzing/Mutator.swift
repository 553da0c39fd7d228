/// A whole file in parts, and how these are put together.
public struct StructuredFile: Sendable {
  /// What it is made of.
  public var parts: [Part]
  /// Makes the file of the parts' contents, with lengths and checksums that are right for them.
  public var assemble: @Sendable (_ contents: [[UInt8]]) -> [UInt8]

  /// Creates a file; without a closure its parts stand one after another.
  public init(
    _ parts: [Part],
    assemble: @escaping @Sendable (_ contents: [[UInt8]]) -> [UInt8] = { $0.flatMap(\.self) }
  ) {
    self.parts = parts
    self.assemble = assemble
  }

  /// The file.
  public var bytes: [UInt8] { assemble(parts.map(\.content)) }
}

/// Makes broken files of whole ones, the same for the same seed.
///
/// Where the environment variable `PUSHFORWARD_FUZZ_SEED` has a number, all files are others.
///
/// A file is changed in its parts, several of them at once, and put together again with lengths and
/// checksums that are right: a reader that was not given those would look no further. One in eight is
/// then changed as bytes too, whatever they mean.
public struct Mutator: Sendable {
  private var draws: Draws
  private let files: [StructuredFile]
  private let tokens: [[UInt8]]

  /// Creates a mutator.
  ///
  /// - Parameters:
  ///   - files: Whole files.
  ///   - tokens: What stands in their texts and may be put anywhere in them.
  ///   - seed: By which the files differ.
  public init(of files: [StructuredFile], tokens: [String] = [], seed: UInt64) {
    self.files = files
    self.tokens = tokens.map { Array($0.utf8) }
    draws = Draws(seed: seed &+ fuzzingSeed << 32)
  }

  /// One of the files with one to four changes.
  public mutating func next() -> [UInt8] {
    var file = draws.element(of: files)
    for _ in 0...draws.below(4) {
      file.parts[draws.below(file.parts.count)].change(&draws, tokens: tokens)
    }
    var bytes = file.bytes
    if draws.isOne(in: 8) {
      for _ in 0...draws.below(4) { bytes.change(&draws) }
    }
    return bytes
  }
}
