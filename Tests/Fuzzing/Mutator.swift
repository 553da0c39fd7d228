/// An intact file in parts, and a function that assembles them.
public struct StructuredFile: Sendable {
  /// The parts.
  public var parts: [Part]
  /// Assembles the file from the parts' contents, with the right lengths and checksums.
  public var assemble: @Sendable (_ contents: [[UInt8]]) -> [UInt8]

  /// Creates a file; without a closure, its parts are concatenated.
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

/// Makes broken files from intact ones, the same for the same seed.
///
/// The environment variable `PUSHFORWARD_FUZZ_SEED` changes all files.
///
/// Several parts of a file are changed at once, and the file is reassembled with the right lengths
/// and checksums, without which a reader would look no further. One file in eight is then also
/// changed bytewise, regardless of structure.
public struct Mutator: Sendable {
  private var draws: Draws
  private let files: [StructuredFile]
  private let tokens: [[UInt8]]

  /// Creates a mutator.
  ///
  /// - Parameters:
  ///   - files: Intact files.
  ///   - tokens: Words from their texts, which may be inserted anywhere in them.
  ///   - seed: The seed of the changes.
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
