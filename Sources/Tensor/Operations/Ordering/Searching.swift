/// The position for a number that equals elements of a sorted row.
public enum SearchSide: Sendable {
  /// Before them: the number of elements that are smaller.
  case left
  /// After them: the number of elements that are not larger.
  case right
}

extension Tensor {
  /// The positions at which numbers would be inserted into this ascending row, like NumPy's
  /// `searchsorted`.
  ///
  /// ```swift
  /// Tensor([1, 3, 3, 5]).searchSorted(Tensor([3, 0, 9]))                // [1, 0, 4]
  /// Tensor([1, 3, 3, 5]).searchSorted(Tensor([3, 0, 9]), side: .right)  // [3, 0, 4]
  /// ```
  ///
  /// NaN is larger than every number, in the row and among the numbers. Takes O(m log n) time for m
  /// numbers and a row of n, on all threads.
  ///
  /// - Parameters:
  ///   - numbers: Numbers of any shape, and of the row's type.
  ///   - side: The position for a number that equals elements of the row.
  /// - Returns: An index from 0 to `count` for each number, row-major.
  public func searchSorted(_ numbers: Tensor, side: SearchSide = .left) -> [Int] {
    precondition(
      rank == 1 && dtype == numbers.dtype,
      "searchSorted: expected a row of the numbers' type, \(dtype)[n], found \(dtype)\(shape) and"
        + " numbers \(numbers.dtype)\(numbers.shape)")
    switch dtype {
    case .float32: return places(of: numbers, side, Float.self)
    case .float64: return places(of: numbers, side, Double.self)
    }
  }

  private func places<Number: BinaryFloatingPoint>(
    of numbers: Tensor, _ side: SearchSide, _: Number.Type
  ) -> [Int] {
    let (row, length) = (pointer.assumingMemoryBound(to: Number.self), count)
    for index in 0..<Swift.max(0, length - 1) {
      precondition(
        !isLess(row[index + 1], row[index]),
        "searchSorted: expected a row in ascending order, found \(row[index + 1]) after"
          + " \(row[index]) at \(index + 1)")
    }
    let (sought, total) = (numbers.pointer.assumingMemoryBound(to: Number.self), numbers.count)
    if total == 0 { return [] }
    return [Int](unsafeUninitializedCapacity: total) { places, written in
      written = total
      parallel(over: total, step: elementwiseGrain / 8, of: .float64) { begin, end in
        for index in begin..<end {
          let number = sought[index]
          var (low, high) = (0, length)
          while low < high {
            let middle = (low + high) / 2
            let isBefore =
              side == .left ? isLess(row[middle], number) : !isLess(number, row[middle])
            if isBefore { low = middle + 1 } else { high = middle }
          }
          places[index] = low
        }
      }
    }
  }
}

/// Whether a number precedes another, where NaN is larger than every number.
private func isLess<Number: BinaryFloatingPoint>(_ a: Number, _ b: Number) -> Bool {
  a < b || (b.isNaN && !a.isNaN)
}
