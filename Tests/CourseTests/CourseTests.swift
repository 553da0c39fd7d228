import Foundation
import Results
import Tensor
import Testing

@testable import Course

/// Runs a figure or an exercise in its quick form, and checks the properties that all share.
func made(_ name: String) throws -> Results {
  let item = try #require(courseRegistry.first { $0.name == name }, "there is no \(name)")
  let results = try item.make(true, Random(seed: 0))
  #expect(results.figures["figure.svg"] != nil, "\(name) has no figure.svg")
  #expect(results.tables["values.csv"] != nil, "\(name) has no values.csv")
  #expect(!results.values.isEmpty, "\(name) has no values")
  return results
}

@Suite struct CourseTests {
  @Test func namesAreUniqueAndCanBeTyped() {
    let names = courseRegistry.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil, "\(name)")
    }
  }

  @Test func theIndexHasAllByWeeks() throws {
    var index = CourseIndex()
    for item in courseRegistry { index.add(item, Results(["a < b": .number(1)])) }
    let html = index.html
    for item in courseRegistry {
      #expect(html.contains("<section id=\"\(item.name)\">"), "\(item.name)")
    }
    #expect(html.contains("a &lt; b: 1"))
    #expect(
      html.components(separatedBy: "<h2>").count - 1 == Set(courseRegistry.map(\.week)).count)
  }

  @Test func weeksAscend() {
    let weeks = courseRegistry.map(\.week)
    #expect(weeks == weeks.sorted())
  }
}

extension Results {
  /// The list of numbers with a name; empty if there is none.
  func numbers(_ name: String) -> [Double] {
    guard case .list(let values)? = self[name] else { return [] }
    return values.compactMap { if case .number(let number) = $0 { number } else { nil } }
  }
}
