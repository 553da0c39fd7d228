import Files
import Foundation
import Images
import NN
import Plots
import Settings
import Tensor
import TestSupport
import Testing

@testable import Training

@Suite struct RunFolderTests {
  let temporary: TemporaryFolder

  init() throws {
    temporary = try TemporaryFolder()
  }

  @Test func foldersAreNumberedAndTheirParentsMade() throws {
    let out = temporary.path + "/a/b/runs"
    let paths = try (1...3).map { _ in try RunFolder(in: out, name: "vae").path }
    #expect(paths == ["\(out)/vae-001", "\(out)/vae-002", "\(out)/vae-003"])
    #expect(try RunFolder(in: out + "/", name: "gan").path == "\(out)/gan-001")
  }

  @Test func aNumberIsNeverUsedAgain() throws {
    try FileManager.default.createDirectory(
      atPath: temporary.path + "/vae-999", withIntermediateDirectories: false)
    try temporary.makeFile("vae-1000")
    try temporary.makeFile("vae-notes")
    let folder = try RunFolder(in: temporary.path, name: "vae")
    #expect(folder.path == temporary.path + "/vae-1001")
  }

  /// Numbers have 64 bits, and one without a successor is ignored.
  @Test(arguments: [
    (["vae-20261128120000"], "vae-20261128120001"),
    (["vae-9223372036854775807"], "vae-001"),
    (["vae-9223372036854775807", "vae-041"], "vae-042"),
    (["vae-9223372036854775806"], "vae-9223372036854775807"),
    (["vae-9223372036854775806", "vae-9223372036854775807", "vae-7"], "vae-008"),
    (["vae-99999999999999999999", "vae--5", "vae-+6", "vae-7x", "vae-"], "vae-001"),
    (["vae-0000000000000000000000012"], "vae-013"),
  ])
  func numbersMayBeLarge(existing: [String], next: String) throws {
    for name in existing { try temporary.makeFile(name) }
    #expect(
      try RunFolder(in: temporary.path, name: "vae").path == temporary.path + "/" + next)
  }

  @Test func runsThatStartTogetherGetFoldersOfTheirOwn() throws {
    let path = temporary.path
    let failures = LockedCount()
    DispatchQueue.concurrentPerform(iterations: 40) { i in
      do {
        let folder = try RunFolder(in: path + "/runs", name: "vae")
        try folder.write("\(i)", to: "who")
      } catch {
        failures.increment()
      }
    }
    #expect(failures.value == 0)
    let names = try temporary.names(in: "runs")
    #expect(names == (1...40).map { String(format: "vae-%03d", $0) })
    let owners = try names.map { try temporary.text(of: "runs/\($0)/who") }
    #expect(Set(owners).count == 40)
  }

  @Test func filesAreWrittenAndReplacedAlsoInSubfolders() throws {
    let folder = try RunFolder(in: temporary.path, name: "vae")
    try folder.write([80, 53], to: "samples/epoch-001.pgm")
    try folder.write(Data([1, 2, 3]), to: "model.bin")
    try folder.write("longer than the next", to: "note.txt")
    try folder.write("", to: "note.txt")
    #expect(try temporary.names(in: "vae-001") == ["model.bin", "note.txt", "samples"])
    #expect(try temporary.names(in: "vae-001/samples") == ["epoch-001.pgm"])
    #expect(try temporary.text(of: "vae-001/samples/epoch-001.pgm") == "P5")
    #expect(try temporary.text(of: "vae-001/note.txt") == "")
  }

  @Test func picturesAreImagesOrDrawings() throws {
    let folder = try RunFolder(in: temporary.path, name: "vae")
    let grid = ImageGrid([1], imageHeight: 1, imageWidth: 1, columns: 1)
    let figure = Figure.grid([Figure(title: "A line") { Line([0, 1], [0, 1]) }], columns: 1)
    for (name, picture) in [("a", Picture.images(grid)), ("b/epoch-001", .figure(figure))] {
      try folder.write(picture, to: name)
      #expect(access(folder.path(of: "\(name).\(picture.fileExtension)"), F_OK) == 0)
    }
    #expect(try temporary.names(in: "vae-001") == ["a.pgm", "a.png", "b"])
    #expect(try temporary.names(in: "vae-001/b") == ["epoch-001.svg"])
    #expect(try temporary.text(of: "vae-001/b/epoch-001.svg") == figure.svg)
  }

  // MARK: - A folder that is moved

  @Test func whatIsWrittenGoesWhereTheFolderWentAndNoneIsMadeUnderItsOldName() throws {
    let folder = try RunFolder(in: temporary.path, name: "vae")
    var losses = try CSVFile("loss.csv", in: folder, columns: ["epoch"])
    try folder.append([1], to: "notes")
    #expect(folder.newPath() == nil)
    let (old, new) = (folder.path, temporary.path + "/kept")
    rename(old, new)
    try losses.append([.integer(1)])
    try folder.append([2], to: "notes")
    let figure = Figure { Line([0, 1], [0, 1]) }
    try folder.write(.figure(Figure.grid([figure], columns: 1)), to: "points/epoch-001")
    try folder.write(Image(height: 1, width: 1, channels: 1, pixels: [7]), to: "samples/epoch-001")
    let layer = Dense(1, 1, using: Random(seed: 1))
    try KeptModel(layer, metadata: [:]).files([KeptModel.bestName], in: folder)()
    for epoch in 1...2 {
      try folder.write(Checkpoint(of: [.module("m", layer)], epoch: epoch, step: 1))
    }
    #expect(try temporary.names() == ["kept"])
    #expect(
      try temporary.names(in: "kept") == [
        "best.safetensors", "checkpoint-previous.safetensors", "checkpoint.safetensors",
        "loss.csv", "notes", "points", "samples",
      ])
    #expect(try temporary.bytes(of: "kept/notes") == [1, 2])
    #expect(try temporary.text(of: "kept/loss.csv") == "epoch\n1\n")
    #expect(folder.path == new && folder.newPath() == new && folder.newPath() == nil)
    #expect(try folder.latestCheckpoint { Issue.record("\($0)") }?.epoch == 2)
    // The old name may be reused, and the new folder is still locked against other training.
    #expect(try RunFolder(in: temporary.path, name: "vae").path == old)
    try folder.write([:] as Configuration)
    #expect(throws: ResumeError.inUse(path: new)) { try RunFolder(resuming: new) }
  }

  @Test func whatAKilledRunLeftIsRemovedAndTheUsersFilesAreNot() throws {
    let path: String
    do {
      let folder = try RunFolder(in: temporary.path, name: "vae")
      try folder.write([:] as Configuration)
      path = folder.path
      try folder.write("", to: "samples/epoch-001.png.0123456789abcdef.partial")
      try folder.write("", to: "loss.csv.17.partial")
      try folder.write("", to: "my.partial")
    }
    let folder = try RunFolder(resuming: path)
    #expect(try temporary.names(in: "vae-001") == ["config.json", "my.partial", "samples"])
    #expect(try temporary.names(in: "vae-001/samples") == [])
    #expect(folder.path == path)
  }

  @Test func theConfigurationIsWritten() throws {
    let folder = try RunFolder(in: temporary.path, name: "vae")
    try folder.write(["epochs": .integer(30)] as Configuration)
    #expect(try temporary.text(of: "vae-001/config.json") == "{\n  \"epochs\": 30\n}\n")
  }

  // MARK: - Unusable places

  @Test func aFileInPlaceOfTheFolderIsNamed() throws {
    let file = temporary.path + "/runs"
    try temporary.makeFile("runs")
    let error = #expect(throws: OutputError.self) { try RunFolder(in: file, name: "vae") }
    #expect(error?.description == "cannot create the folder '\(file)': Not a directory")
    #expect(error?.exitCode == .cannotCreate)
    #expect(throws: OutputError.cannotCreateFolder(path: file + "/deeper", code: ENOTDIR)) {
      try RunFolder(in: file + "/deeper", name: "vae")
    }
  }

  @Test(arguments: ["/proc", "/proc/runs", "/proc/self/runs"])
  func aPlaceThatCannotBeWrittenIsNamed(path: String) {
    let error = #expect(throws: OutputError.self) { try RunFolder(in: path, name: "vae") }
    #expect(error?.description.contains("cannot create the folder '\(path)") == true)
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func aFolderWithoutPermissionIsNamed() throws {
    chmod(temporary.path, 0o555)
    defer { chmod(temporary.path, 0o755) }
    let path = temporary.path + "/vae-001"
    #expect(throws: OutputError.cannotCreateFolder(path: path, code: EACCES)) {
      try RunFolder(in: temporary.path, name: "vae")
    }
  }

  @Test func aFolderInPlaceOfAFileLeavesNothingBehind() throws {
    let folder = try RunFolder(in: temporary.path, name: "vae")
    try folder.write("", to: "loss.csv/file")
    let path = folder.path(of: "loss.csv")
    let error = #expect(throws: OutputError.self) { try folder.write("1", to: "loss.csv") }
    #expect(error == .cannotWrite(path: path, code: EISDIR))
    #expect(error?.description == "cannot write '\(path)': Is a directory")
    #expect(error?.exitCode == .ioError)
    #expect(try temporary.names(in: "vae-001") == ["loss.csv"])
  }

  @Test func aRunFolderThatWasRemovedIsNamed() throws {
    let folder = try RunFolder(in: temporary.path, name: "vae")
    try FileManager.default.removeItem(atPath: folder.path)
    #expect(throws: OutputError.cannotWrite(path: folder.path(of: "loss.csv"), code: ENOENT)) {
      try folder.write("1", to: "loss.csv")
    }
  }
}

/// A counter for several threads.
final class LockedCount: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  func increment() {
    lock.withLock { count += 1 }
  }

  var value: Int { lock.withLock { count } }
}
