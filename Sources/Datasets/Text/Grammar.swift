import Foundation
import Tensor

/// A probabilistic context-free grammar (Booth and Thompson, "Applying probability measures to
/// abstract languages", 1973), whose texts have a known entropy.
///
/// ```swift
/// let grammar = Grammar(["word": [(3, "a"), (1, "a<word>")]])   // a, aa, aaa, …
/// grammar.draw(using: random).text
/// grammar.entropy / grammar.meanLength                          // nats per character
/// ```
///
/// Names in angle brackets are replaced by the texts of their own rules. Each text should have only
/// one derivation: then the entropy of the texts is that of the choices.
public struct Grammar: Sendable {
  private enum Part: Sendable, Equatable { case text(String), name(Int) }
  private struct Rule: Sendable {
    let probability: Double
    let parts: [Part]
  }

  /// The rules of each name; texts begin with the first name.
  private let rules: [[Rule]]

  /// Creates a grammar from the rules of each name, with weights that are normalised.
  ///
  /// The program stops for a name without rules, or whose expansion never ends on average.
  public init(_ table: KeyValuePairs<String, [(weight: Double, text: String)]>) {
    let places = Dictionary(table.enumerated().map { ($0.element.key, $0.offset) }) { first, _ in
      first
    }
    precondition(
      places.count == table.count && !table.contains { $0.value.isEmpty } && !table.isEmpty,
      "Grammar: expected distinct names with rules, found \(table.map(\.key))")
    rules = table.map { _, rules in
      let sum = rules.reduce(0) { $0 + $1.weight }
      return rules.map { weight, text in
        precondition(weight > 0, "Grammar: expected weights above 0, found \(weight) of '\(text)'")
        return Rule(probability: weight / sum, parts: Self.parts(of: text, places))
      }
    }
    precondition(
      uses.allSatisfy(\.isFinite), "Grammar: expected texts that end, found rules without an end")
  }

  private static func parts(of text: String, _ places: [String: Int]) -> [Part] {
    text.split(separator: ">", omittingEmptySubsequences: false).flatMap { piece -> [Part] in
      let halves = piece.split(separator: "<", maxSplits: 1, omittingEmptySubsequences: false)
      let before = halves[0].isEmpty ? [] : [Part.text(String(halves[0]))]
      guard halves.count == 2 else { return before }
      guard let place = places[String(halves[1])] else {
        preconditionFailure(
          "Grammar: expected a name with rules, found '\(halves[1])' in '\(text)'")
      }
      return before + [.name(place)]
    }
  }

  /// Draws a text, with the logarithm of the probability of its choices.
  public func draw(using random: Random) -> (text: String, logProbability: Double) {
    var (text, logProbability) = ("", 0.0)
    var waiting = [Part.name(0)]
    while let part = waiting.popLast() {
      switch part {
      case .text(let piece): text += piece
      case .name(let name):
        let rule = chosen(rules[name], at: random.uniform())
        logProbability += log(rule.probability)
        waiting += rule.parts.reversed()
      }
    }
    return (text, logProbability)
  }

  private func chosen(_ rules: [Rule], at place: Double) -> Rule {
    var sum = 0.0
    for rule in rules {
      sum += rule.probability
      if place < sum { return rule }
    }
    return rules[rules.count - 1]
  }
}

// MARK: - Entropy

extension Grammar {
  /// The entropy of a text, in nats: Σ uses · entropy of a choice, over the names (the chain rule).
  public var entropy: Double {
    sum { rule in -rule.probability * log(rule.probability) }
  }

  /// The mean length of a text in Unicode's code points.
  public var meanLength: Double {
    sum { rule in
      rule.probability
        * rule.parts.reduce(0.0) { length, part in
          if case .text(let text) = part {
            length + Double(text.unicodeScalars.count)
          } else {
            length
          }
        }
    }
  }

  /// Σ of a number over all names and their rules, weighted by how often a text uses the name.
  private func sum(_ number: (Rule) -> Double) -> Double {
    zip(uses, rules).reduce(0.0) { sum, pair in
      sum + pair.0 * pair.1.reduce(0.0) { $0 + number($1) }
    }
  }

  /// The mean number of times that a text uses each name: u = e + Mᵀ u, where e is 1 for the first
  /// name and M contains the mean number of each name in a rule of another; infinite if there is no
  /// solution.
  private var uses: [Double] {
    var uses = [Double](repeating: 0, count: rules.count)
    for _ in 0..<10_000 {
      var next = [Double](repeating: 0, count: rules.count)
      next[0] = 1
      for (use, rules) in zip(uses, rules) {
        for rule in rules {
          for case .name(let name) in rule.parts { next[name] += use * rule.probability }
        }
      }
      if next == uses { return uses }
      uses = next
    }
    // Rounding may keep the last digits moving.
    return uses.allSatisfy { $0 < 1e6 } ? uses : uses.map { _ in .infinity }
  }
}
