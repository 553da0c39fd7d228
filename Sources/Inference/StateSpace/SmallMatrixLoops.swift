// The loops of small matrices, in place and on raw memory.
//
// A product adds its terms one after the other in the order of the inner index.

extension SmallMatrix {
  /// Sets the matrix to A B.
  mutating func setProduct(_ a: SmallMatrix, _ b: SmallMatrix) {
    clear(a.rows, b.columns)
    addProduct(a, b)
  }

  /// Adds A B, or a multiple of it.
  mutating func addProduct(_ a: SmallMatrix, _ b: SmallMatrix, times sign: Double = 1) {
    precondition(
      a.columns == b.rows && rows == a.rows && columns == b.columns,
      "SmallMatrix: [\(a.rows), \(a.columns)] and [\(b.rows), \(b.columns)] do not multiply to"
        + " [\(rows), \(columns)]")
    let (rows, inner, columns) = (rows, a.columns, columns)
    elements.withUnsafeMutableBufferPointer { result in
      a.elements.withUnsafeBufferPointer { a in
        b.elements.withUnsafeBufferPointer { b in
          for i in 0..<rows {
            for k in 0..<inner {
              let factor = sign * a[i &* inner &+ k]
              if factor == 0 { continue }
              for j in 0..<columns {
                result[i &* columns &+ j] += factor * b[k &* columns &+ j]
              }
            }
          }
        }
      }
    }
  }

  /// Adds a matrix of the same size.
  mutating func add(_ other: SmallMatrix) { combine(other) { $0 + $1 } }

  /// Subtracts a matrix of the same size.
  mutating func subtract(_ other: SmallMatrix) { combine(other) { $0 - $1 } }

  /// Sets the matrix to `first` minus `second`.
  mutating func setDifference(_ first: SmallMatrix, _ second: SmallMatrix) {
    set(first)
    subtract(second)
  }

  /// Copies the elements of another matrix into its own memory.
  mutating func set(_ other: SmallMatrix) {
    clear(other.rows, other.columns)
    combine(other) { $1 }
  }

  @inline(__always)
  private mutating func combine(_ other: SmallMatrix, _ body: (Double, Double) -> Double) {
    precondition(
      rows == other.rows && columns == other.columns,
      "SmallMatrix: expected [\(rows), \(columns)], found [\(other.rows), \(other.columns)]")
    elements.withUnsafeMutableBufferPointer { result in
      other.elements.withUnsafeBufferPointer { other in
        for place in 0..<result.count { result[place] = body(result[place], other[place]) }
      }
    }
  }

  /// Sets the matrix to Aᵀ.
  mutating func setTransposed(_ a: SmallMatrix) {
    clear(a.columns, a.rows)
    let (rows, columns) = (rows, columns)
    elements.withUnsafeMutableBufferPointer { result in
      a.elements.withUnsafeBufferPointer { a in
        for i in 0..<rows { for j in 0..<columns { result[i * columns + j] = a[j * rows + i] } }
      }
    }
  }

  /// Writes a matrix into this one, starting at a given row and column.
  mutating func set(_ part: SmallMatrix, at row: Int, _ column: Int) {
    precondition(
      row + part.rows <= rows && column + part.columns <= columns,
      "SmallMatrix: a part ends outside of [\(rows), \(columns)]")
    let columns = columns
    elements.withUnsafeMutableBufferPointer { result in
      part.elements.withUnsafeBufferPointer { source in
        for i in 0..<part.rows {
          for j in 0..<part.columns {
            result[(row + i) * columns + column + j] = source[i * part.columns + j]
          }
        }
      }
    }
  }

  /// Copies a block of its own size from `whole`, starting at a given row and column.
  mutating func setBlock(of whole: SmallMatrix, _ row: Int, _ column: Int) {
    precondition(
      row + rows <= whole.rows && column + columns <= whole.columns,
      "SmallMatrix: a block ends outside of [\(whole.rows), \(whole.columns)]")
    let (rows, columns) = (rows, columns)
    elements.withUnsafeMutableBufferPointer { result in
      whole.elements.withUnsafeBufferPointer { source in
        for i in 0..<rows {
          for j in 0..<columns {
            result[i * columns + j] = source[(row + i) * whole.columns + column + j]
          }
        }
      }
    }
  }

