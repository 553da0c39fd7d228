import Foundation
import Testing

/// The dependencies between modules, as declared in `Package.swift` and as imported by the sources.
@Suite struct TargetGraphTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The dependencies of each target that is not a test.
  private static func graph() throws -> [String: Set<String>] {
    let text = try String(
      contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
    let targets = text.matches(
      of:
        /\.(?:executableTarget|target|systemLibrary)\(\s*name: "([A-Za-z-]+)"(?:,\s*dependencies: \[([^\]]*)\])?/
    )
    var graph: [String: Set<String>] = [:]
    for target in targets {
      let names = (target.output.2 ?? "").matches(of: /"([A-Za-z-]+)"/)
      graph[String(target.output.1)] = Set(names.map { String($0.output.1) })
    }
    return graph
  }

  /// All targets that a target depends on, directly or not.
  private func reached(from target: String, in graph: [String: Set<String>]) -> Set<String> {
    var found: Set<String> = []
    var open = [target]
    while let next = open.popLast() {
      for module in graph[next] ?? [] where found.insert(module).inserted { open.append(module) }
    }
    return found
  }

  /// The modules that the Swift files below a folder import.
  private func imports(below folder: String) throws -> Set<String> {
    let url = Self.root.appendingPathComponent(folder)
    let files = (FileManager.default.enumerator(atPath: url.path)?.allObjects ?? [])
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
    #expect(!files.isEmpty, "there is no source in \(folder)")
    var modules = Set<String>()
    for file in files {
      let text = try String(contentsOf: url.appendingPathComponent(file), encoding: .utf8)
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if let place = words.firstIndex(of: "import"), place < 2, place + 1 < words.count {
          modules.insert(String(words[place + 1]))
        }
      }
    }
    return modules
  }

  /// The modules that a target must not depend on.
  private static let forbidden: [(from: String, Set<String>)] = [
    ("Tensor", ["Files", "Images", "Settings", "NN", "Distributions", "Datasets", "Training"]),
    ("Distributed", ["Files", "Images", "Settings", "NN", "Distributions", "Training"]),
    ("Files", ["Settings", "NN", "Images", "Datasets", "CommandLine"]),
    ("Settings", ["NN", "Datasets", "Training", "CommandLine"]),
    ("Distributions", ["NN", "Files", "Datasets", "Training"]),
    ("DifferentialEquations", ["NN", "Files", "Datasets", "Distributions", "Training"]),
    ("Estimators", ["NN", "Files", "Datasets", "Inference", "Training"]),
    ("GaussianProcesses", ["NN", "Files", "Datasets", "Inference", "Training"]),
    ("Inference", ["NN", "Files", "Datasets", "Training"]),
    ("OptimalTransport", ["NN", "Files", "Datasets", "Inference", "Training"]),
    ("NN", ["Datasets", "Images", "CommandLine", "Training", "Models"]),
    ("Datasets", ["CommandLine", "Plots", "Training", "Models"]),
    ("CommandLine", ["NN", "Images", "Datasets", "Plots", "Training", "Report", "Models"]),
    (
      "Models",
      [
        "Datasets", "Images", "Plots", "CommandLine", "Training", "Report", "Trainers",
        "Evaluation", "Estimators", "GaussianProcesses", "Inference",
      ]
    ),
    (
      "Sampling",
      [
        "Datasets", "Images", "Plots", "CommandLine", "Training", "Report", "Trainers",
        "Evaluation",
      ]
    ),
    ("Training", ["Report", "Models", "Trainers", "Evaluation", "Sampling", "Commands"]),
    ("Results", ["CommandLine", "Datasets", "Distributions", "NN", "Training"]),
    ("Fitting", ["CommandLine", "Course", "Models", "Training", "Commands"]),
    ("Course", ["CommandLine", "Fitting", "Training", "Commands"]),
    ("Report", ["Models", "Trainers", "Evaluation", "Sampling", "Commands"]),
    ("Explore", ["CommandLine", "Datasets", "Training", "Report", "Trainers", "Commands"]),
    ("Trainers", ["Report", "Evaluation", "Sampling", "Commands"]),
    ("Evaluation", ["Report", "Trainers", "Sampling", "Commands"]),
  ]

  @Test(arguments: forbidden.indices) func arrowsPointDownwards(_ index: Int) throws {
    let (target, others) = Self.forbidden[index]
    let graph = try Self.graph()
    #expect(graph[target] != nil, "there is no target \(target)")
    #expect(others.isSubset(of: graph.keys), "\(others.subtracting(graph.keys)) are not targets")
    let wrong = reached(from: target, in: graph).intersection(others)
    #expect(wrong.isEmpty, "\(target) reaches \(wrong.sorted())")
  }

  /// Every module is listed in the test above, or is above all of those.
  @Test func everyRoomIsKnown() throws {
    let rooms = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appendingPathComponent("Sources").path
    ).filter { $0.first?.isUppercase == true && !$0.hasPrefix(".") }
    let graph = try Self.graph()
    for room in rooms { #expect(graph[room] != nil, "Package.swift lacks \(room)") }
    let ranked = Set(Self.forbidden.flatMap { [$0.from] + $0.1 })
    let libraries = rooms.filter { graph[$0]?.isEmpty == false }
    #expect(Set(libraries).subtracting(ranked).subtracting(["Images", "CJPEG"]).isEmpty)
  }

  /// The compiler lets a file import a module that the target does not list, if it happens to be
  /// built.
  @Test func whatIsImportedIsWhatIsListed() throws {
    let graph = try Self.graph()
    for (target, listed) in graph.sorted(by: { $0.key < $1.key }) {
      let folder = target == "Models" ? "Models" : "Sources/\(target)"
      guard !target.hasPrefix("C") || target.dropFirst().first?.isLowercase == true,
        FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(folder).path)
      else { continue }
      let imported = try imports(below: folder).intersection(graph.keys)
      #expect(imported == listed, "\(target): \(imported.symmetricDifference(listed).sorted())")
    }
  }

  /// The diagram of the modules in CONTRIBUTING.md: each library with an arrow to those that it
  /// imports, except for implied arrows.
  private func picture() throws -> String {
    let graph = try Self.graph()
    let supports: Set = ["Fuzzing", "Mistakes", "ModelSupport", "TestSupport", "TrainingSupport"]
    let libraries = Set(
      graph.keys.filter { name in
        let start = name.prefix(2)
        return start.first?.isUppercase == true
          && (start.first != "C" || start != start.uppercased())
          && !supports.contains(name)
      })
    let arrows = libraries.sorted().flatMap { library in
      let imported = (graph[library] ?? []).intersection(libraries)
      let implied = imported.reduce(into: Set()) { $0.formUnion(reached(from: $1, in: graph)) }
      return imported.subtracting(implied).sorted().map { "  \(library) --> \($0)" }
    }
    return (["```mermaid", "flowchart TD"] + arrows + ["```", ""]).joined(separator: "\n")
  }

  @Test func thePictureIsOfThisGraph() throws {
    let file = Self.root.appendingPathComponent("CONTRIBUTING.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let marks = ("<!-- modules: begin -->\n", "<!-- modules: end -->")
    let begin = try #require(text.range(of: marks.0)?.upperBound)
    let end = try #require(text.range(of: marks.1)?.lowerBound)
    let expected = try picture()
    if ProcessInfo.processInfo.environment["PUSHFORWARD_DRAW_MODULES"] == nil {
      #expect(text[begin..<end] == expected)
    } else {
      try text.replacingCharacters(in: begin..<end, with: expected)
        .write(to: file, atomically: true, encoding: .utf8)
    }
  }

  /// Figures need nothing else from the package, so any program can draw them.
  @Test func plotsReachNothing() throws {
    #expect(try imports(below: "Sources/Plots").isSubset(of: ["Foundation"]))
  }
}
