import CommandLine
import Foundation
import Settings
import TestSupport
import Testing

@testable import Training

/// The use of a run's `config.json` when the run is resumed elsewhere.
@Suite struct RecordedRunTests {
  private struct Options: SettingGroup {
    @Setting("epochs", in: 1...9, .changeable) var epochs = 3
    @Setting("widths", in: 1...9) var hidden = [4]
    @Setting("data", pathOr: ["drawn", "moons"], .changeable) var data: String? = nil
    @Setting("judge", pathOr: []) var judge: String? = nil
    @Setting("out", .forNewRuns) var out = "runs"
    @Setting("quiet", .changeable) var quiet = false
    @Setting("exact") var exact = false

    init() {}
  }

  private let temporary: TemporaryFolder
  private let folder: String
  private let command = Command(
    name: "resume", summary: "", groups: [OptionGroup("", Options.definitions)])

  init() throws {
    temporary = try TemporaryFolder()
    folder = temporary.path + "/run"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false)
  }

  private func recorded(_ json: String) throws -> RecordedRun {
    try Data(json.utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
    return try RecordedRun(path: folder)
  }

  /// The run's options as used here, combined with the given arguments.
  private func resumed(_ run: RecordedRun, _ arguments: String...) throws -> Options {
    let own = command.defaults(over: try run.values(of: Options.definitions))
    guard case .run(let given) = try command.parse(arguments, over: own) else {
      throw CocoaError(.featureUnsupported)
    }
    try run.check(given.values, of: Options.definitions, own)
    return try Options(given.values)
  }

  private func json(_ values: String, in directory: String? = nil) -> String {
    let place = directory.map { ", \"directory\": \"\($0)\"" } ?? ""
    return "{\"model\": \"vae\"\(place), \(values)}"
  }

  @Test func theValuesAreThoseOfTheRun() throws {
    let run = try recorded(
      json(
        #""epochs": 5, "hidden": [], "data": "drawn", "out": "there", "quiet": true, "exact": true"#
      ))
    #expect(run.model == "vae" && run.path == folder)
    let options = try resumed(run)
    #expect(options.epochs == 5 && options.hidden == [] && options.out == "there")
    #expect(options.exact)
    // A flag could not be unset.
    #expect(!options.quiet)
    #expect(try resumed(run, "--quiet", "--epochs", "7").epochs == 7)
  }

  @Test func whatMayNotChangeIsNamedAtOnce() throws {
    let run = try recorded(json(#""epochs": 5, "hidden": [2, 3], "data": "drawn""#))
    let error = #expect(throws: CommandLineError.self) {
      try resumed(run, "--hidden", "3", "--out", "elsewhere", "--exact", "--epochs", "6")
    }
    #expect(
      error
        == .differentRun(
          path: folder,
          [
            .init(option: "--hidden", expected: "2,3", found: "3"),
            .init(option: "--out", expected: "runs", found: "elsewhere"),
            .init(option: "--exact", expected: "false", found: "true"),
          ]))
    #expect(try resumed(run, "--hidden", "2,3").hidden == [2, 3])
  }

  // MARK: Locations of inputs

  @Test func aRelativePathIsRelativeToWhereTheRunWasBegun() throws {
    try temporary.makeFile("images.csv")
    let run = try recorded(json(#""data": "images.csv""#, in: temporary.path))
    #expect(try resumed(run).data == temporary.path + "/images.csv")
  }

  /// An input that moved with the run is found in the program's working folder.
  @Test func anInputThatIsHereIsTakenWhereItIsNotThereAnyMore() throws {
    let here = FileManager.default.currentDirectoryPath
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: here).first { !$0.contains("\"") })
    let run = try recorded(json(#""data": "\#(name)""#, in: temporary.path))
    #expect(try resumed(run).data == name)
    // If it is in both places, the run's is used.
    try temporary.makeFile(name)
    #expect(try resumed(run).data == temporary.path + "/" + name)
    let same = try recorded(json(#""data": "\#(name)""#, in: here))
    #expect(try resumed(same).data == name)
  }

  @Test(arguments: ["drawn", "moons"]) func aWordIsNoPath(word: String) throws {
    let path = temporary.path
    try temporary.makeFile(word)
    let run = try recorded(json(#""data": "\#(word)""#, in: path))
    #expect(try resumed(run).data == word)
    let folder = try recorded(json(#""data": "./\#(word)""#, in: path))
    #expect(try resumed(folder).data == path + "/./" + word)
  }

  @Test func aMissingInputIsNamedUnlessAnotherIsGiven() throws {
    let cases = [
      (#""data": "gone.csv""#, temporary.path, temporary.path + "/gone.csv", "--data", false),
      (#""data": "/gone/a.csv""#, nil, "/gone/a.csv", "--data", false),
      (#""data": "gone.csv""#, nil, "gone.csv", "--data", true),
      (#""judge": "gone""#, temporary.path, temporary.path + "/gone", "--judge", false),
    ]
    for (values, directory, file, option, isRelative) in cases {
      let run = try recorded(json(values, in: directory))
      #expect(
        throws: ResumeError.missingInput(
          path: folder, option: option, file: file, isRelative: isRelative)
      ) { try resumed(run) }
      if option == "--data" { #expect(try resumed(run, "--data", "elsewhere").data == "elsewhere") }
    }
    #expect(
      "\(ResumeError.missingInput(path: "run", option: "--data", file: "a", isRelative: true))"
        == "cannot resume 'run': expected the file or folder of its --data, 'a', which is relative "
        + "to the folder in which the run was started; found nothing there; give --data again")
  }

  /// Only the paths of inputs are looked for.
  @Test func anOutputMayBeMissing() throws {
    let run = try recorded(json(#""out": "gone/runs""#, in: temporary.path))
    #expect(try resumed(run).out == "gone/runs")
  }

  // MARK: Folders that are not runs

  @Test(arguments: [
    ("[1, 2]", "it is not one object of values"), ("{\"a\": {}}", "it is not one object of values"),
    ("", "it is not one object of values"), ("{}", "it does not name its model"),
    ("{\"model\": 3}", "it does not name its model"),
  ])
  func aDamagedConfigurationIsNamed(json: String, reason: String) {
    #expect(throws: ResumeError.damagedConfiguration(path: folder, reason: reason)) {
      try recorded(json)
    }
  }

  @Test func aFolderWithoutConfigurationIsNoRun() {
    #expect(throws: ResumeError.notARun(path: folder)) { try RecordedRun(path: folder) }
    #expect(throws: ResumeError.notARun(path: "/gone")) { try RecordedRun(path: "/gone") }
  }

  @Test func aValueOutOfBoundsIsNamed() throws {
    let run = try recorded(json(#""epochs": 10"#))
    let error = #expect(throws: ResumeError.self) { try run.values(of: Options.definitions) }
    #expect(error?.description.contains("--epochs") == true)
    #expect(error?.exitCode == .dataError)
  }
}
