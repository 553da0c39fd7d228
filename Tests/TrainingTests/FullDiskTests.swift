import CommandLine
import Files
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Training

/// Writing without enough space: on a real file system that is full, and at a file-size limit,
/// which needs no permission to set up.
@Suite struct FullDiskTests {
  @Test(.enabled(if: TinyDisk.isPossible, "needs the permission to mount a tmpfs"))
  func aFullDiskIsNamedAndNothingHalfWrittenStays() throws {
    let disk = try TinyDisk(kilobytes: 64)
    let folder = try RunFolder(in: disk.path, name: "vae")
    try folder.write("before", to: "model.bin")
    let path = folder.path(of: "model.bin")

    let error = #expect(throws: OutputError.self) {
      try folder.write([UInt8](repeating: 1, count: 200_000), to: "model.bin")
    }
    #expect(error?.description == "cannot write '\(path)': No space left on device")
    #expect(error?.exitCode == .ioError)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.bin"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")

    // The space of the failed file has been freed.
    try folder.write([UInt8](repeating: 1, count: 30_000), to: "model.bin")
  }

  @Test func aFileThatGrowsTooLargeIsNamedAndNothingHalfWrittenStays() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let temporary = try TemporaryFolder()
      let folder = try RunFolder(in: temporary.path, name: "vae")
      try folder.write("before", to: "model.bin")

      Interrupt.install()
      var limit = rlimit()
      try #require(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      limit.rlim_cur = 4096
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)

      let expected = OutputError.cannotWrite(path: folder.path(of: "model.bin"), code: EFBIG)
      #expect(throws: expected) {
        try folder.write([UInt8](repeating: 1, count: 10_000), to: "model.bin")
      }
      #expect(try temporary.names(in: "vae-001") == ["model.bin"])
      #expect(try temporary.text(of: "vae-001/model.bin") == "before")
    }
  }
}

/// A file system in memory that is full after a few kilobytes.
private final class TinyDisk {
  let path: String
  private let folder: TemporaryFolder

  init(kilobytes: Int) throws {
    folder = try TemporaryFolder()
    path = folder.path
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
    }
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
  }

  static let isPossible = (try? TinyDisk(kilobytes: 64)) != nil
}
