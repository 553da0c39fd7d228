import Testing
import Training

@testable import CommandLine

@Suite struct ReadableTests {
  @Test(arguments: [
    (-2.0, "0 s"), (0.4, "0 s"), (3, "3 s"), (59.4, "59 s"), (59.6, "1 min 00 s"),
    (125, "2 min 05 s"), (3599.7, "1 h 00 min"), (3725, "1 h 02 min"), (7199, "2 h 00 min"),
    (100_000, "27 h 47 min"),
  ])
  func durations(seconds: Double, text: String) {
    #expect(Readable.duration(.seconds(seconds)) == text)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (652_824, "652,824"), (1_000_005, "1,000,005"),
    (-12_345, "-12,345"),
  ])
  func counts(value: Int, text: String) {
    #expect(Readable.count(value) == text)
  }

  @Test(arguments: [
    (0.69314, "0.6931"), (-0.5, "-0.5000"), (12.3456, "12.346"), (113.2449, "113.24"),
    (1234.56, "1234.6"), (0.012345, "0.01235"), (-0.0062078, "-0.006208"), (1e-9, "0.000000"),
    (0, "0.0000"), (.infinity, "inf"),
  ])
  func metrics(value: Double, text: String) {
    #expect(Readable.metric(value) == text)
  }

  @Test(arguments: [(0.98765, "98.77"), (0, "0.00"), (1, "100.00")])
  func percents(share: Double, text: String) {
    #expect(Readable.percent(share) == text)
  }

  @Test(arguments: [(3.25, "3.2"), (61_233.7, "61,234")])
  func rates(value: Double, text: String) {
    #expect(Readable.rate(value) == text)
  }

  @Test func aDebugBuildSaysSo() {
    #if DEBUG
      #expect(
        BuildConfiguration.note
          == "This is a debug build, ten times slower than one from swift build -c release")
    #else
      #expect(BuildConfiguration.note == nil)
    #endif
  }
}
