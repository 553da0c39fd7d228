import Files
import Foundation
import NN
import Tensor
import TestSupport
import Testing

private let python = ProcessInfo.processInfo.environment["PUSHFORWARD_PYTHON"]

/// Saved models and arrays written and read by Python: `scripts/check-safetensors` supplies a
/// Python with safetensors, PyTorch and NumPy.
@Suite(.enabled(if: python != nil, "run by scripts/check-safetensors"))
struct PythonExchangeTests {
  private final class Layers: Module {
    let dense, conv, transposed: any Layer
    let norm = BatchNorm(6)
    var members: Members {
      ["dense": dense, "conv": conv, "transposed": transposed, "norm": norm]
    }
    var byName: [(name: String, layer: any Layer)] {
      [("dense", dense), ("conv", conv), ("transposed", transposed), ("norm", norm)]
    }

    init(_ random: Random) {
      dense = Dense(7, 5, using: random)
      conv = Conv2D(3, 6, kernel: 4, stride: 2, padding: 1, using: random)
      transposed = ConvTranspose2D(6, 2, kernel: 4, stride: 2, padding: 1, using: random)
      for (_, parameter) in parameters {
        parameter.wrappedValue = random.normal(parameter.wrappedValue.shape)
      }
    }
  }

  @Test func theOutputsAreThoseOfPyTorch() throws {
    let folder = try TemporaryFolder()
    func path(_ name: String) -> String { folder.path + "/" + name }
    let random = Random(seed: 1)
    let layers = Layers(random)
    _ = layers.norm(random.normal([16, 4, 4, 6], mean: 1, standardDeviation: 3))
    layers.mode = .inference
    let inputs = [
      "dense": random.normal([4, 7]), "conv": random.normal([2, 8, 10, 3]),
      "transposed": random.normal([2, 4, 5, 6]), "norm": random.normal([3, 4, 4, 6]),
    ]
    var tensors =
      layers.parameters.map { ($0.name, $0.parameter.wrappedValue) }
      + layers.buffers.map { ($0.name, $0.buffer.wrappedValue) }
    for (name, layer) in layers.byName {
      let x = try #require(inputs[name])
      tensors += [("input.\(name)", x), ("output.\(name)", layer(x))]
    }
    try SafetensorsFile.write(
      tensors, metadata: ["written-by": "Pushforward", "sign": "é\n\"😀"],
      to: path("ours.safetensors"))
    let array = (Tensor.range(0..<24) / 8).reshaped(to: [2, 3, 4])
    try array.write(npy: path("ours.npy"))

    try runPython(folder.path)

    let other = Layers(Random(seed: 2))
    let theirs = try SafetensorsFile(path: path("theirs.safetensors"))
    #expect(theirs.metadata == ["written-by": "PyTorch"])
    try other.load(theirs)
    other.mode = .inference
    let exchange = try SafetensorsFile(path: path("exchange.safetensors"))
    func tensor(_ name: String) throws -> Tensor {
      try exchange.tensor(try #require(exchange.entries.first { $0.name == name }))
    }
    for (name, layer) in other.byName {
      let (x, y) = (try tensor("input.\(name)"), try tensor("output.\(name)"))
      let difference = abs(layer(x) - y).max().scalar
      #expect(difference < 2e-6 * Swift.max(1, abs(y).max().scalar), "\(name)")
      print("\(name), written by PyTorch: largest difference \(difference)")
    }
    for type in [
      "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8",
    ] {
      #expect(try tensor("type.\(type)").doubles == [0, 1, 3, 100], "\(type)")
    }
    #expect(try tensor("type.bool").doubles == [0, 1, 1, 1])
    #expect(try Tensor(npy: path("theirs-c.npy")) == array.converted(to: .float64))
    #expect(try Tensor(npy: path("theirs-fortran.npy")) == array)
  }

  private func runPython(_ folder: String) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("scripts/exchange.py")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments = [script.path, folder]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
