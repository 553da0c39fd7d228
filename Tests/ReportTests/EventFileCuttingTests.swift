import CommandLine
import Foundation
import TestSupport
import Testing
import Training

@testable import Report

/// Event files of runs that were stopped or killed between two checkpoints and then resumed.
@Suite struct EventFileCuttingTests {
  private let temporary: TemporaryFolder
  private let folder: RunFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = try RunFolder(in: temporary.path, name: "vae")
  }

  /// Writes a file with an event for each of these steps, and returns what was reported before.
  @discardableResult
  private func write(_ steps: [Int], resumingAfter step: Int = 0) throws -> [String] {
    var report: [String] = []
    let file = try EventFile(
      in: folder, hyperparameters: ["epochs": .integer(3)], resumingAfter: step,
      reporting: { report.append($0) })
    for step in steps {
      try file.add(figures: [("loss", Double(step))], pictures: [], step: step)
    }
    return report
  }

  private func path(_ number: Int) -> String { folder.path(of: EventFile.name(number)) }

  private func records(_ number: Int) throws -> EventRecords {
    EventRecords(try Data(contentsOf: URL(fileURLWithPath: path(number))))
  }

  /// The steps of the events of all files, except the events that mark the start of a session.
  private func steps() throws -> [[Int]] {
    try EventFile.names(in: folder).indices.map { index in
      let file = try records(index + 1)
      #expect(file.firstDamage == nil)
      return file.records.dropFirst(index == 0 ? 2 : 3).map(\.step)
    }
  }

  private func edit(_ number: Int, _ change: (inout Data) -> Void) throws {
    let url = URL(fileURLWithPath: path(number))
    var data = try Data(contentsOf: url)
    change(&data)
    try data.write(to: url)
  }

  @Test func whatFollowsTheCheckpointIsTakenOut() throws {
    try write([4, 8, 12, 16])
    #expect(try write([12, 16, 20], resumingAfter: 8).isEmpty)
    #expect(try steps() == [[4, 8], [12, 16, 20]])
    // Killed again, before the next checkpoint and in the one after it.
    try write([], resumingAfter: 8)
    try write([12, 16, 20, 24], resumingAfter: 8)
    try write([20], resumingAfter: 16)
    #expect(try steps() == [[4, 8], [], [], [12, 16], [20]])
  }

  @Test func aRunThatBeginsAnewKeepsNothing() throws {
    try write([4, 8])
    try write([4, 8, 12])
    #expect(try steps() == [[], [4, 8, 12]])
  }

  /// Files of runs that were resumed without cutting them.
  @Test func whatALaterFileHasTooIsTakenOutOfTheEarlierOnes() throws {
    try write([4, 8, 12, 16])
    let first = try Data(contentsOf: URL(fileURLWithPath: path(1)))
    try write([12, 16, 20], resumingAfter: 8)
    try first.write(to: URL(fileURLWithPath: path(1)))
    try write([24], resumingAfter: 20)
    #expect(try steps() == [[4, 8], [12, 16, 20], [24]])
  }

  @Test func aFileThatNeedsNoChangeIsNotTouched() throws {
    try write([4, 8])
    let before = try Data(contentsOf: URL(fileURLWithPath: path(1)))
    var (old, new) = (stat(), stat())
    stat(path(1), &old)
    try write([12], resumingAfter: 8)
    stat(path(1), &new)
    #expect(old.st_ino == new.st_ino)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path(1))) == before)
  }

  /// A new session starts with the step after the last one before it.
  @Test func theNextFileSaysWhereItBegins() throws {
    try write([4, 8])
    try write([12], resumingAfter: 8)
    #expect(try records(1).records.map(\.step) == [0, 0, 4, 8])
    #expect(try records(2).records.map(\.step) == [0, 9, 0, 12])
  }

  /// A run's folder may be renamed while it trains.
  @Test func eventsGoWhereTheFolderWent() throws {
    let file = try EventFile(in: folder, hyperparameters: [:])
    rename(folder.path, temporary.path + "/kept")
    try file.add(figures: [("loss", 4)], pictures: [], step: 4)
    #expect(try temporary.names() == ["kept"])
    #expect(try steps() == [[4]])
    try write([8], resumingAfter: 4)
    #expect(try steps() == [[4], [8]])
    #expect(try temporary.names(in: "kept").count == 2)
  }

  // MARK: Damage

  @Test func aFileThatBreaksOffIsCutAndSaidToBe() throws {
    try write([4, 8, 12])
    let size = try records(1).records[3].range.upperBound
    try edit(1) { $0 = $0.prefix(size + 9) }
    #expect(
      try write([16], resumingAfter: 12)
        == ["'\(path(1))' is damaged from byte \(size) on; its intact records are kept"])
    #expect(try steps() == [[4, 8], [16]])
  }

  @Test func aDamagedEventIsLeftOut() throws {
    try write([4, 8, 12])
    let place = try records(1).records[3].range
    try edit(1) { $0[place.upperBound - 6] ^= 1 }
    #expect(
      try write([16], resumingAfter: 12)
        == ["'\(path(1))' is damaged from byte \(place.lowerBound) on; its intact records are kept"]
    )
    #expect(try steps() == [[4, 12], [16]])
  }

  @Test(arguments: [0, 7, 8, 11])
  func behindADamagedLengthNothingCanBeRead(offset: Int) throws {
    try write([4, 8, 12])
    let place = try records(1).records[3].range.lowerBound
    try edit(1) { $0[place + offset] ^= 0x80 }
    #expect(try write([16], resumingAfter: 12).count == 1)
    #expect(try steps() == [[4], [16]])
  }

  @Test(arguments: [[], [1, 2, 3], [UInt8](repeating: 0xff, count: 40)] as [[UInt8]])
  func whatIsNoEventFileBecomesAnEmptyOne(bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path(1)))
    #expect(try write([4]).count == (bytes.isEmpty ? 0 : 1))
    #expect(try records(1).records.isEmpty)
    #expect(try records(2).records.map(\.step) == [0, 1, 0, 4])
  }

  @Test func whatCannotBeReadStaysAsItIs() throws {
    try FileManager.default.createDirectory(
      atPath: path(1), withIntermediateDirectories: false)
    let report = try write([4])
    #expect(
      report == [
        "cannot read '\(path(1))': expected a regular file, found a folder; it stays unchanged"
      ])
    #expect(EventFile.names(in: folder).count == 2)
  }

  /// Half a record would hide all that follows.
  @Test func anEventThatCannotBeWrittenLeavesNothing() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let temporary = try TemporaryFolder()
      let folder = try RunFolder(in: temporary.path, name: "vae")
      let events = try EventFile(in: folder, hyperparameters: [:])
      let before = try temporary.bytes(of: "vae-001/" + events.name)
      Interrupt.install()
      var limit = rlimit()
      try #require(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      limit.rlim_cur = rlim_t(before.count + 10)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      #expect(throws: (any Error).self) {
        try events.add(figures: [("loss", 1)], pictures: [], step: 1)
      }
      #expect(try temporary.bytes(of: "vae-001/" + events.name) == before)
    }
  }
}
