import Foundation
import Testing

@testable import Tensor

@Suite struct ProfileTests {
  /// In a process of its own: a profile counts what all threads do, those of other tests too.
  @Test func countsOperationsForwardAndBackward() async {
    await #expect(processExitsWith: .success) {
      let random = Random(seed: 1)
      let (x, w) = (random.normal([5, 7]), random.normal([7, 3]))
      Profile.start()
      for _ in 0..<2 { _ = gradient(at: w) { tanh(x.matmul($0)).sum() } }
      let profile = Profile.stop()
      _ = x + x
      func entry(_ name: String, isBackward: Bool) -> Profile.Entry? {
        profile.entries.first { $0.name == name && $0.isBackward == isBackward }
      }
      let product = 2 * 5 * 7 * 3
      for isBackward in [false, true] {
        let entry = entry("matmul", isBackward: isBackward)
        #expect(entry?.calls == 2)
        #expect(entry?.arithmetic == 2 * product)
        #expect(entry?.bytes == 2 * 4 * (5 * 7 + 7 * 3 + 5 * 3))
        #expect(entry.map { $0.seconds > 0 } == true)
      }
      #expect(entry("tanh", isBackward: false)?.arithmetic == 0)
      #expect(entry("tanh", isBackward: true) == nil)
      #expect(entry("+", isBackward: false) == nil)
      #expect(profile.entries.map(\.seconds) == profile.entries.map(\.seconds).sorted(by: >))
      Profile.start()
      #expect(Profile.stop().entries.isEmpty)
    }
  }
}
