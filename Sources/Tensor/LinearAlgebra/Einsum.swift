extension Tensor {
  /// Sums of products of tensors in Einstein notation, like NumPy's `einsum`.
  ///
  /// Each axis has a letter. Axes with the same letter share an index, and axes whose letters are
  /// missing from the result are summed over.
  ///
  /// ```swift
  /// Tensor.einsum("bij,bjk->bik", a, b)      // a product of stacks of matrices
  /// Tensor.einsum("ii", a)                   // the trace
  /// Tensor.einsum("i,ij,j->", x, a, y)       // a bilinear form
  /// Tensor.einsum("...ij,...j->...i", a, x)  // matrices with vectors, any leading axes
  /// ```
  ///
  /// Operands are contracted two at a time, the pair with the smallest product first. A pair that
  /// shares summed axes is multiplied by ``matmul(_:transposeLeft:transposeRight:)``, and an
  /// operand is copied only if its axes are in another order.
  ///
  /// - Parameters:
  ///   - equation: The letters of each operand's axes, separated by commas, then "->" and the
  ///     result's letters. A letter repeated within an operand takes its diagonal. "..." stands for
  ///     any other axes, which broadcast. Without "->", the result has the axes of "...", then the
  ///     letters that occur once, in alphabetical order.
  ///   - operands: One or more tensors of the same element type.
  /// - Returns: The axes in the order of the equation's result.
  public static func einsum(_ equation: String, _ operands: Tensor...) -> Tensor {
    einsum(equation, operands)
  }

  /// Sums of products of a list of tensors; see ``einsum(_:_:)-(_,Tensor...)``.
  public static func einsum(_ equation: String, _ operands: [Tensor]) -> Tensor {
    let plan = EinsumEquation(equation, shapes: operands.map(\.shape))
    plan.expect(
      operands.allSatisfy { $0.dtype == operands[0].dtype },
      "one element type, not \(operands.map { $0.dtype.rawValue })")
    var terms = zip(operands, plan.operands).map { EinsumTerm($0, $1, plan) }
    for index in terms.indices {
      let others = terms.indices.filter { $0 != index }.flatMap { terms[$0].labels }
      terms[index].sum(keeping: Set(others + plan.result))
    }
    while terms.count > 1 {
      let (i, j) = EinsumTerm.smallestPair(of: terms, plan)
      let others = terms.indices.filter { $0 != i && $0 != j }.flatMap { terms[$0].labels }
      let product = terms[i].multiplied(terms[j], keeping: Set(others + plan.result))
      terms.remove(at: j)
      terms[i] = product
    }
    return terms[0].arranged(plan.result)
  }
}

/// A tensor and the distinct labels of its axes.
private struct EinsumTerm {
  typealias Label = EinsumEquation.Label
  private(set) var tensor: Tensor
  private(set) var labels: [Label]

  private init(_ tensor: Tensor, _ labels: [Label]) {
    (self.tensor, self.labels) = (tensor, labels)
  }

  /// Creates a term from an operand, taking the diagonal of axes with repeated letters.
  init(_ operand: Tensor, _ names: [Label], _ plan: EinsumEquation) {
    tensor = operand
    labels = []
    let steps = Broadcast.strides(of: operand.shape, in: operand.shape)
    var (shape, strides) = ([Int](), [Int]())
    for (axis, label) in names.enumerated() {
      // An axis of size 1 that broadcasts against another operand's axis can be dropped.
      if operand.shape[axis] != plan.sizes[label] { continue }
      if let place = labels.firstIndex(of: label) {
        strides[place] += steps[axis]
      } else {
        labels.append(label)
        shape.append(operand.shape[axis])
        strides.append(steps[axis])
      }
    }
    let isDiagonal = Set(names).count < names.count
    tensor = isDiagonal ? operand.picked(shape, strides: strides) : operand.reshaped(to: shape)
  }

  /// The product of the sizes of some axes.
  private func size(of labels: [Label]) -> Int {
    labels.reduce(1) { $0 * tensor.shape[self.labels.firstIndex(of: $1) ?? 0] }
  }

  /// Sums over the axes that neither the result nor another term needs.
  mutating func sum(keeping kept: Set<Label>) {
    let axes = labels.indices.filter { !kept.contains(labels[$0]) }
    if axes.isEmpty { return }
    tensor = tensor.sum(along: axes)
    labels.removeAll { !kept.contains($0) }
  }

  /// The tensor with its axes in another order.
  func arranged(_ order: [Label]) -> Tensor {
    order == labels ? tensor : tensor.permuted(to: order.compactMap { labels.firstIndex(of: $0) })
  }

  /// The product with another term, summed over the axes that only these two terms have.
  func multiplied(_ other: EinsumTerm, keeping kept: Set<Label>) -> EinsumTerm {
    let shared = labels.filter { other.labels.contains($0) }
    let (stack, summed) = (shared.filter(kept.contains), shared.filter { !kept.contains($0) })
    let left = labels.filter { !shared.contains($0) }
    let right = other.labels.filter { !shared.contains($0) }
    if summed.isEmpty || left.isEmpty && right.isEmpty {
      let x = arranged(stack + summed + left)
      let y = other.arranged(stack + summed + right)
      let ones = [Int](repeating: 1, count: left.count)
      let product =
        x.reshaped(to: x.shape + [Int](repeating: 1, count: right.count))
        * y.reshaped(
          to: y.shape.prefix(shared.count) + ones + y.shape.suffix(right.count))
      var term = EinsumTerm(product, stack + summed + left + right)
      term.sum(keeping: kept)
      return term
    }
    let a = factor(stack, left, summed)
    let b = other.factor(stack, summed, right)
    let product = a.matrix.matmul(
      b.matrix, transposeLeft: a.isTransposed, transposeRight: b.isTransposed)
    let shape = (stack + left).map { size(of: [$0]) } + right.map { other.size(of: [$0]) }
    return EinsumTerm(product.reshaped(to: shape), stack + left + right)
  }

  /// The tensor as a stack of matrices with the given rows and columns, stored transposed where that saves a
  /// copy.
  private func factor(
    _ stack: [Label], _ rows: [Label], _ columns: [Label]
  ) -> (matrix: Tensor, isTransposed: Bool) {
    let leading = stack.isEmpty ? [] : [size(of: stack)]
    let isTransposed = labels == stack + columns + rows && labels != stack + rows + columns
    let sizes = isTransposed ? [columns, rows] : [rows, columns]
    let order = isTransposed ? labels : stack + rows + columns
    let matrix = arranged(order).reshaped(to: leading + sizes.map { size(of: $0) })
    return (matrix, isTransposed)
  }

  /// The first pair of terms whose product has the fewest elements.
  static func smallestPair(of terms: [EinsumTerm], _ plan: EinsumEquation) -> (Int, Int) {
    var best = (pair: (0, 1), size: Double.infinity)
    for j in terms.indices {
      for i in 0..<j {
        let others = terms.indices.filter { $0 != i && $0 != j }.flatMap { terms[$0].labels }
        let kept = Set(others + plan.result)
        let labels = Set(terms[i].labels + terms[j].labels).intersection(kept)
        let size = labels.sorted().reduce(1.0) { $0 * Double(plan.sizes[$1] ?? 1) }
        if size < best.size { best = ((i, j), size) }
      }
    }
    return best.pair
  }
}
