/// The prefix code with the shortest mean length (Huffman 1952).
///
/// ```swift
/// let code = try HuffmanCode(probabilities: [0.5, 0.25, 0.125, 0.125])
/// code.lengths      // [1, 2, 3, 3]
/// code.meanLength   // 1.75 bits, here the entropy
/// ```
///
/// The mean length is at least the entropy in bits and less than one bit more. A single symbol has
/// the empty word. Among equal probabilities, those seen first are joined first, so that the code
/// is deterministic.
public struct HuffmanCode: Sendable {
  /// The probability of each symbol.
  public let probabilities: [Double]
  /// The word of each symbol; no word is a prefix of another.
  public let words: [[Bool]]

  /// Creates the code of symbols 0, 1, … with these probabilities.
  ///
  /// - Throws: ``InformationError`` if one is negative or not finite, or if they do not sum to 1
  ///   within 1e-6.
  public init(probabilities: [Double]) throws {
    let sum = try checkedProbabilities(probabilities)
    guard Swift.abs(sum - 1) <= 1e-6 else { throw InformationError.sumIsNotOne(sum: sum) }
    self.probabilities = probabilities
    words = Self.words(of: Self.tree(probabilities), count: probabilities.count)
  }

  /// The length of each word, in bits.
  public var lengths: [Int] { words.map(\.count) }

  /// Σ p · length, in bits per symbol.
  public var meanLength: Double {
    zip(probabilities, words).reduce(0) { $0 + $1.0 * Double($1.1.count) }
  }

  /// Encodes symbols as bits, one word after another.
  public func encoded(_ symbols: [Int]) -> [Bool] { symbols.flatMap { words[$0] } }

  /// Decodes bits to symbols: the inverse of ``encoded(_:)`` for two symbols or more.
  ///
  /// - Throws: ``InformationError/notACode(place:)`` if bits remain that form no word.
  public func decoded(_ bits: [Bool]) throws -> [Int] {
    let symbols = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, $0) })
    var (result, word, start) = ([Int](), [Bool](), 0)
    for (place, bit) in bits.enumerated() {
      word.append(bit)
      if let symbol = symbols[word] {
        result.append(symbol)
        (word, start) = ([], place + 1)
      }
    }
    guard word.isEmpty else { throw InformationError.notACode(place: start) }
    return result
  }

  // MARK: The tree

  private indirect enum Node {
    case symbol(Int)
    case branch(Node, Node)
  }

  /// Joins the two least probable nodes until one is left, in O(n log n): the leaves are in one
  /// sorted queue, and joined nodes enter another in ascending order (van Leeuwen 1976).
  private static func tree(_ probabilities: [Double]) -> Node {
    let order = probabilities.indices.sorted {
      (probabilities[$0], $0) < (probabilities[$1], $1)
    }
    let leaves = order.map { (weight: probabilities[$0], node: Node.symbol($0)) }
    var joined: [(weight: Double, node: Node)] = []
    var (leaf, branch) = (0, 0)
    func next() -> (weight: Double, node: Node) {
      let takesLeaf =
        leaf < leaves.count
        && (branch == joined.count || leaves[leaf].weight <= joined[branch].weight)
      if takesLeaf {
        leaf += 1
        return leaves[leaf - 1]
      }
      branch += 1
      return joined[branch - 1]
    }
    for _ in 1..<max(1, leaves.count) {
      let (first, second) = (next(), next())
      joined.append((first.weight + second.weight, .branch(first.node, second.node)))
    }
    return joined.last?.node ?? leaves[0].node
  }

  private static func words(of tree: Node, count: Int) -> [[Bool]] {
    var words = [[Bool]](repeating: [], count: count)
    var open: [(node: Node, word: [Bool])] = [(tree, [])]
    while let (node, word) = open.popLast() {
      switch node {
      case .symbol(let symbol): words[symbol] = word
      case .branch(let first, let second):
        open += [(first, word + [false]), (second, word + [true])]
      }
    }
    return words
  }
}
