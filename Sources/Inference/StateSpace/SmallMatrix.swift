import Tensor

/// A small matrix of doubles, row after row, for recursions of many steps in which a tensor's own costs
/// would be all that is measured.
///
/// What changes a matrix in place keeps its memory where the size stays: a recursion that has a matrix for
/// each of its intermediate results allocates nothing from step to step.
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

  /// Becomes a matrix of zeros of this size.
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

  /// Rows at some places.
  func gathered(_ places: [Int]) -> SmallMatrix {
    var result = SmallMatrix(places.count, columns)
    for (i, place) in places.enumerated() { for j in 0..<columns { result[i, j] = self[place, j] } }
    return result
  }

  /// Some of its rows and columns.
  func block(_ rows: Range<Int>, _ columns: Range<Int>) -> SmallMatrix {
    var result = SmallMatrix(rows.count, columns.count)
    result.setBlock(of: self, rows.lowerBound, columns.lowerBound)
    return result
  }

  /// L⁻¹ B of a lower triangular L, or nil where its diagonal has a zero, to rounding.
  func solvedLower(_ b: SmallMatrix) -> SmallMatrix? {
    var x = b
    return solveLower(&x) ? x : nil
  }

  /// L⁻ᵀ B of a lower triangular L without zeros on its diagonal.
  func solvedTransposed(_ b: SmallMatrix) -> SmallMatrix {
    var x = b
    solveTransposed(&x)
    return x
  }

  /// A root of a symmetric positive semidefinite matrix, M = S Sᵀ, lower triangular; of a direction
  /// without variance the column is 0.
  var root: SmallMatrix {
    var result = SmallMatrix(rows, rows)
    result.setRoot(of: self)
    return result
  }

  /// The elements as a tensor `[rows, columns]`.
  var tensor: Tensor { Tensor(elements, shape: [rows, columns], dtype: .float64) }
}
