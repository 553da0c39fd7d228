import NN
import Tensor

/// The network of a language model between symbols and logits: it maps the vectors at the positions of a
/// sequence to features, none of which depends on a later position.
public protocol SequenceBody: Layer {
  /// The maximum number of positions; nil for any number.
  var longest: Int? { get }

  /// Returns a function that takes further positions `[1, length, features]` and computes their features as if
  /// all positions so far had been given at once.
  func reader() -> (Tensor) -> Tensor
}

/// A transformer: learned position vectors, blocks of attention, and a final normalisation.
///
/// - Input and output: `[batch, length, features]`.
public final class TransformerBody: SequenceBody {
  /// A vector for each position, `[length, features]`.
  @Parameter public var places: Tensor
  private let blocks: [TransformerBlock]
  private let norm: LayerNorm

  /// The position vectors, the blocks and the normalisation.
  public var members: Members {
    Members(
      [("places", $places)]
        + blocks.enumerated().map { ("\($0.offset)", $0.element as any Member) } + [("norm", norm)])
  }

  /// Creates a body; its initial weights are drawn from N(0, 0.02²).
  init(length: Int, features: Int, depth: Int, heads: Int, using random: Random) {
    places = Initializer.normal(standardDeviation: 0.02)(
      [length, features], fanIn: length, fanOut: features, using: random)
    blocks = (0..<depth).map { _ in TransformerBlock(features, heads: heads, using: random) }
    norm = LayerNorm(features)
  }

  /// The number of position vectors.
  public var longest: Int? { places.shape[0] }

  /// The features at each position.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(
      x.rank == 3 && x.shape[1] <= places.shape[0],
      "TransformerBody: expected at most \(places.shape[0]) places, found shape \(x.shape)")
    return norm(blocks.reduce(x + places.sliced(0..<x.shape[1])) { $1($0) })
  }

  /// Caches each block's keys and values.
  public func reader() -> (Tensor) -> Tensor {
    var caches = blocks.map { _ in AttentionCache() }
    return { [self] x in
      let start = caches.first?.length ?? 0
      var y = x + places.sliced(start..<start + x.shape[1])
      for index in blocks.indices { y = blocks[index](y, cache: &caches[index]) }
      return norm(y)
    }
  }

  /// A description of the blocks.
  public var description: String {
    (["TransformerBody {  // \(parameterCount) parameters"] + blocks.map { "\($0)" } + ["}"])
      .joined(separator: "\n")
  }
}

/// A recurrent network: a cell applied along a sequence.
///
/// - Input: `[batch, length, inputs]`. Output: `[batch, length, state]`.
public final class RecurrentBody<Cell: RecurrentCell>: SequenceBody {
  private let cell: Cell

  /// The cell.
  public var members: Members { ["cell": cell] }

  /// Creates a body from a cell.
  init(_ cell: Cell) { self.cell = cell }

  /// Nil: any number of positions.
  public var longest: Int? { nil }

  /// The outputs at each position.
  public func callAsFunction(_ x: Tensor) -> Tensor { cell.unrolled(over: x).outputs }

  /// Keeps the state between calls.
  public func reader() -> (Tensor) -> Tensor {
    var state: Cell.State?
    return { [cell] x in
      let (outputs, last) = cell.unrolled(over: x, from: state)
      state = last
      return outputs
    }
  }

  /// A description of the cell.
  public var description: String { "\(cell)" }
}
