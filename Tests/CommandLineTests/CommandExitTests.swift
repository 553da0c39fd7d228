import Datasets
import Files
import Foundation
import Testing
import Training

@testable import CommandLine

/// The output of the process and how it ends.
@Suite struct CommandExitTests {
  @Test func helpGoesToStandardOutputAndSucceeds() async throws {
    let result = try #require(
      await #expect(processExitsWith: .exitCode(0), observing: [\.standardOutputContent]) {
        _ = SampleOptions.command.parseOrExit(["--help"])
        exit(99)
      })
    #expect(text(result.standardOutputContent).contains(SampleOptions.command.help + "\n"))
  }

  @Test func versionGoesToStandardOutputAndSucceeds() async throws {
    let result = try #require(
      await #expect(processExitsWith: .exitCode(0), observing: [\.standardOutputContent]) {
        _ = SampleOptions.command.parseOrExit(["--version"])
        exit(99)
      })
    #expect(text(result.standardOutputContent).contains("train-sample 0.2.0\n"))
  }

  @Test func aWrongCommandLineIsTwoLinesOnStandardErrorAndCode64() async throws {
    let result = try #require(
      await #expect(processExitsWith: .exitCode(64), observing: [\.standardErrorContent]) {
        _ = SampleOptions.command.parseOrExit(["--epochs", "0"])
        exit(99)
      })
    #expect(
      text(result.standardErrorContent) == """
        train-sample: --epochs is out of range: expected 1 or more, found 0
        Try 'train-sample --help'.

        """)
  }

  @Test func anErrorEndsTheProcessWithItsOwnCode() async throws {
    let result = try #require(
      await #expect(processExitsWith: .exitCode(73), observing: [\.standardErrorContent]) {
        let error = OutputError.cannotCreateFolder(path: "runs", code: EACCES)
        SampleOptions.command.fail(error)
      })
    #expect(
      text(result.standardErrorContent)
        == "train-sample: cannot create the folder 'runs': Permission denied\n")
  }

  @Test func anErrorWithoutACodeEndsTheProcessWithTheGeneralOne() async throws {
    struct BadMagic: Error, CustomStringConvertible {
      var description: String { "bad magic" }
    }
    await #expect(processExitsWith: .exitCode(1)) {
      SampleOptions.command.fail(BadMagic())
    }
  }

  @Test func whatIsMissingAndWhatIsWrongInDataHaveTheirCodes() {
    #expect(DatasetError.missingFile(path: "images").exitCode == .noInput)
    #expect(DatasetError.limitTooSmall(found: 0).exitCode == .dataError)
  }

  @Test func linesThatCannotBeWrittenAreReportedOnceAndDoNotEndTheRun() async throws {
    let result = try #require(
      await #expect(processExitsWith: .exitCode(7), observing: [\.standardErrorContent]) {
        dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO)
        let results = (1...3).map { Console.printLine("epoch \($0)") }
        exit(results == [false, false, false] ? 7 : 1)
      })
    #expect(
      text(result.standardErrorContent)
        == "cannot write to standard output: No space left on device\n")
  }

  @Test func aClosedPipeDoesNotEndTheRun() async throws {
    await #expect(processExitsWith: .exitCode(7)) {
      Interrupt.install()
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      close(ends[0])
      dup2(ends[1], STDOUT_FILENO)
      exit(Console.printLine("epoch 1") ? 1 : 7)
    }
  }

  @Test func helpThatCannotBeWrittenIsAnError() async throws {
    await #expect(processExitsWith: .exitCode(74)) {
      dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO)
      _ = SampleOptions.command.parseOrExit(["--help"])
    }
  }

  private func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
