import Foundation
import Testing

@testable import Plots

@Suite struct TickTests {
  @Test(arguments: [
    (1.0, 30.0, 6, ["5", "10", "15", "20", "25", "30"]),
    (0.012, 0.031, 5, ["0.015", "0.020", "0.025", "0.030"]),
    (-1234.5, 99, 5, ["−1000", "−500", "0"]),
    (-0.3, 0.3, 6, ["−0.3", "−0.2", "−0.1", "0", "0.1", "0.2", "0.3"]),
    (0, 3e9, 3, ["0", "10⁹", "2×10⁹", "3×10⁹"]),
    (0, 100_000, 5, ["0", "20,000", "40,000", "60,000", "80,000", "100,000"]),
    (-1e-7, 2e-7, 3, ["−10⁻⁷", "0", "10⁻⁷", "2×10⁻⁷"]),
    (4.5, 5.5, 4, ["4.5", "5.0", "5.5"]),
    (-1.7e308, 1.7e308, 5, ["−10³⁰⁸", "0", "10³⁰⁸"]),
    (1e16, 1e16 + 4e7, 2, ["10¹⁶", "1.000000002×10¹⁶", "1.000000004×10¹⁶"]),
  ])
  func linearAxesAreMarkedAtRoundNumbers(low: Double, high: Double, count: Int, labels: [String]) {
    let ticks = Tick.linear(from: low, to: high, count: count)
    #expect(ticks.map(\.label) == labels)
    #expect(ticks.allSatisfy { $0.value >= low - 1e-9 * (high / 2 - low / 2) })
    #expect(ticks.allSatisfy { $0.value <= high + 1e-9 * (high / 2 - low / 2) })
  }

  @Test func ticksHaveNoRoundingOfBinaryNumbers() {
    let ticks = Tick.linear(from: 0, to: 1, count: 10)
    #expect(ticks.map(\.value) == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
  }

