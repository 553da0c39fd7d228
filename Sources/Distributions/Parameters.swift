import Tensor

/// The set of numbers allowed for a parameter.
enum Domain: String {
  case real = "a number"
  case positive = "a number above 0"
  case nonnegative = "a number of 0 or more"
  case probability = "a number in 0 ... 1"
  case count = "an integer of 0 or more"

  /// 1 where a number is outside the domain; NaN is allowed.
  func violations(_ x: Tensor) -> Tensor? {
    let x = stopGradient(x)
    return switch self {
    case .real: nil
    case .positive: x .<= 0
    case .nonnegative: x .< 0
    case .probability: 1 - isWithin(x, 0, 1)
    case .count: maximum(x .< 0, 1 - isInteger(x))
    }
  }
}

/// A distribution's parameters, checked and repeated to their common batch shape.
struct Parameters {
  let batchShape: [Int]
  let dtype: DType
  private let values: [Tensor]

  /// - Parameters:
  ///   - owner: The distribution's name in messages.
  ///   - parameters: Each with the number of its last axes that belong to a single distribution.
  init(
    _ owner: String, _ parameters: (name: String, value: Tensor, domain: Domain, eventRank: Int)...
  ) {
    var batch: [Int] = []
    let dtype = parameters.first?.value.dtype ?? .float64
    for (name, value, domain, eventRank) in parameters {
      precondition(
        value.dtype == dtype,
        "\(owner): expected parameters of one element type, found \(dtype) and \(name) of"
          + " \(value.dtype)\(value.shape)")
      precondition(
        value.rank >= eventRank,
        "\(owner): expected \(name) with \(eventRank) or more dimensions, found \(value.shape)")
      let own = Array(value.shape.dropLast(eventRank))
      guard let common = Broadcast.shape(batch, own) else {
        preconditionFailure(
          "\(owner): expected parameters whose batch shapes broadcast, found \(batch) and \(name) of"
            + " \(value.shape)")
      }
      batch = common
      Self.check(value, domain, name, owner)
    }
    (batchShape, self.dtype) = (batch, dtype)
    values = parameters.map {
      $0.value.broadcast(to: batch + $0.value.shape.suffix($0.eventRank))
    }
  }

  subscript(index: Int) -> Tensor { values[index] }

  private static func check(_ value: Tensor, _ domain: Domain, _ name: String, _ owner: String) {
    guard let violations = domain.violations(value), violations.any() else { return }
    let place = violations.doubles.firstIndex { $0 != 0 } ?? 0
    preconditionFailure(
      "\(owner): expected \(domain.rawValue) as \(name), found \(value.doubles[place]) at element"
        + " \(place) of shape \(value.shape)")
  }
}

/// Values of a density's argument, with the batch axes before the sample axes.
///
/// `x` of shape S + B + E becomes B + E + [S₀ · S₁ …], the form for solves and gathers.
struct BatchFirst {
  /// S + B, the shape of the densities.
  let shape: [Int]
  /// B + E + [|S|].
  let values: Tensor
  private let sampleShape: [Int]
  private let batchShape: [Int]

  init(_ x: Tensor, batchShape: [Int], eventShape: [Int], _ name: String) {
    let own = batchShape + eventShape
    guard let shape = Broadcast.shape(x.shape, own),
      shape.suffix(eventShape.count) == eventShape[...]
    else {
      preconditionFailure(
        "\(name): expected values of shape […] + \(batchShape) + \(eventShape), found \(x.shape)")
    }
    sampleShape = Array(shape.dropLast(own.count))
    self.batchShape = Array(shape.dropFirst(sampleShape.count).dropLast(eventShape.count))
    self.shape = sampleShape + self.batchShape
    let samples = sampleShape.reduce(1, *)
    let rows = x.broadcast(to: shape).reshaped(
      to: [samples] + shape.dropFirst(sampleShape.count))
    values = rows.rank == 1 ? rows : rows.permuted(to: Array(1..<rows.rank) + [0])
  }

  /// A tensor B + [|S|] in the shape S + B.
  func restored(_ y: Tensor) -> Tensor {
    let rows = y.rank == 1 ? y : y.permuted(to: [y.rank - 1] + Array(0..<y.rank - 1))
    return rows.reshaped(to: shape)
  }

  /// A tensor B + E + [|S|] in the shape S + B + E.
  func restoredEvents(_ y: Tensor, _ eventShape: [Int]) -> Tensor {
    let rows = y.rank == 1 ? y : y.permuted(to: [y.rank - 1] + Array(0..<y.rank - 1))
    return rows.reshaped(to: shape + eventShape)
  }
}

/// log π.
let logPi = 1.1447298858494002
/// log 2.
let log2 = 0.6931471805599453
/// Euler's constant γ.
let eulerGamma = 0.5772156649015329
