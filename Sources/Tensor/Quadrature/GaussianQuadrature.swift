/// Nodes and weights that express an integral as a weighted sum: exact for polynomials of degree
/// 2 · `count` − 1 (Gauss 1814).
///
/// ```swift
/// let rule = GaussianQuadrature.legendre(5, over: 0...1)
/// rule.integral { exp($0) }.scalar   // e − 1
/// ```
///
/// The nodes are the roots of an orthogonal polynomial. They are located by bisection with the
/// polynomials' recurrence and refined, together with the weights, by Newton's method in 32 digits;
/// all are correctly rounded. The cost grows with `count`².
public struct GaussianQuadrature: Sendable {
  /// The points where the function is evaluated, in ascending order: float64 `[count]`.
  public let nodes: Tensor
  /// The factors of the function's values: float64 `[count]`.
  public let weights: Tensor

  /// The rule for ∫ f(x) dx over an interval (Gauss–Legendre).
  public static func legendre(
    _ count: Int, over interval: ClosedRange<Double> = -1...1
  ) -> GaussianQuadrature {
    let (lower, upper) = (interval.lowerBound, interval.upperBound)
    precondition(
      lower.isFinite && upper.isFinite,
      "GaussianQuadrature.legendre: expected an interval with finite ends, found \(interval)")
    let rule = JacobiMatrix.legendre(count).rule()
    if interval == -1...1 { return GaussianQuadrature(rule.nodes, rule.weights) }
    // Half of the interval has a finite width, and the nearer end preserves the digits.
    let (half, middle) = (0.5 * upper - 0.5 * lower, 0.5 * lower + 0.5 * upper)
    return GaussianQuadrature(
      rule.nodes.map { min(max(middle + half * $0, lower), upper) }, rule.weights.map { half * $0 })
  }

  /// The rule for ∫ f(x) e^−x² dx over all numbers (Gauss–Hermite).
  public static func hermite(_ count: Int) -> GaussianQuadrature {
    let rule = JacobiMatrix.hermite(count).rule()
    return GaussianQuadrature(rule.nodes, rule.weights)
  }

  /// The rule for the mean of f(x) for a normal variable x.
  public static func normal(
    _ count: Int, mean: Double = 0, standardDeviation: Double = 1
  ) -> GaussianQuadrature {
    let rule = JacobiMatrix.normal(count).rule()
    return GaussianQuadrature(rule.nodes.map { mean + standardDeviation * $0 }, rule.weights)
  }

  private init(_ nodes: [Double], _ weights: [Double]) {
    self.nodes = Tensor(nodes, shape: [nodes.count], dtype: .float64)
    self.weights = Tensor(weights, shape: [weights.count], dtype: .float64)
  }

  /// The weighted sum of the function's values at the nodes; gradients flow through it.
  ///
  /// - Parameter function: Maps the nodes, float64 `[count]`, to the values there, `[…, count]`.
  /// - Returns: A scalar, or `[…]`.
  public func integral(of function: (Tensor) throws -> Tensor) rethrows -> Tensor {
    let values = try function(nodes)
    precondition(
      values.shape.last == nodes.count && values.dtype == .float64,
      "GaussianQuadrature.integral: expected values of float64[…, \(nodes.count)], found"
        + " \(values.dtype)\(values.shape)")
    return (values * weights).sum(along: -1)
  }
}

/// The recurrence of polynomials that are orthonormal under an even weight,
/// b₍ⱼ₊₁₎ p₍ⱼ₊₁₎ = x pⱼ − bⱼ p₍ⱼ₋₁₎: the bⱼ are the off-diagonal elements of a symmetric
/// tridiagonal matrix whose eigenvalues are the roots (Golub and Welsch 1969).
private struct JacobiMatrix {
  let count: Int
  /// b₁ …; one more than the matrix contains.
  let elements: [DoubleDouble]
  /// The integral of the weight.
  let mass: DoubleDouble
  /// A bound on the size of the roots.
  let bound: Double