  @Test func wholeNumbersAlone() {
    #expect(
      Tick.linear(from: 1, to: 3, count: 9, isWhole: true).map(\.label) == ["1", "2", "3"])
  }

  @Test(arguments: [
    (1.0, 10_000.0, 5, ["1", "10", "100", "1,000", "10,000"], 32),
    (1, 100, 2, ["1", "10", "100"], 16),
    (0.5, 60, 5, ["0.5", "1", "2", "5", "10", "20", "50"], 13),
    (3.1, 3.4, 5, ["3.1", "3.2", "3.3", "3.4"], 0),
    (1e-9, 1e-3, 4, ["10⁻⁸", "10⁻⁶", "10⁻⁴"], 4),
    (1e-12, 1, 4, ["10⁻¹²", "10⁻¹⁰", "10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "1"], 6),
    (
      .leastNonzeroMagnitude, .greatestFiniteMagnitude, 6,
      ["10⁻³⁰⁰", "10⁻²⁰⁰", "10⁻¹⁰⁰", "1", "10¹⁰⁰", "10²⁰⁰", "10³⁰⁰"], 0
    ),
  ])
  func logarithmicAxesAreMarkedAtPowersOrTheirMultiples(
    low: Double, high: Double, count: Int, labels: [String], minor: Int
  ) {
    let ticks = Tick.logarithmic(from: low, to: high, count: count)
    #expect(ticks.filter { !$0.isMinor }.map(\.label) == labels)
    #expect(ticks.filter(\.isMinor).count == minor)
    #expect(ticks.map(\.value) == ticks.map(\.value).sorted())
    #expect(ticks.allSatisfy { $0.isMinor == $0.label.isEmpty })
  }

  /// The extreme numbers, and values that differ only in their last digit.
  static let absurd: [Double] = [
    0, .leastNonzeroMagnitude, .leastNormalMagnitude, 1e-300, 1e-20, 1, 1.0.nextUp, 3, 1e16,
    1e16 + 2, 1e300, .greatestFiniteMagnitude, .greatestFiniteMagnitude.nextDown,
  ]

  @Test(arguments: [Axis.linear(), .linear(wholeNumbers: true), .log()])
  func anyFiniteRangeHasMarksAndPlaces(axis: Axis) throws {
    let values = Self.absurd + (axis.isLogarithmic ? [] : Self.absurd.map { -$0 })
    for low in values {
      for high in values where high >= low {
        for isTight in [false, true] {
          let reach = axis.reach(Interval([low, high]), isTight: isTight)
          #expect(reach.low.isFinite && reach.high.isFinite && reach.low < reach.high)
          let scale = Scale(axis, reach, from: 0, to: 100)
          for value in [low, high] where !axis.isLogarithmic || value > 0 {
            let place = try #require(scale.position(value))
            #expect(place >= -1e-6 && place <= 100 + 1e-6, "\(low)...\(high): \(place)")
          }
          for count in [1, 2, 5, 50] {
            let ticks = axis.ticks(from: reach, count: count)
            #expect(ticks.count < 30 + 20 * count && ticks.allSatisfy(\.value.isFinite))
            if count == 5 { #expect(ticks.contains { !$0.isMinor }, "\(low)...\(high)") }
            for tick in ticks { #expect(scale.position(tick.value) != nil) }
          }
        }
      }
    }
  }

  @Test func axesWithoutValuesHaveARange() {
    #expect(Axis.linear().reach(Interval([.nan, .infinity]), isTight: false) == (0, 1))
    #expect(Axis.log().reach(Interval([-1, 0]), isTight: false) == (1, 10))
    #expect(Axis.categories([]).reach(Interval(), isTight: false) == (-0.5, 0.5))
  }

  @Test func marginsDoNotCrossZero() {
    #expect(Axis.linear().reach(Interval([0, 10]), isTight: false) == (0, 10.4))
    #expect(Axis.linear().reach(Interval([-10, -0.1]), isTight: false).high == 0)
    #expect(Axis.linear().reach(Interval([2, 4]), isTight: true) == (2, 4))
    #expect(Axis.linear().reach(Interval([5]), isTight: false) == (4.5, 5.5))
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "−1.5"), (0.1 + 0.2, "0.3"), (123_456, "123,500"),
    (0.00001234, "0.00001234"), (0.000001234, "1.234×10⁻⁶"), (-99_996, "−100,000"),
    (9.9999, "10"), (12_345_678, "1.235×10⁷"), (.leastNonzeroMagnitude, "5×10⁻³²⁴"),
    (.greatestFiniteMagnitude, "1.798×10³⁰⁸"), (1000, "1000"), (.nan, "not a number"),
  ])
  func numbersAreReadToFourDigits(value: Double, text: String) {
    #expect(words(value) == text)
  }

  @Test func decimalNumbersAreExact() {
    for value in Self.absurd + [0.1, 2.5e-7, 123_456_789.125] {
      #expect(DecimalNumber(value)?.value == value)
    }
    #expect(DecimalNumber(250)?.magnitude == 2)
    #expect(DecimalNumber(.infinity) == nil)
  }

  @Test(arguments: [
    (0.0, "0"), (1.005, "1"), (-2.5, "-2.5"), (0.049, "0.05"), (-0.001, "0"), (12.3456, "12.35"),
    (1e300, "1000000000"), (.nan, "0"), (100, "100"),
  ])
  func pixelsHaveTwoDecimals(value: Double, text: String) {
    #expect(pixels(value) == text)
  }

  @Test func textsThatDoNotFitAreSlantedThenLeftOut() {
    let names = (1...40).map { "category number \($0)" }
    let labels = AxisLabels(.categories(names), (-0.5, 39.5), room: 300)
    #expect(labels.isSlanted && labels.ticks.count == 40)
    #expect(labels.ticks.filter { !$0.label.isEmpty }.count < 20)
    #expect(!AxisLabels(.categories(["a", "b"]), (-0.5, 1.5), room: 300).isSlanted)
    let long = String(repeating: "x", count: 100)
    #expect(AxisLabels(.categories([long]), (-0.5, 0.5), room: 300).ticks[0].label.count == 24)
  }
}
