import Testing

@testable import Tensor
@testable import Training

@Suite struct ProfileTableTests {
  private static func entry(
    _ name: String, isBackward: Bool = false, calls: Int, seconds: Double, arithmetic: Int = 0,
    bytes: Int = 0
  ) -> Profile.Entry {
    Profile.Entry(
      name: name, isBackward: isBackward, calls: calls, seconds: seconds, arithmetic: arithmetic,
      bytes: bytes)
  }

  @Test func wordsBeginAndNumbersEndTogether() {
    let profile = Profile(
      entries: [
        Self.entry(
          "matmul", isBackward: true, calls: 13_132, seconds: 6, arithmetic: 900_000_000_000,
          bytes: 24_000_000_000),
        Self.entry(
          "affine", calls: 1_876, seconds: 3, arithmetic: 60_000_000_000, bytes: 1_500_000_000),
        Self.entry("bernoulliLogDensity", calls: 3, seconds: 1, bytes: 20_000_000_000),
      ], elapsedSeconds: 12.5)
    #expect(
      ProfileTable(profile).description == """
        operation            direction   calls  seconds  share %  GFLOP/s  GB/s
        matmul               backward   13,132    6.000     60.0    150.0   4.0
        affine               forward     1,876    3.000     30.0     20.0   0.5
        bernoulliLogDensity  forward         3    1.000     10.0           20.0
        total                           15,011   10.000    100.0     96.0   4.5
        The operations took 80.0 % of 12.500 s; the rest is data, files, pictures.
        """)
  }

  @Test func whatDoesNothingHasNoRates() {
    let profile = Profile(
      entries: [
        Self.entry("filled", calls: 1, seconds: 0.5), Self.entry("+", calls: 2, seconds: 0),
      ],
      elapsedSeconds: 1)
    #expect(
      ProfileTable(profile).description == """
        operation  direction  calls  seconds  share %  GFLOP/s  GB/s
        filled     forward        1    0.500    100.0
        +          forward        2    0.000      0.0
        total                     3    0.500    100.0
        The operations took 50.0 % of 1.000 s; the rest is data, files, pictures.
        """)
  }

  @Test func noOperationsAreATableToo() {
    #expect(
      ProfileTable(Profile(entries: [], elapsedSeconds: 0)).description == """
        operation  direction  calls  seconds  share %  GFLOP/s  GB/s
        total                     0    0.000      0.0
        The operations took 0.0 % of 0.000 s; the rest is data, files, pictures.
        """)
  }

  @Test func theTableFitsIntoATerminalOf80Columns() {
    let profile = Profile(
      entries: [
        Self.entry(
          "symmetricEigendecomp", isBackward: true, calls: 99_999_999, seconds: 9_999,
          arithmetic: 999_000_000_000_000, bytes: 999_000_000_000_000)
      ], elapsedSeconds: 99_999)
    let lines = ProfileTable(profile).description.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
  }
}
