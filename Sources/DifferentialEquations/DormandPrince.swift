import Glibc
import Tensor

/// The adaptive method of Dormand and Prince (1980), of order 5 with an error estimate of order 4.
///
/// Each step's size is chosen so that the estimated error of every example in the batch stays below
/// its tolerance, absolute + relative · |x|, as a root mean square over the example's elements. The
/// controller also uses the error of the previous step (Gustafsson 1991, with the constants of
/// Hairer, Nørsett and Wanner's DOPRI5, 1993, section IV.2).
///
/// ```swift
/// let solution = try DormandPrince(relativeTolerance: 1e-8).solve(field, from: x, over: (0, 1))
/// solution.evaluations      // how often the field was evaluated
/// solution.rejectedSteps    // how many steps were repeated with a smaller size
/// ```
public struct DormandPrince: Sendable {
  /// The allowed error in addition to the one relative to the state, in the state's unit.
  public var absoluteTolerance: Double
  /// The allowed error per unit of the state.
  public var relativeTolerance: Double
  /// The largest number of steps, including rejected ones.
  public var maximumSteps: Int

  /// Creates a solver with given tolerances, both of which must be above 0.
  public init(
    relativeTolerance: Double = 1e-5, absoluteTolerance: Double = 1e-6, maximumSteps: Int = 10_000
  ) {
    precondition(
      relativeTolerance > 0 && absoluteTolerance > 0 && maximumSteps > 0,
      "DormandPrince: expected tolerances and a number of steps above 0, found"
        + " \(relativeTolerance), \(absoluteTolerance) and \(maximumSteps)")
    self.relativeTolerance = relativeTolerance
    self.absoluteTolerance = absoluteTolerance
    self.maximumSteps = maximumSteps
  }

  /// Solves dx/dt = f(t, x).
  ///
  /// - Parameters:
  ///   - field: The right-hand side f.
  ///   - state: The initial state, `[batch, …]`.
  ///   - interval: The start and the end of the interval; if the end is smaller, the solver runs
  ///     backwards.
  ///   - firstStep: The size of the first step; by default it is estimated (Hairer, Nørsett and
  ///     Wanner 1993, section II.4), which takes one more evaluation.
  ///   - dense: Whether to keep the solution between the steps (``ODESolution/state(at:)``), by the
  ///     method's interpolation of order 4.
  /// - Throws: ``ODEError`` if the solver does not reach the end.
  public func solve(
    _ field: @escaping VectorField, from state: Tensor,
    over interval: (start: Double, end: Double), firstStep: Double? = nil, dense: Bool = false
  ) throws(ODEError) -> ODESolution {
    precondition(
      interval.start.isFinite && interval.end.isFinite && (firstStep ?? 1) > 0,
      "DormandPrince.solve: expected a finite interval and a first step above 0, found \(interval)"
        + " and \(String(describing: firstStep))")
    let field = CountedField(field)
    var solution = ODESolution(start: interval.start, state: state)
    if interval.start == interval.end {
      solution.advance(to: state, at: interval.end)
      let slope = dense ? field(interval.start, state) : state
      if dense {
        solution.segments = [
          Segment(start: interval.start, size: 0, from: state, to: state, slopes: slope, slope)
        ]
      }
      solution.evaluations = field.count
      return solution
    }
    let direction = interval.end > interval.start ? 1.0 : -1.0
    let length = abs(interval.end - interval.start)
    var (time, slope) = (interval.start, field(interval.start, state))
    var size = min(length, firstStep ?? firstSize(field, time, state, slope, direction, length))
    var controller = StepController()
    var stiffness = StiffnessTest()

    while time != interval.end {
      let left = abs(interval.end - time)
      try check(solution, field, at: time, end: interval.end, size: size, slope)
      // If little more than nothing would remain, the step takes all; if little would remain, half.
      if left <= 1.01 * size { size = left } else if left < 2 * size { size = left / 2 }
      let signed = direction * size
      let end = size == left ? interval.end : time + signed
      let trial = Self.tableau.step(field, from: solution.state, slope, at: time, size: signed)
      let last = field(end, trial.state)
      let error = largestNorm(
        of: Self.errorSum(trial.slopes, last, size: signed), from: solution.state, to: trial.state)
      guard error <= 1 else {
        solution.rejectedSteps += 1
        size *= controller.factor(rejecting: error)
        continue
      }
      if dense {
        solution.segments.append(
          Segment(
            start: time, size: signed, from: solution.state, to: trial.state, slopes: slope, last,
            quartic: Self.quartic(trial.slopes, last)))
      }
      if stiffness.isStiff(solution.state, slope, trial, last, size: signed) {
        solution.stiffSince = solution.stiffSince ?? time
      }
      solution.advance(to: trial.state, at: end)
      (time, slope) = (end, last)
      size *= controller.factor(accepting: error)
    }
    solution.evaluations = field.count
    return solution
  }

  /// Throws if the solver cannot make progress.
  private func check(
    _ solution: ODESolution, _ field: CountedField, at time: Double, end: Double, size: Double,
    _ slope: Tensor
  ) throws(ODEError) {
    let progress = ODEError.Progress(
      time: time, end: end, steps: solution.steps, rejectedSteps: solution.rejectedSteps,
      evaluations: field.count, stiffSince: solution.stiffSince)
    if !slope.isFinite { throw .notFinite(progress) }
    if solution.steps + solution.rejectedSteps >= maximumSteps {
      throw .tooManySteps(progress, limit: maximumSteps)
    }
    if time + size == time || size < 10 * time.ulp { throw .stepTooSmall(progress, size: size) }
  }