  private init(
    _ name: String, _ count: Int, mass: DoubleDouble, bound: Double,
    _ square: (Double) -> DoubleDouble
  ) {
    precondition(
      count > 0, "GaussianQuadrature.\(name): expected one node or more, found \(count)")
    self.count = count
    elements = (1...count).map { square(Double($0)).squareRoot() }
    self.mass = mass
    self.bound = bound
  }

  static func legendre(_ count: Int) -> JacobiMatrix {
    JacobiMatrix("legendre", count, mass: DoubleDouble(2), bound: 1) {
      DoubleDouble($0 * $0) / DoubleDouble(4 * $0 * $0 - 1)
    }
  }

  static func hermite(_ count: Int) -> JacobiMatrix {
    // √π.
    let mass = DoubleDouble(1.7724538509055161, -7.6665864998258049e-17)
    return JacobiMatrix(
      "hermite", count, mass: mass, bound: (2 * Double(count) + 1).squareRoot()
    ) { DoubleDouble($0 / 2) }
  }

  static func normal(_ count: Int) -> JacobiMatrix {
    JacobiMatrix(
      "normal", count, mass: DoubleDouble(1), bound: (4 * Double(count) + 2).squareRoot()
    ) { DoubleDouble($0) }
  }

  /// The nodes in ascending order with their weights, which are symmetric.
  func rule() -> (nodes: [Double], weights: [Double]) {
    let squares = elements.map { $0.high * $0.high }
    var (nodes, weights) = (
      [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    for place in count / 2..<count {
      let isMiddle = 2 * place + 1 == count
      var node = DoubleDouble(isMiddle ? 0 : root(place, squares))
      if !isMiddle {
        for _ in 0..<2 { node = node - evaluate(node).correction }
      }
      (nodes[place], weights[place]) = (node.high, evaluate(node).weight)
      (nodes[count - 1 - place], weights[count - 1 - place]) = (-node.high, weights[place])
    }
    return (nodes, weights)
  }

  /// The eigenvalue with `place` eigenvalues below it, by bisection of Sturm's sequence.
  private func root(_ place: Int, _ squares: [Double]) -> Double {
    var (low, high) = (0.0, bound)
    while true {
      let middle = 0.5 * (low + high)
      if middle <= low || middle >= high { return middle }
      var (pivot, below) = (-middle, 1)
      for index in 0..<count - 1 {
        pivot = -middle - squares[index] / (pivot == 0 ? -.leastNormalMagnitude : pivot)
        if pivot < 0 { below += 1 }
      }
      if below > place { high = middle } else { low = middle }
    }
  }

  /// The Newton correction p_n / p_n′ at a point near a root, and the weight there: with
  /// K = p₀² + … + p²₍ₙ₋₁₎ it is mass / K, and at a root p_n′ = K / (b_n p₍ₙ₋₁₎) (Christoffel and Darboux).
  private func evaluate(_ x: DoubleDouble) -> (correction: DoubleDouble, weight: Double) {
    var (last, value, sum) = (DoubleDouble(0), DoubleDouble(1), DoubleDouble(1))
    // Far from 0 the polynomials overflow, so powers of two are factored out.
    var scale = 1.0
    for index in 0..<count - 1 {
      let product = index == 0 ? x * value : x * value - elements[index - 1] * last
      (last, value) = (value, product / elements[index])
      sum = sum + value * value
      if Swift.abs(value.high) > 0x1p300 {
        (last, value) = (last.scaled(by: 0x1p-300), value.scaled(by: 0x1p-300))
        sum = sum.scaled(by: 0x1p-600)
        scale *= 0x1p-600
      }
    }
    let product = count == 1 ? x * value : x * value - elements[count - 2] * last
    return (product * value / sum, (mass / sum).high * scale)
  }
}
