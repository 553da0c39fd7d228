import NN
import Tensor
import Testing

/// The interface that the tests need of any cell, whatever its state.
struct CellRow: Sendable, CustomTestStringConvertible {
  let name: String
  let parameterCount: Int
  /// The cell, and how to unroll it.
  let make: @Sendable (Random) -> (any RecurrentCell, (Tensor) -> Tensor)
  var testDescription: String { name }

  init(
    _ name: String, _ parameterCount: Int,
    _ make: @escaping @Sendable (Random) -> (any RecurrentCell, (Tensor) -> Tensor)
  ) {
    (self.name, self.parameterCount, self.make) = (name, parameterCount, make)
  }
}

private func unrolling(_ cell: some RecurrentCell) -> (any RecurrentCell, (Tensor) -> Tensor) {
  (cell, { cell.unrolled(over: $0).outputs })
}

private let rows: [CellRow] = [
  .init("RNNCell", (3 + 4 + 1) * 4) { unrolling(RNNCell(3, 4, using: $0)) },
  .init("GRUCell", 3 * (3 + 4 + 1) * 4) { unrolling(GRUCell(3, 4, using: $0)) },
  .init("LSTMCell", 4 * (3 + 4 + 1) * 4) { unrolling(LSTMCell(3, 4, using: $0)) },
]

private func logistic(_ x: Double) -> Double { 1 / (1 + exp(Tensor(-x, dtype: .float64)).scalar) }
private func tangent(_ x: Double) -> Double { 2 * logistic(2 * x) - 1 }

@Suite struct RecurrentTests {
  private let steps = 5

  /// Backpropagation through time, to second order: with respect to each parameter alone, which all
  /// five steps share, and the inputs.
  @Test(arguments: rows)
  func gradientsThroughFiveSteps(_ row: CellRow) {
    let (cell, outputs) = row.make(Random(seed: 6))
    let x = offZero([2, steps, 3])
    let all = checkGradient(of: cell, at: [x]) { outputs($0[0]) }
    #expect(all.passes(), "\(row.name): \(all)")
    for (name, parameter) in cell.parameters {
      let check = checkGradient(
        of: { point in withValues(point, of: [parameter]) { outputs(x) } },
        at: [parameter.wrappedValue])
      #expect(check.passes(), "\(row.name) \(name): \(check)")
    }
  }

