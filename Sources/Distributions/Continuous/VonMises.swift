import Tensor

/// The von Mises distribution of angles in [−π, π], with density e^(κ cos(x − μ))/(2π I₀(κ)) (von Mises
/// 1918).
///
/// It has no mean as a number, but a mean direction and a mean resultant length. Angles beyond ±π
/// have no density: ``wrapped(_:)`` maps them into the interval.
public struct VonMises: KnownEntropy, Sendable {
  /// The mean direction μ in radians, as given.
  public let location: Tensor
  /// The concentration κ; for a large one the distribution is nearly N(μ, 1/κ).
  public let concentration: Tensor

  /// Creates a distribution from its mean direction in radians, any number, and κ > 0, whose shapes
  /// broadcast.
  public init(location: Tensor, concentration: Tensor) {
    let parameters = Parameters(
      "VonMises", ("location", location, .real, 0), ("concentration", concentration, .positive, 0))
    (self.location, self.concentration) = (parameters[0], parameters[1])
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { location.shape }
  /// The parameters' element type.
  public var dtype: DType { location.dtype }
  /// The angles from −π to π.
  public var support: Support { .interval(-.pi, .pi, dtype) }

  /// The length of the mean of the vectors (cos X, sin X), A(κ) = I₁(κ)/I₀(κ).
  public var meanResultantLength: Tensor {
    besselI1Scaled(concentration) / besselI0Scaled(concentration)
  }

  /// 1 − A(κ).
  public var circularVariance: Tensor { shortfall / concentration }

  /// log 2π I₀(κ) − κ A(κ).
  public var entropy: Tensor { log(besselI0Scaled(concentration)) + (logPi + log2) + shortfall }

  /// κ (1 − A(κ)); from κ = 1000 on, by the expansion of Mardia and Jupp (2000), equation A.1.
  private var shortfall: Tensor {
    let isLarge = concentration .> 1000
    let w = 1 / select(isLarge, concentration, Tensor(1000, dtype: dtype))
    let series = 0.5 + w * (0.125 + w * (0.125 + w * (25.0 / 128 + w * (13.0 / 32))))
    return select(isLarge, series, concentration * (1 - meanResultantLength))
  }

  /// The angles in [−π, π) that differ from these by whole turns.
  public static func wrapped(_ angles: Tensor) -> Tensor {
    angles - 2 * Double.pi * floored(angles / (2 * Double.pi) + 0.5)
  }

  /// κ cos(x − μ) − log 2π I₀(κ).
  public func logDensity(of x: Tensor) -> Tensor {
    let end = dtype == .float32 ? Double(Float.pi.nextUp) : Double.pi
    return density(of: x, where: isWithin(x, -end, end), anchor: 0) {
      // cos t − 1 = −2 sin² ½t is accurate for large κ.
      -2 * concentration * square(sin(0.5 * ($0 - location)))
        - log(besselI0Scaled(concentration)) - (logPi + log2)
    }
  }

  /// The probability of the angles from −π to x.
  public func cumulative(at x: Tensor) -> Tensor {
    let bounded = clamp(x, to: -Double.pi...Double.pi)
    let centre = VonMises.wrapped(location)
    let first = turnsAndProbability(-Double.pi - centre)
    return clamp(turnsAndProbability(bounded - centre) - first, to: 0...1)
  }

  /// The distribution function of angles about 0, extended over all turns.
  private func turnsAndProbability(_ angle: Tensor) -> Tensor {
    let turns = floored(angle / (2 * Double.pi) + 0.5)
    let inner = angle - 2 * Double.pi * turns
    return turns + vonMisesCumulative(inner, concentration + 0 * inner)
  }

  /// KL(self ‖ other) = log I₀(κ₂)/I₀(κ₁) + A(κ₁) (κ₁ − κ₂ cos(μ₁ − μ₂)).
  public func klDivergence(to other: VonMises) -> Tensor {
    let bend = 2 * square(sin(0.5 * (location - other.location)))
    let ratio = log(besselI0Scaled(other.concentration)) - log(besselI0Scaled(concentration))
    let shortfalls = (other.concentration / concentration - 1) * shortfall
    return ratio + shortfalls + other.concentration * meanResultantLength * bend
  }
}

extension VonMises {
  /// Creates a single distribution from numbers.
  public init(location: Double, concentration: Double, dtype: DType = .float64) {
    self.init(
      location: Tensor(location, dtype: dtype), concentration: Tensor(concentration, dtype: dtype))
  }
}

extension VonMises: KnownDivergence {
  /// In closed form for a von Mises distribution.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}

// MARK: - Samples

extension VonMises {
  /// Draws angles by rejection from a wrapped Cauchy distribution (Best and Fisher 1979); no
  /// gradient flows through them.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let full = shape + batchShape
    let kappa = stopGradient(concentration).converted(to: .float64).broadcast(to: full)
      .reshaped(to: [full.reduce(1, *)])
    var angles = [Double](repeating: 0, count: kappa.count)
    var open = Array(0..<kappa.count)
    while !open.isEmpty {
      let proposal = WrappedCauchyProposal(kappa.gatheredRows(at: open))
      let (found, isAccepted) = proposal.drawn(using: random)
      for (place, (angle, flag)) in zip(open, zip(found, isAccepted)) where flag != 0 {
        angles[place] = angle
      }
      open = zip(open, isAccepted).filter { $0.1 == 0 }.map(\.0)
    }
    let centre = stopGradient(location).converted(to: .float64)
    return VonMises.wrapped(Tensor(angles, shape: full, dtype: .float64) + centre)
      .converted(to: dtype)
  }
}

/// Best and Fisher's proposals for concentrations κ: a Cauchy variable of scale −log ρ, wrapped.
private struct WrappedCauchyProposal {
  private let kappa: Tensor
  /// 1 − ρ.
  private let shortfall: Tensor
  private let rho: Tensor

  init(_ concentrations: Tensor) {
    // Beyond these bounds nothing changes except overflow; NaN gives samples of κ = 1.
    kappa = clamp(
      select(isNaN(concentrations), Tensor(1, dtype: .float64), concentrations), to: 1e-100...1e100)
    let double = 2 * kappa
    let root = sqrt(1 + square(double))
    let tau = 1 + root
    // (τ − √(2τ))/2κ and its complement to 1, both without cancellation.
    let twoRoots = sqrt(tau) + 2.0.squareRoot()
    rho = double * sqrt(tau) / (twoRoots * tau)
    shortfall = select(
      kappa .> 1, (sqrt(2 * tau) - 1 - 1 / (double + root)) / double, 1 - rho)
  }

  /// A proposed angle for each κ, and ones for those that are accepted.
  func drawn(using random: Random) -> (angles: [Double], isAccepted: [Double]) {
    let shape = kappa.shape
    let scale = select(kappa .> 1, -log1p(-shortfall), -log(rho))
    let cauchy = random.cauchy(shape, location: Tensor(0, dtype: .float64), scale: scale)
    let angle = VonMises.wrapped(cauchy)
    // c = κ (r − cos θ) with r = (1 + ρ²)/2ρ.
    let c = kappa * (square(shortfall) / (2 * rho) + 2 * square(sin(0.5 * angle)))
    let u = 1 - random.uniform(shape, dtype: .float64)
    let isAccepted = maximum(c * (2 - c) .> u, log(c / u) + 1 - c .>= 0)
    return (angle.doubles, isAccepted.doubles)
  }
}
