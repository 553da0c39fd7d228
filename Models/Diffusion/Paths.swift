import DifferentialEquations
import NN
import Tensor

// The way of samples from noise to data, for reports.

extension FlowMatching: PathModel {
  /// The velocity.
  public var fieldName: String { "velocity" }

  /// The states along the flow, computed with Heun steps.
  public func path(count: Int, frames: Int, using random: Random) -> [PathFrame] {
    let flow = flow()
    var state = random.normal([count, dataShape.count], dtype: field.dtype)
    func frame(_ time: Double) -> PathFrame {
      PathFrame(time: time, states: dataShape.stretched(state)) { flow.field(time, $0) }
    }
    let pieces = max(1, frames - 1)
    let steps = max(1, configuration.steps / pieces)
    var path = [frame(0)]
    for index in 1...pieces {
      let interval = (Double(index - 1) / Double(pieces), Double(index) / Double(pieces))
      state = RungeKutta.heun.solve(flow.field, from: state, over: interval, steps: steps).state
      path.append(frame(interval.1))
    }
    return path
  }
}

extension DDPM: PathModel {
  /// The score.
  public var fieldName: String { "score" }

  /// The states along the model's own sampling path; the field at a level is the score (αx₀ −
  /// x)/σ².
  public func path(count: Int, frames: Int, using random: Random) -> [PathFrame] {
    let steps = samplingChoices.sampler(of: .init())?.usualSteps ?? configuration.steps
    let levels = schedule.levels(count: steps)
    func frame(_ level: NoiseLevel, _ state: Tensor) -> PathFrame {
      // The last level has no noise; it uses the score of the level before.
      let seen = level.noise > 0 ? level : levels[max(0, levels.count - 2)]
      return PathFrame(time: level.noise > 0 ? level.time : 0, states: dataShape.stretched(state)) {
        (seen.signal * self.denoised($0, at: seen) - $0) / (seen.noise * seen.noise)
      }
    }
    let noise = random.normal([count, dataShape.count], dtype: network.dtype)
    var path = [frame(levels[0], noise)]
    _ = configuration.sampler.sample(
      from: noise, levels, variance: configuration.variance, eta: configuration.eta,
      using: random, afterEach: { path.append(frame($0, $1)) }
    ) { denoised($0, at: $1) }
    return path.spread(frames)
  }
}

extension ScoreModel: PathModel {
  /// The score.
  public var fieldName: String { "score" }

  /// The states along the model's own sampling path; along the probability flow if its steps are
  /// adaptive.
  public func path(count: Int, frames: Int, using random: Random) -> [PathFrame] {
    func frame(_ time: Double, _ state: Tensor) -> PathFrame {
      PathFrame(time: time, states: dataShape.stretched(state)) { self.score(of: $0, at: time) }
    }
    let noise = random.normal(
      [count, dataShape.count], standardDeviation: process.priorDeviation, dtype: network.dtype)
    let sampler = ownSampler == .dopri5 ? .ode : ownSampler
    var path = [frame(process.interval.start, noise)]
    _ = sampler.sample(
      from: noise, of: process, steps(ownSteps(of: sampler), of: sampler), using: random,
      afterEach: { path.append(frame($0, $1)) }
    ) { self.score(of: $1, at: $0) }
    return path.spread(frames)
  }
}

extension DataShape {
  /// Values of the model's states scaled like examples, without clamping.
  fileprivate func stretched(_ states: Tensor) -> Tensor {
    isImage ? 0.5 * states + 0.5 : states
  }
}