  /// The gradient of a shared parameter is the sum of the gradients of five cells with equal
  /// parameters, one for each step.
  @Test func theGradientOfSharedWeightsIsTheSumOverTheSteps() throws {
    let (x, start) = (offZero([2, steps, 3]), offZero([2, 4]))
    let shared = RNNCell(3, 4, using: Random(seed: 7))
    let cells = (0..<steps).map { _ in RNNCell(3, 4, using: Random(seed: 7)) }
    let own = Untied(cells)
    for module in [shared, own] as [any Module] { module.convert(to: .float64) }
    let (loss, gradients) = valueWithGradient(of: shared) {
      square(shared.unrolled(over: x, from: start).last).sum()
    }
    let (ownLoss, ownGradients) = valueWithGradient(of: own) {
      square(own.last(x, from: start)).sum()
    }
    #expect(loss == ownLoss)
    for (name, gradient) in gradients.elements {
      let parts = try (0..<steps).map { try #require(ownGradients["\($0).\(name)"]) }
      let sum = parts.dropFirst().reduce(parts[0], +)
      #expect(abs(gradient - sum).max().scalar < 1e-13)
      #expect(abs(parts[0]).max().scalar > 1e-4, "the first step counts")
    }
  }

  /// Cells that are applied to one step each.
  private final class Untied: Module {
    let cells: [RNNCell]
    var members: Members { Members(cells.enumerated().map { ("\($0.offset)", $0.element) }) }
    init(_ cells: [RNNCell]) { self.cells = cells }

    func last(_ x: Tensor, from start: Tensor) -> Tensor {
      var state = start
      for (time, cell) in cells.enumerated() {
        state = cell(x.sliced(time..<time + 1, along: 1).squeezed(at: 1), state)
      }
      return state
    }
  }

  @Test(arguments: rows)
  func outputsHaveTheirShapeAndTheCellItsParameters(_ row: CellRow) {
    let (cell, outputs) = row.make(Random(seed: 8))
    #expect(outputs(offZero([2, steps, 3]).converted(to: .float32)).shape == [2, steps, 4])
    #expect(cell.parameterCount == row.parameterCount)
    #expect("\(cell)" == "\(row.name)(3, 4)  // \(row.parameterCount) parameters")
  }

  /// A step's output does not depend on later inputs.
  @Test(arguments: rows)
  func unrollingInTwoHalvesIsTheSame(_ row: CellRow) {
    let (_, outputs) = row.make(Random(seed: 9))
    let x = offZero([2, steps, 3]).converted(to: .float32)
    #expect(outputs(x).sliced(0..<2, along: 1) == outputs(x.sliced(0..<2, along: 1)))
  }

  @Test func aSequenceGoesOnFromAState() {
    let cell = LSTMCell(3, 4, using: Random(seed: 9))
    let x = offZero([2, steps, 3]).converted(to: .float32)
    let whole = cell.unrolled(over: x)
    let first = cell.unrolled(over: x.sliced(0..<3, along: 1))
    let second = cell.unrolled(over: x.sliced(3..<5, along: 1), from: first.last)
    #expect(second.outputs == whole.outputs.sliced(3..<5, along: 1))
    #expect(second.last.cell == whole.last.cell)
    #expect(whole.last.hidden == whole.outputs.sliced(4..<5, along: 1).squeezed(at: 1))
  }

  // MARK: Comparison with the papers' formulas, in plain numbers

  @Test func elmansCellByHand() {
    let cell = RNNCell(1, 1, using: Random(seed: 0))
    cell.convert(to: .float64)
    set(cell, [[0.5], [-0.8], [0.1]])
    let y = cell.unrolled(over: Tensor([[[1], [-2], [0.3]]], dtype: .float64)).outputs.doubles
    var h = 0.0
    for (x, found) in zip([1, -2, 0.3], y) {
      h = tangent(0.5 * x - 0.8 * h + 0.1)
      #expect(Swift.abs(found - h) < 1e-14)
    }
  }

  @Test func gatedUnitByHand() {
    let cell = GRUCell(1, 1, using: Random(seed: 0))
    cell.convert(to: .float64)
    set(cell, [[0.5, -0.4, 1.2], [0.7, 0.6], [-0.9], [0.1, -0.2, 0.3]])
    let y = cell.unrolled(over: Tensor([[[1], [-2], [0.3]]], dtype: .float64)).outputs.doubles
    var h = 0.0
    for (x, found) in zip([1, -2, 0.3], y) {
      let reset = logistic(0.5 * x + 0.7 * h + 0.1)
      let update = logistic(-0.4 * x + 0.6 * h - 0.2)
      let candidate = tangent(1.2 * x - 0.9 * (reset * h) + 0.3)
      h = update * h + (1 - update) * candidate
      #expect(Swift.abs(found - h) < 1e-14)
    }
  }

  @Test func longShortTermMemoryByHand() {
    let cell = LSTMCell(1, 1, using: Random(seed: 0))
    #expect(cell.bias.scalars == [0, 1, 0, 0], "the forget gate begins open")
    cell.convert(to: .float64)
    set(cell, [[0.5, -0.4, 1.2, 0.9], [0.7, 0.6, -0.9, 1.1], [0.1, -0.2, 0.3, 0.4]])
    let y = cell.unrolled(over: Tensor([[[1], [-2], [0.3]]], dtype: .float64)).outputs.doubles
    var (h, c) = (0.0, 0.0)
    for (x, found) in zip([1, -2, 0.3], y) {
      let input = logistic(0.5 * x + 0.7 * h + 0.1)
      let forget = logistic(-0.4 * x + 0.6 * h - 0.2)
      let output = logistic(1.2 * x - 0.9 * h + 0.3)
      c = forget * c + input * tangent(0.9 * x + 1.1 * h + 0.4)
      h = output * tangent(c)
      #expect(Swift.abs(found - h) < 1e-14)
    }
  }

  /// Gives the parameters these numbers, in order.
  private func set(_ cell: some Module, _ values: [[Double]]) {
    #expect(cell.parameters.count == values.count)
    for ((_, parameter), numbers) in zip(cell.parameters, values) {
      let shape = parameter.wrappedValue.shape
      parameter.wrappedValue = Tensor(numbers, shape: shape, dtype: .float64)
    }
  }
}
