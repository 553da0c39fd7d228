import Foundation
import Testing

/// `pushforward transport`: a plan, a barycenter, and options that would have no effect.
@Suite struct TransportRunTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace(data: nil)
    try workspace.write("x,y\n0,0\n1,1\n".utf8, to: "a.csv")
    try workspace.write("x,y\n2,0\n1,3\n".utf8, to: "b.csv")
  }

  private func run(_ arguments: String...) throws -> Executable.Result {
    try Executable("transport", arguments + ["--out", "out"], in: workspace).result()
  }

  @Test func writesAPlan() throws {
    let result = try run("--from", "a.csv", "--to", "b.csv")
    #expect(result.code == 0 && result.error == "")
    #expect(
      workspace.names(in: "out/transport-001") == [
        "config.json", "figure.svg", "plan.csv", "result.json",
      ])
    let values = try workspace.contents(of: "out/transport-001/result.json")
    let keys = try #require(try JSONSerialization.jsonObject(with: values) as? [String: Any])
    #expect(keys["cost"] as? Double == 4 && keys["dual"] as? Double == 4)
    #expect(keys["entries"] as? Int == 2 && keys["converged"] as? Bool == true)
    #expect(keys["marginal-errors"] != nil)
    let plan = try workspace.contents(of: "out/transport-001/plan.csv")
    #expect(plan.split(separator: UInt8(ascii: "\n")).count == 3)
  }

  @Test func writesABarycenter() throws {
    let result = try run("--barycenter", "a.csv,b.csv", "--epsilon", "0.5", "--shares", "3,1")
    #expect(result.code == 0 && result.error == "")
    #expect(workspace.has("out/transport-001/barycenter.csv"))
  }

  @Test(arguments: [
    (["--epsilon", "1"], "--epsilon 1.0: expected only with --method sinkhorn or --barycenter"),
    (["--tolerance", "2"], "--tolerance 2.0: expected only with --method sinkhorn or"),
    (["--round"], "--round on: expected only with --method sinkhorn"),
    (["--debias"], "--debias on: expected only with --barycenter"),
    (["--shares", "1,2"], "--shares 1,2: expected only with --barycenter"),
  ]) func tellsWhatNothingHeeds(_ options: [String], _ message: String) throws {
    let result = try Executable(
      "transport", ["--from", "a.csv", "--to", "b.csv", "--out", "out"] + options, in: workspace
    ).result()
    #expect(result.code == 64)
    #expect(result.error.hasPrefix("pushforward transport: \(message)"), "\(result.error)")
    #expect(!workspace.has("out"))
  }
}
