import Tensor

/// Sentences that the program generates, one per line, so that a text is always available; they
/// come from a small grammar, whose entropy is known.
///
/// ```
/// the old sailor found a key under the bridge.
/// yesterday the miller sold the lamp of the queen.
/// ```
///
/// The lines are independent, so that the entropy of a line, including its end, divided by its mean
/// length is the entropy per character of a long text, a lower bound for every model.
public enum Sentences {
  /// The word that selects them, in place of a path.
  public static let name = "sentences"
  /// The default number of sentences.
  public static let defaultCount = 10_000

  /// The entropy per character in nats, over the sentences and their ends.
  public static let entropyPerCharacter = grammar.entropy / (grammar.meanLength + 1)

  /// Generates sentences, each followed by a line feed; sentence *i* is the same in a text of any
  /// length.
  public static func text(count: Int = defaultCount, seed: UInt64 = 0) -> [UInt8] {
    precondition(count > 0, "Sentences.text: expected a count of at least 1, found \(count)")
    let random = Random(seed: seed)
    return (0..<count).flatMap { _ in Array((grammar.draw(using: random).text + "\n").utf8) }
  }

  /// The grammar; its words reveal the rules used, so that each sentence has only one derivation.
  public static let grammar = Grammar([
    "sentence": [(4, "<clause>."), (1, "<when> <clause>.")],
    "clause": [
      (5, "<who> <did> <what>"), (3, "<who> <did> <what> <where>"), (2, "<who> <moved> <where>"),
    ],
    "who": [(3, "<article> <person>"), (1, "<article> <quality> <person>")],
    "what": [
      (6, "<article> <object>"), (3, "<article> <quality> <object>"), (1, "<what> of <who>"),
    ],
    "where": [(1, "<beside> <article> <place>")],
    "when": [(3, "yesterday"), (2, "at night"), (1, "long ago")],
    "article": [(7, "the"), (3, "a")],
    "quality": [(4, "small"), (3, "brave"), (2, "quiet"), (1, "young")],
    "person": [
      (5, "sailor"), (4, "miller"), (3, "captain"), (2, "doctor"), (1, "queen"), (1, "thief"),
    ],
    "object": [
      (5, "ship"), (4, "key"), (3, "letter"), (2, "lamp"), (1, "map"), (1, "bottle"),
    ],
    "place": [(4, "harbour"), (3, "tower"), (2, "river"), (1, "bridge")],
    "did": [(5, "found"), (4, "took"), (3, "lost"), (2, "sold"), (1, "carried")],
    "moved": [(3, "walked"), (2, "waited"), (1, "slept")],
    "beside": [(4, "near"), (2, "behind"), (1, "under")],
  ])
}
