import Tensor

/// Sentences that the program makes, a line each, so that there is always a text: of a small grammar, whose
/// entropy is known.
///
/// ```
/// the old sailor found a key under the bridge.
/// yesterday the miller sold the lamp of the queen.
/// ```
///
/// The lines are independent, so that the entropy of a line, its end included, divided by its mean length is the
/// entropy of a character in a long text. No model needs fewer nats on average.
public enum Sentences {
  /// The word that stands for them where a path could stand.
  public static let name = "sentences"
  /// How many there are by default.
  public static let defaultCount = 10_000

  /// The entropy of a character, in nats: of the sentences and their ends.
  public static let entropyPerCharacter = grammar.entropy / (grammar.meanLength + 1)

  /// So many sentences, each followed by a line feed; sentence *i* is the same in a text of any length.
  public static func text(count: Int = defaultCount, seed: UInt64 = 0) -> [UInt8] {
    precondition(count > 0, "Sentences.text: expected a count of at least 1, found \(count)")
    let random = Random(seed: seed)
    return (0..<count).flatMap { _ in Array((grammar.draw(using: random).text + "\n").utf8) }
  }

  /// The grammar; its words tell which rule made them, so that each sentence is made in one way only.
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
