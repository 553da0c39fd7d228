import Tensor

/// A small matrix of doubles, row after row, for recursions of many steps in which a tensor's own costs
/// would be all that is measured.
struct SmallMatrix: Sendable {
  let rows: Int
  let columns: Int
  private(set) var elements: [Double]

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

  var transposed: SmallMatrix {
    var result = SmallMatrix(columns, rows)
    for i in 0..<rows { for j in 0..<columns { result[j, i] = self[i, j] } }
    return result
  }

  static func * (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix {
    var result = SmallMatrix(a.rows, b.columns)
    for i in 0..<a.rows {
      for k in 0..<a.columns {
        let factor = a[i, k]
        if factor == 0 { continue }
        for j in 0..<b.columns { result[i, j] += factor * b[k, j] }
      }
    }
    return result
  }

  static func + (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix { a.combined(b) { $0 + $1 } }
  static func - (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix { a.combined(b) { $0 - $1 } }

  static func * (number: Double, a: SmallMatrix) -> SmallMatrix {
    a.combined(a) { x, _ in number * x }
  }

  private func combined(_ other: SmallMatrix, _ body: (Double, Double) -> Double) -> SmallMatrix {
    var result = self
    for i in elements.indices { result.elements[i] = body(elements[i], other.elements[i]) }
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
    for i in 0..<rows.count {
      for j in 0..<columns.count {
        result[i, j] = self[rows.lowerBound + i, columns.lowerBound + j]
      }
    }
    return result
  }

  mutating func set(_ part: SmallMatrix, at row: Int, _ column: Int) {
    for i in 0..<part.rows { for j in 0..<part.columns { self[row + i, column + j] = part[i, j] } }
  }

  /// Matrices of as many rows beside one another.
  static func beside(_ parts: [SmallMatrix]) -> SmallMatrix {
    var result = SmallMatrix(parts[0].rows, parts.reduce(0) { $0 + $1.columns })
    var column = 0
    for part in parts {
      result.set(part, at: 0, column)
      column += part.columns
    }
    return result
  }

  /// The lower triangular L with L Lᵀ = M Mᵀ and no negative diagonal, by Householder's reflections of the
  /// rows: no square of a number is ever subtracted from another.
  var triangularized: SmallMatrix {
    var m = self
    for i in 0..<min(rows, columns) {
      var norm = 0.0
      for j in i..<columns { norm += m[i, j] * m[i, j] }
      norm.formSquareRoot()
      if norm == 0 { continue }
      let pivot = m[i, i] > 0 ? -norm : norm
      // v = row − pivot e, and each row loses 2 (row·v) v / |v|².
      let first = m[i, i] - pivot
      let scale = -1 / (pivot * first)
      for row in i + 1..<max(rows, i + 1) {
        var product = m[row, i] * first
        for j in i + 1..<max(columns, i + 1) { product += m[row, j] * m[i, j] }
        product *= scale
        m[row, i] -= product * first
        for j in i + 1..<max(columns, i + 1) { m[row, j] -= product * m[i, j] }
      }
      m[i, i] = pivot
      for j in i + 1..<max(columns, i + 1) { m[i, j] = 0 }
    }
    var result = SmallMatrix(rows, rows)
    for j in 0..<min(rows, columns) {
      let sign: Double = m[j, j] < 0 ? -1 : 1
      for i in j..<rows { result[i, j] = sign * m[i, j] }
    }
    return result
  }

  /// L⁻¹ B of a lower triangular L, or nil where its diagonal has a zero, to rounding.
  func solvedLower(_ b: SmallMatrix) -> SmallMatrix? {
    var x = b
    for i in 0..<rows {
      var size = 0.0
      for j in 0...i { size = max(size, Swift.abs(self[i, j])) }
      guard self[i, i] > 1e-13 * size else { return nil }
      for k in 0..<i {
        for j in 0..<x.columns { x[i, j] -= self[i, k] * x[k, j] }
      }
      for j in 0..<x.columns { x[i, j] /= self[i, i] }
    }
    return x
  }

  /// L⁻ᵀ B of a lower triangular L without zeros on its diagonal.
  func solvedTransposed(_ b: SmallMatrix) -> SmallMatrix {
    var x = b
    for i in stride(from: rows - 1, through: 0, by: -1) {
      for k in i + 1..<max(rows, i + 1) {
        for j in 0..<x.columns { x[i, j] -= self[k, i] * x[k, j] }
      }
      for j in 0..<x.columns { x[i, j] /= self[i, i] }
    }
    return x
  }

  /// A root of a symmetric positive semidefinite matrix, M = S Sᵀ, lower triangular; of a direction
  /// without variance the column is 0.
  var root: SmallMatrix {
    var result = SmallMatrix(rows, rows)
    for j in 0..<rows {
      var pivot = self[j, j]
      for k in 0..<j { pivot -= result[j, k] * result[j, k] }
      guard pivot > 1e-14 * Swift.abs(self[j, j]) else { continue }
      result[j, j] = pivot.squareRoot()
      for i in j + 1..<max(rows, j + 1) {
        var sum = self[i, j]
        for k in 0..<j { sum -= result[i, k] * result[j, k] }
        result[i, j] = sum / result[j, j]
      }
    }
    return result
  }

  /// The elements as a tensor `[rows, columns]`.
  var tensor: Tensor { Tensor(elements, shape: [rows, columns], dtype: .float64) }
}
