import Foundation
import Testing

/// The arrows between modules, as `Package.swift` has them, which the compiler enforces: a module can
/// import only what it lists.
@Suite struct TargetGraphTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The dependencies of each target that is no test.
  private static func graph() throws -> [String: Set<String>] {
    let text = try String(
      contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
    let targets = text.matches(
      of: /\.(?:executableTarget|target)\(\s*name: "([A-Za-z-]+)"(?:, |,\s+)dependencies: \[([^\]]*)\]/)
    var graph: [String: Set<String>] = [:]
    for target in targets {
      let names = target.output.2.matches(of: /"([A-Za-z-]+)"/).map { String($0.output.1) }
      graph[String(target.output.1)] = Set(names)
    }
    return graph
  }

  /// All that a target reaches.
  private func reached(from target: String, in graph: [String: Set<String>]) -> Set<String> {
    var found: Set<String> = [], open = [target]
    while let next = open.popLast() {
      for module in graph[next] ?? [] where found.insert(module).inserted { open.append(module) }
    }
    return found
  }

  /// What must not be reached from where.
  private static let forbidden: [(from: String, Set<String>)] = [
    ("Tensor", ["Files", "Images", "Settings", "NN", "Distributions", "Datasets", "Training"]),
    ("Settings", ["NN", "Datasets", "Training", "CommandLine"]),
    ("Distributions", ["NN", "Files", "Datasets", "Training"]),
    ("NN", ["Datasets", "Images", "CommandLine", "Training", "Models"]),
    ("Datasets", ["CommandLine", "Training", "Models"]),
    ("Models", ["Datasets", "Images", "CommandLine", "Training", "Trainers", "Evaluation"]),
    ("Sampling", ["Datasets", "Images", "CommandLine", "Training", "Trainers", "Evaluation"]),
    ("Training", ["Models", "Trainers", "Evaluation", "Sampling", "Commands"]),
    ("Trainers", ["Evaluation", "Sampling", "Commands"]),
    ("Evaluation", ["Trainers", "Sampling", "Commands"]),
  ]

  @Test(arguments: forbidden.indices) func arrowsPointDownwards(_ index: Int) throws {
    let (target, others) = Self.forbidden[index]
    let graph = try Self.graph()
    #expect(graph[target] != nil, "there is no target \(target)")
    let wrong = reached(from: target, in: graph).intersection(others)
    #expect(wrong.isEmpty, "\(target) reaches \(wrong.sorted())")
  }

  /// Figures are drawn without anything else of the package, so that any program may draw them.
  @Test func plotsReachNothing() throws {
    let folder = Self.root.appendingPathComponent("Sources/Plots")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
    #expect(files.count > 10)
    for file in files {
      let imports = try String(contentsOf: file, encoding: .utf8).matches(of: /\bimport (\w+)/)
      #expect(imports.allSatisfy { $0.output.1 == "Foundation" }, "\(file.lastPathComponent)")
    }
  }
}
