extension Tensor {
  /// Rows of zeros with a 1 at each index: the one-hot encoding of classes.
  ///
  /// - Parameters:
  ///   - indices: Indices from 0 to `count` − 1; others stop the program.
  ///   - count: The length of a row.
  ///   - dtype: The type of the elements.
  /// - Returns: Shape `[indices.count, count]`.
  public static func oneHot(_ indices: [Int], count: Int, dtype: DType = .float32) -> Tensor {
    var rows = Tensor.zeros([indices.count, count], dtype: dtype)
    rows.checkIndices(indices, below: count, "oneHot", "indices")
    rows.withMutableMemory { memory in
      for (row, index) in indices.enumerated() {
        switch dtype {
        case .float32:
          memory.storeBytes(of: 1, toByteOffset: (row * count + index) * 4, as: Float.self)
        case .float64:
          memory.storeBytes(of: 1, toByteOffset: (row * count + index) * 8, as: Double.self)
        }
      }
    }
    return rows
  }
}
