import Tensor

/// Matrices of one size, one for each step of a recursion, in a single block of memory.
struct MatrixSeries: Sendable {
  let count: Int
  let rows: Int
  let columns: Int
  private(set) var elements: [Double]

  /// Creates matrices of zeros.
  init(_ count: Int, _ rows: Int, _ columns: Int) {
    (self.count, self.rows, self.columns) = (count, rows, columns)
    elements = [Double](repeating: 0, count: count * rows * columns)
  }

  subscript(_ step: Int) -> SmallMatrix {
    var matrix = SmallMatrix(rows, columns)
    load(step, into: &matrix)
    return matrix
  }

  /// Copies a step's matrix into another matrix of the same size.
  func load(_ step: Int, into matrix: inout SmallMatrix) {
    let size = rows * columns
    for place in 0..<size { matrix.elements[place] = elements[step * size + place] }
  }

  /// Copies a matrix to a step.
  mutating func store(_ matrix: SmallMatrix, at step: Int) {
    let size = rows * columns
    for place in 0..<size { elements[step * size + place] = matrix.elements[place] }
  }

  /// The elements as a tensor of a given shape.
  func tensor(_ shape: [Int]) -> Tensor { Tensor(elements, shape: shape, dtype: .float64) }
}
