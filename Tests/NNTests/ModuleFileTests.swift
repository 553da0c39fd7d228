import Files
import NN
import Tensor
import TestSupport
import Testing

@Suite struct ModuleFileTests {
  let folder: TemporaryFolder
  var path: String { folder.path + "/model.safetensors" }

  init() throws { folder = try TemporaryFolder() }

  private func network(_ width: Int, seed: UInt64, withNorm: Bool = true) -> Sequential {
    let random = Random(seed: seed)
    return Sequential {
      Dense(3, width, using: random)
      if withNorm { BatchNorm(width) }
    }
  }

  @Test func aModuleTakesTheParametersAndBuffersOfAnother() throws {
    let (first, second) = (network(4, seed: 1), network(4, seed: 2))
    let x = Random(seed: 3).normal([8, 3], mean: 2)
    _ = first(x)
    try first.save(to: path, metadata: ["of": "a test"])
    for layer in [first, second] { layer.mode = .inference }
    #expect(first(x) != second(x))
    let file = try SafetensorsFile(path: path)
    #expect(
      file.entries.map(\.name) == [
        "0.weight", "0.bias", "1.scale", "1.shift", "1.runningMean", "1.runningVariance",
      ])
    try second.load(file)
    #expect(first(x) == second(x))
    second.convert(to: .float64)
    try second.load(file)
    #expect(second.parameters[0].parameter.wrappedValue.dtype == .float64)
  }

  @Test func anotherModelsFileIsRefusedAndNothingTaken() throws {
    let narrow = network(3, seed: 1), without = network(4, seed: 1, withNorm: false)
    let model = network(4, seed: 2)
    let before = model.parameters.map(\.parameter.wrappedValue)
    func message(for file: Sequential, _ model: Sequential) throws -> String? {
      try file.save(to: path)
      let error = #expect(throws: ModelFileError.self) {
        try model.load(SafetensorsFile(path: path))
      }
      return error?.description
    }
    let norm = ["1.scale", "1.shift", "1.runningMean", "1.runningVariance"]
    let beginning = "'\(path)' is of another model: expected "
    #expect(
      try message(for: narrow, model)
        == beginning
        + (["0.weight of shape [3, 4], found [3, 3]", "0.bias of shape [4], found [3]"]
        + norm.map { "\($0) of shape [4], found [3]" }).joined(separator: "; "))
    #expect(
      try message(for: without, model)
        == beginning + norm.map { "\($0) of shape [4], found none" }.joined(separator: "; "))
    #expect(
      try message(for: model, without)
        == beginning + norm.map { "no \($0), found one of shape [4]" }.joined(separator: "; "))
    let broken = network(4, seed: 3)
    (broken.layers[1] as? BatchNorm)?.shift = Tensor([0, .nan, 0, 0])
    #expect(
      try message(for: broken, model)
        == "'\(path)': expected finite numbers in 1.shift, found others")
    #expect(model.parameters.map(\.parameter.wrappedValue) == before)
  }
}
