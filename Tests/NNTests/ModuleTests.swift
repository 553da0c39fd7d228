import Tensor
import Testing

@testable import NN

/// A module with one member of each kind.
private final class Tower: Module {
  @Parameter var gain: Tensor = Tensor([1, 2])
  @Buffer var runningMean: Tensor = Tensor([0, 0, 0])
  let floors: [Dense]
  let roof: Dropout?
  let name = "tower"
  let heights = [1, 2, 3]

  var members: Members {
    var members: [(String, any Member)] = [("gain", $gain), ("runningMean", $runningMean)]
    members += floors.enumerated().map { ("floor\($0.offset)", $0.element) }
    if let roof { members.append(("roof", roof)) }
    return Members(members)
  }

  init(floors: Int, hasRoof: Bool, _ random: Random) {
    self.floors = (0..<floors).map { Dense($0 + 1, 2, using: random) }
    roof = hasRoof ? Dropout(0.5, using: random) : nil
  }
}

/// Lists only the first of its members.
private class Forgetful: Module {
  let listed: Dense
  let array: [Dense]
  let optional: Dense?
  let nested: [[Dense]?]
  let named: [String: Dense]
  let pair: (Dense, Int)
  @Parameter var weight: Tensor = Tensor(1)
  @Buffer var total: Tensor = Tensor(1)
  let none: Dense? = nil
  var members: Members { ["listed": listed] }

  init(_ random: Random) {
    func dense() -> Dense { Dense(1, 1, using: random) }
    listed = dense()
    array = [dense(), listed, dense()]
    optional = dense()
    nested = [[dense()], nil]
    named = ["a": dense()]
    pair = (dense(), 1)
  }
}

/// Inherits a member that its superclass does not list.
private final class Heir: Forgetful {
  let own = ReLU()
}

@Suite struct ModuleTests {
  private func network(_ random: Random = Random(seed: 0)) -> Sequential {
    Sequential {
      Dense(3, 4, using: random)
      ReLU()
      Sequential {
        LayerNorm(4, epsilon: 0.1)
        Dropout(0.25, using: random)
        LeakyReLU(slope: 0.2)
      }
      Dense(4, 2, using: random)
    }
  }

  @Test func namesAreDottedAndInOrder() {
    #expect(
      network().parameters.map(\.name) == [
        "0.weight", "0.bias", "2.0.scale", "2.0.shift", "3.weight", "3.bias",
      ])
    let tower = Tower(floors: 2, hasRoof: true, Random(seed: 0))
    #expect(
      tower.parameters.map(\.name) == [
        "gain", "floor0.weight", "floor0.bias", "floor1.weight", "floor1.bias",
      ])
    #expect(tower.parameters[0].parameter === tower.$gain)
    #expect(tower.parameters[3].parameter === tower.floors[1].$weight)
    #expect(tower.buffers.map(\.name) == ["runningMean"])
    #expect(tower.buffers[0].buffer === tower.$runningMean)
  }

  @Test func parameterCount() {
    #expect(network().parameterCount == 3 * 4 + 4 + 2 * 4 + 4 * 2 + 2)
    #expect(Tower(floors: 2, hasRoof: false, Random(seed: 0)).parameterCount == 2 + 4 + 6)
    #expect(ReLU().parameterCount == 0)
  }

  @Test func modeReachesEveryModule() throws {
    let random = Random(seed: 0)
    let tower = Tower(floors: 1, hasRoof: true, random)
    let outer = Sequential {
      Dropout(0.5, using: random)
      network(random)
    }
    let inner = try #require((outer.layers[1] as? Sequential)?.layers[2] as? Sequential)
    for mode in [Mode.inference, .training, .inference] {
      tower.mode = mode
      outer.mode = mode
      #expect(tower.roof?.mode == mode && tower.mode == mode)
      #expect(outer.layers[0].mode == mode && inner.layers[1].mode == mode && outer.mode == mode)
    }
    inner.layers[1].mode = .training
    #expect(outer.mode == .training, "one module in training")
    #expect(ReLU().mode == .inference, "nothing to train")
  }

  @Test func forgottenMembersAreFound() {
    let random = Random(seed: 0)
    let forgotten = ["array", "array", "optional", "nested", "named", "pair", "_weight", "_total"]
    #expect(Forgetful(random).forgottenMembers == forgotten)
    #expect(Heir(random).forgottenMembers == ["own"] + forgotten)
    #expect(Tower(floors: 2, hasRoof: true, random).forgottenMembers == [])
    #expect(network().forgottenMembers == [])
  }

  @Test func aSharedParameterCountsOnce() {
    final class Tied: Module {
      let encoder = Dense(2, 2, using: Random(seed: 1))
      @Parameter var gain: Tensor = Tensor(3)
      var members: Members { ["encoder": encoder, "again": encoder, "gain": $gain, "same": $gain] }
    }
    let tied = Tied()
    #expect(tied.parameters.map(\.name) == ["encoder.weight", "encoder.bias", "gain"])
    #expect(tied.parameterCount == 7)
    let (_, gradients) = valueWithGradient(of: tied) { tied.gain * tied.gain }
    #expect(gradients["gain"]?.scalar == 6)
  }

  @Test func convertReachesParametersAndBuffers() {
    let tower = Tower(floors: 1, hasRoof: false, Random(seed: 0))
    let before = tower.parameters.map(\.parameter.wrappedValue.doubles)
    tower.convert(to: .float64)
    #expect(tower.parameters.allSatisfy { $0.parameter.wrappedValue.dtype == .float64 })
    #expect(tower.runningMean.dtype == .float64)
    #expect(tower.parameters.map(\.parameter.wrappedValue.doubles) == before)
  }

  @Test func description() {
    #expect(
      "\(network())" == """
        Sequential {  // 34 parameters
          Dense(3, 4)  // 16 parameters
          ReLU()
          Sequential {  // 8 parameters
            LayerNorm(4)  // 8 parameters
            Dropout(0.25)
            LeakyReLU(slope: 0.2)
          }
          Dense(4, 2)  // 10 parameters
        }
        """)
    #expect("\(Tower(floors: 0, hasRoof: false, Random(seed: 0)))" == "Tower()")
    let activations: [any Layer] = [ELU(), GELU(), Tanh(), Sigmoid(), Softplus(), Softmax()]
    #expect(
      activations.map { "\($0)" } == [
        "ELU(alpha: 1.0)", "GELU()", "Tanh()", "Sigmoid()", "Softplus()", "Softmax()",
      ])
  }
}