  // MARK: - The tableau

  /// The steps alone, with the weights of order 5; the slope at the new state, with which the next
  /// step starts, enters the error estimate.
  public static let tableau = RungeKutta(
    name: "dopri5", order: 5, nodes: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1],
    coefficients: [
      [], [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9],
      [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
      [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    ],
    weights: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84])

  /// The weights of order 5 minus those of order 4.
  private static let errorWeights: [Double] = [
    71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40,
  ]

  /// The weights of the quartic term of the interpolation (Hairer, Nørsett and Wanner 1993, page 192).
  private static let quarticWeights: [Double] = [
    -12_715_105_075 / 11_282_082_432, 0, 87_487_479_700 / 32_700_410_799,
    -10_690_763_975 / 1_880_347_072, 701_980_252_875 / 199_316_789_632,
    -1_453_857_185 / 822_651_844, 69_997_945 / 29_380_423,
  ]

  private static func errorSum(_ slopes: [Tensor], _ last: Tensor, size: Double) -> Tensor {
    let slopes = (slopes + [last]).map { stopGradient($0) }
    return (size * errorWeights[0] * slopes[0])
      .advanced(along: Array(slopes[1...]), by: errorWeights.dropFirst().map { $0 * size })
  }

  private static func quartic(_ slopes: [Tensor], _ last: Tensor) -> Tensor {
    (quarticWeights[0] * slopes[0])
      .advanced(along: Array(slopes[1...]) + [last], by: Array(quarticWeights.dropFirst()))
  }

  // MARK: - Norms

  /// The largest norm of an example's error, in units of the tolerance; at most 1 is allowed.
  private func largestNorm(of error: Tensor, from first: Tensor, to last: Tensor) -> Double {
    let scale =
      absoluteTolerance
      + relativeTolerance * maximum(abs(stopGradient(first)), abs(stopGradient(last)))
    let norm = exampleNorms(error / scale).max().scalar
    return norm.isNaN ? .infinity : norm
  }

  /// A size for the first step (Hairer, Nørsett and Wanner 1993, section II.4).
  private func firstSize(
    _ field: CountedField, _ time: Double, _ state: Tensor, _ slope: Tensor, _ direction: Double,
    _ length: Double
  ) -> Double {
    let (state, slope) = (stopGradient(state), stopGradient(slope))
    let scale = absoluteTolerance + relativeTolerance * abs(state)
    func norm(_ x: Tensor) -> Double { exampleNorms(x / scale).max().scalar }
    let (sizeOfState, sizeOfSlope) = (norm(state), norm(slope))
    let isSmall = sizeOfState < 1e-5 || sizeOfSlope < 1e-5
    let guess = min(length, isSmall ? 1e-6 : 0.01 * sizeOfState / sizeOfSlope)
    let ahead = field(time + direction * guess, state + direction * guess * slope)
    let change = norm(stopGradient(ahead) - slope) / guess
    let steepest = max(sizeOfSlope, change)
    let second = steepest <= 1e-15 ? max(1e-6, 1e-3 * guess) : pow(0.01 / steepest, 1.0 / 5)
    let size = min(100 * guess, second, length)
    // If the field has no finite value, the first check of the steps reports it.
    return size > 0 ? size : guess
  }
}

/// The root mean square of each example's elements, `[batch]`.
func exampleNorms(_ x: Tensor) -> Tensor {
  x.rank < 2 ? abs(x) : sqrt(square(x.flattened()).mean(along: 1))
}

/// The factor for the step size, from the errors of this step and the previous one.
private struct StepController {
  private var before = 1e-4
  private var wasRejected = false

  mutating func factor(accepting error: Double) -> Double {
    let error = max(error, 1e-10)
    let factor = 0.9 * pow(error, -(0.2 - 0.75 * 0.04)) * pow(before, 0.04)
    before = max(error, 1e-4)
    defer { wasRejected = false }
    return min(wasRejected ? 1 : 10, max(0.2, factor))
  }

  mutating func factor(rejecting error: Double) -> Double {
    wasRejected = true
    return max(0.2, 0.9 * pow(error, -0.2))
  }
}

/// Hairer's test of stiffness: the equation counts as stiff if the product of the step size and the
/// largest eigenvalue, estimated from the last two slopes, lies at the edge of the stable region in
/// most of several consecutive steps (Hairer and Wanner 1996, section IV.2).
private struct StiffnessTest {
  private var stiff = 0
  private var others = 0

  mutating func isStiff(
    _ state: Tensor, _ slope: Tensor, _ trial: (state: Tensor, slopes: [Tensor]), _ last: Tensor,
    size: Double
  ) -> Bool {
    let method = DormandPrince.tableau
    let weights = method.coefficients[5].map { $0 * size }
    let place = stopGradient(state).advanced(
      along: trial.slopes.dropLast().map { stopGradient($0) }, by: weights)
    let slopes = exampleNorms(stopGradient(last) - stopGradient(trial.slopes[5]))
    let places = exampleNorms(stopGradient(trial.state) - place)
    let ratios = zip(slopes.doubles, places.doubles).map { $1 > 0 ? abs(size) * $0 / $1 : 0 }
    if ratios.contains(where: { $0 > 3.25 }) {
      others = 0
      stiff += 1
    } else {
      others += 1
      if others == 6 { stiff = 0 }
    }
    return stiff >= 15
  }
}
