import Foundation
import Testing

@testable import Tensor

@Suite struct ProfileTests {
  /// In a separate process, because a profile counts the operations of all threads, including those
  /// of other tests.
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
      let bytes = 2 * 4 * (5 * 7 + 7 * 3 + 5 * 3)
      for isBackward in [false, true] {
        let entry = entry("matmul", isBackward: isBackward)
        #expect(entry?.calls == 2)
        #expect(entry?.arithmetic == 2 * product)
        #expect(entry?.bytes == bytes)
        #expect(entry.map { $0.seconds > 0 } == true)
      }
      #expect(entry("tanh", isBackward: false)?.arithmetic == 0)
      #expect(entry("tanh", isBackward: true) == nil)
      #expect(entry("+", isBackward: false) == nil)
      #expect(profile.entries.map(\.seconds) == profile.entries.map(\.seconds).sorted(by: >))
      #expect(profile.seconds > 0 && profile.elapsedSeconds > profile.seconds)
      Profile.start()
      #expect(Profile.stop().entries.isEmpty)
    }
  }

  /// Operations that change memory in place, or write it in parts, are listed under their own
  /// names.
  @Test func operationsInPlaceCount() async {
    await #expect(processExitsWith: .success) {
      let random = Random(seed: 1)
      var (x, moment) = (random.normal([4, 3]), [Tensor.zeros([4, 3])])
      let y = random.normal([4, 3])
      let shared = x
      func entries(_ body: () -> Void) -> [String: Profile.Entry] {
        Profile.start()
        body()
        let entries = Profile.stop().entries
        return Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
      }
      let size = 4 * 4 * 3
      let descent = entries {
        x.descend(
          along: y, &moment, by: .rmsProp(decay: 0.9, epsilon: 1e-8), rate: 0.1, weightDecay: 0)
      }
      #expect(descent.keys.sorted() == ["copied", "rmsProp"])
      #expect(descent["copied"]?.bytes == 2 * size && descent["rmsProp"]?.bytes == 5 * size)
      #expect(shared != x)
      let interpolation = entries { x.interpolate(towards: y, weight: 0.5) }
      #expect(interpolation.keys.sorted() == ["interpolate"])
      #expect(interpolation["interpolate"]?.bytes == 3 * size)
      let concatenation = entries { _ = Tensor.concatenated([x, y]) }
      #expect(concatenation.keys.sorted() == ["concatenated"])
      #expect(concatenation["concatenated"]?.calls == 1)
      #expect(concatenation["concatenated"]?.bytes == 4 * size)
      let padding = entries { _ = x.padded(before: 1, after: 0, along: 0) }
      #expect(padding.keys.sorted() == ["filled", "padded"])
      #expect(padding["padded"]?.bytes == 2 * size)
      let scattering = entries { _ = x.scatteredRows(to: [0, 0, 1, 1], count: 2) }
      #expect(scattering.keys.sorted() == ["filled", "scatteredRows"])
      let pooling = entries { _ = maxPool2D(x.reshaped(to: [1, 2, 2, 3]), size: 2) }
      #expect(pooling["maxPool2D"]?.calls == 1)
    }
  }

  /// Only the operations of the backward pass itself are marked "back", not those of another thread
  /// meanwhile.
  @Test func aWalkBackIsItsOwnThreads() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor([1, 2])
      Profile.start()
      _ = gradient(at: x) { x in
        x.sum().tracked(from: x) { _, dy in
          let other = Thread { _ = exp(x) }
          other.start()
          while !other.isFinished { usleep(100) }
          return dy * tanh(x)
        }
      }
      let entries = Profile.stop().entries
      #expect(entries.filter { $0.name == "exp" }.map(\.isBackward) == [false])
      #expect(entries.filter { $0.name == "tanh" }.map(\.isBackward) == [true])
      #expect(entries.filter { $0.name == "sum" }.map(\.isBackward) == [false])
    }
  }
}
