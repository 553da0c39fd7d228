import Tensor

/// A small matrix of doubles, stored row by row, for recursions with many steps in which the
/// overhead of tensors would dominate.
///
/// Methods that change a matrix in place reuse its memory if the size stays the same: a recursion
/// with a matrix for each of its intermediate results allocates nothing from step to step.
struct SmallMatrix: Sendable {
  private(set) var rows: Int
  private(set) var columns: Int
  var elements: [Double]

  init(_ rows: Int, _ columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    elements = [Double](repeating: 0, count: rows * columns)
  }

  init(_ tensor: Tensor) {
    (rows, columns) = (tensor.shape[0], tensor.rank > 1 ? tensor.shape[1] : 1)
    elements = tensor.doubles
  }

  subscript(_ i: Int, _ j: Int) -> Double {
    get { elements[i * columns + j] }
    set { elements[i * columns + j] = newValue }
  }

  /// Sets the matrix to zeros of a given size.
  mutating func clear(_ rows: Int, _ columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    if elements.count == rows * columns {
      for place in elements.indices { elements[place] = 0 }
    } else {
      elements = [Double](repeating: 0, count: rows * columns)
    }
  }

  var transposed: SmallMatrix {
    var result = SmallMatrix(columns, rows)
    result.setTransposed(self)
    return result
  }

  static func * (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix {
    var result = SmallMatrix(a.rows, b.columns)
    result.addProduct(a, b)
    return result
  }

  static func + (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix {
    var result = a
    result.add(b)
    return result
  }

  static func - (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix {
    var result = a
    result.subtract(b)
    return result
  }

  static func * (number: Double, a: SmallMatrix) -> SmallMatrix {
    var result = a
    for place in result.elements.indices { result.elements[place] *= number }
    return result
  }

  /// A Aᵀ.
  var square: SmallMatrix { self * transposed }

  /// The rows at given places.
  func gathered(_ places: [Int]) -> SmallMatrix {
    var result = SmallMatrix(places.count, columns)
    for (i, place) in places.enumerated() { for j in 0..<columns { result[i, j] = self[place, j] } }
    return result
  }

  /// A block of rows and columns.
  func block(_ rows: Range<Int>, _ columns: Range<Int>) -> SmallMatrix {
    var result = SmallMatrix(rows.count, columns.count)
    result.setBlock(of: self, rows.lowerBound, columns.lowerBound)
    return result
  }

  /// L⁻¹ B for a lower triangular L, or nil if its diagonal contains a zero, to rounding.
  func solvedLower(_ b: SmallMatrix) -> SmallMatrix? {
    var x = b
    return solveLower(&x) ? x : nil
  }

  /// L⁻ᵀ B for a lower triangular L without zeros on its diagonal.
  func solvedTransposed(_ b: SmallMatrix) -> SmallMatrix {
    var x = b
    solveTransposed(&x)
    return x
  }

  /// A lower triangular root of a symmetric positive semidefinite matrix, M = S Sᵀ; the column of a
  /// direction without variance is 0.
  var root: SmallMatrix {
    var result = SmallMatrix(rows, rows)
    result.setRoot(of: self)
    return result
  }

  /// The elements as a tensor `[rows, columns]`.
  var tensor: Tensor { Tensor(elements, shape: [rows, columns], dtype: .float64) }
}