  /// Copies the elements below the diagonal to those above it.
  mutating func symmetrize() {
    let size = rows
    elements.withUnsafeMutableBufferPointer { m in
      for i in 0..<size { for j in 0..<i { m[j * size + i] = m[i * size + j] } }
    }
  }

  /// Makes the matrix lower triangular: L with L Lᵀ = M Mᵀ and no negative diagonal, by Householder
  /// reflections of the rows, which never subtract one square from another.
  mutating func triangularize() {
    let (rows, columns) = (rows, columns)
    elements.withUnsafeMutableBufferPointer { m in
      for i in 0..<min(rows, columns) {
        let own = i * columns
        var norm = 0.0
        for j in i..<columns { norm += m[own + j] * m[own + j] }
        norm.formSquareRoot()
        if norm == 0 { continue }
        let pivot = m[own + i] > 0 ? -norm : norm
        // v = row − pivot e, and each row is reduced by 2 (row·v) v / |v|².
        let first = m[own + i] - pivot
        let scale = -1 / (pivot * first)
        for row in i + 1..<max(rows, i + 1) {
          let other = row * columns
          var product = m[other + i] * first
          for j in i + 1..<max(columns, i + 1) { product += m[other + j] * m[own + j] }
          product *= scale
          m[other + i] -= product * first
          for j in i + 1..<max(columns, i + 1) { m[other + j] -= product * m[own + j] }
        }
        m[own + i] = pivot
        for j in i + 1..<max(columns, i + 1) { m[own + j] = 0 }
      }
      for j in 0..<min(rows, columns) where m[j * columns + j] < 0 {
        for i in j..<rows { m[i * columns + j] = -m[i * columns + j] }
      }
    }
  }

  /// Sets the matrix to a lower triangular root of a symmetric positive semidefinite matrix, M = S
  /// Sᵀ; the column of a direction without variance is 0.
  mutating func setRoot(of matrix: SmallMatrix) {
    clear(matrix.rows, matrix.rows)
    let size = rows
    elements.withUnsafeMutableBufferPointer { s in
      matrix.elements.withUnsafeBufferPointer { m in
        for j in 0..<size {
          var pivot = m[j * size + j]
          for k in 0..<j { pivot -= s[j * size + k] * s[j * size + k] }
          guard pivot > 1e-14 * Swift.abs(m[j * size + j]) else { continue }
          let diagonal = pivot.squareRoot()
          s[j * size + j] = diagonal
          for i in j + 1..<max(size, j + 1) {
            var sum = m[i * size + j]
            for k in 0..<j { sum -= s[i * size + k] * s[j * size + k] }
            s[i * size + j] = sum / diagonal
          }
        }
      }
    }
  }

  /// Replaces B by L⁻¹ B, where L is this lower triangular matrix; returns false if its diagonal
  /// contains a zero, to rounding.
  func solveLower(_ b: inout SmallMatrix) -> Bool {
    let (size, columns) = (rows, b.columns)
    return elements.withUnsafeBufferPointer { l in
      b.elements.withUnsafeMutableBufferPointer { x in
        for i in 0..<size {
          var largest = 0.0
          for j in 0...i { largest = max(largest, Swift.abs(l[i * size + j])) }
          let pivot = l[i * size + i]
          guard pivot > 1e-13 * largest else { return false }
          for k in 0..<i {
            let factor = l[i * size + k]
            for j in 0..<columns { x[i * columns + j] -= factor * x[k * columns + j] }
          }
          for j in 0..<columns { x[i * columns + j] /= pivot }
        }
        return true
      }
    }
  }

  /// Replaces B by L⁻ᵀ B, where L is this lower triangular matrix without zeros on its diagonal.
  func solveTransposed(_ b: inout SmallMatrix) {
    let (size, columns) = (rows, b.columns)
    elements.withUnsafeBufferPointer { l in
      b.elements.withUnsafeMutableBufferPointer { x in
        for i in stride(from: size - 1, through: 0, by: -1) {
          for k in i + 1..<max(size, i + 1) {
            let factor = l[k * size + i]
            for j in 0..<columns { x[i * columns + j] -= factor * x[k * columns + j] }
          }
          let pivot = l[i * size + i]
          for j in 0..<columns { x[i * columns + j] /= pivot }
        }
      }
    }
  }
}
