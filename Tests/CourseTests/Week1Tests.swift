import Foundation
import Results
import Testing

@testable import Course

@Suite struct Week1Tests {
  @Test func bernoulliEntropy() throws {
    let results = try made("bernoulli-entropy")
    #expect(abs(results.number("entropy-fair") - log(2)) < 1e-12)
    #expect(abs(results.number("entropy-quarter") - 0.562335144618809) < 1e-12)
    #expect(abs(results.number("entropy-tenth") - 0.325082973391448) < 1e-12)
    #expect(results.number("entropy-certain") == 0)
  }
}
