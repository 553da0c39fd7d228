import Foundation
import Synchronization
import Testing

@testable import CommandLine

@Suite struct InterruptTests {
  @Test func nothingIsRequestedAtFirst() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interrupt.install()
      exit(!Interrupt.isRequested && Interrupt.exitCode == nil ? 7 : 1)
    }
  }

  @Test func controlCIsNoticedAndEndsWith130() async {
    await #expect(processExitsWith: .exitCode(130)) {
      Interrupt.install()
      guard isNoticed(SIGINT), let code = Interrupt.exitCode else { exit(1) }
      code.exit()
    }
  }

  @Test func terminationIsNoticedAndEndsWith143() async {
    await #expect(processExitsWith: .exitCode(143)) {
      Interrupt.install()
      guard isNoticed(SIGTERM), let code = Interrupt.exitCode else { exit(1) }
      code.exit()
    }
  }

  @Test func aClosedTerminalIsNoticedAndEndsWith129() async {
    await #expect(processExitsWith: .exitCode(129)) {
      Interrupt.install()
      guard isNoticed(SIGHUP), let code = Interrupt.exitCode else { exit(1) }
      code.exit()
    }
  }

  @Test func aClosedTerminalIsIgnoredUnderNohup() async {
    await #expect(processExitsWith: .exitCode(7)) {
      signal(SIGHUP, SIG_IGN)
      Interrupt.install()
      raise(SIGHUP)
      exit(Interrupt.isRequested ? 1 : 7)
    }
  }

  @Test func aSecondControlCKillsAtOnce() async {
    await #expect(processExitsWith: .signal(SIGINT)) {
      Interrupt.install()
      guard isNoticed(SIGINT) else { exit(1) }
      _ = kill(getpid(), SIGINT)
      sleep(5)
      exit(2)
    }
  }

  @Test func controlCIsNoticedEvenWhereAShellHadItIgnored() async {
    await #expect(processExitsWith: .exitCode(130)) {
      signal(SIGINT, SIG_IGN)
      Interrupt.install()
      guard isNoticed(SIGINT), let code = Interrupt.exitCode else { exit(1) }
      code.exit()
    }
  }

  @Test func signalsAreLetThroughWhereTheyWereBlocked() async {
    await #expect(processExitsWith: .exitCode(143)) {
      var signals = sigset_t()
      sigfillset(&signals)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      Interrupt.install()
      // Sent to this thread, the only one that could receive it.
      raise(SIGTERM)
      guard Interrupt.isRequested, let code = Interrupt.exitCode else { exit(1) }
      code.exit()
    }
  }
}

/// Ending a program that does not check whether it should end.
@Suite struct ForcedEndTests {
  @Test func aProgramThatDoesNotHearEndsWithinTwoSeconds() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(143), observing: [\.standardOutputContent]
    ) {
      Interrupt.install()
      ForcedEnd.setLastAction { Console.printLine("last words") }
      kill(getpid(), SIGTERM)
      // Ten seconds, because the machine may be busy.
      sleep(10)
      exit(1)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    #expect(output.contains("last words"))
  }

  @Test func aProgramThatHasHeardMayTakeItsTime() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interrupt.install()
      ForcedEnd.setLastAction { exit(1) }
      guard isNoticed(SIGINT) else { exit(2) }
      sleep(3)
      exit(7)
    }
  }

  @Test func whatIsBeingWrittenIsWaitedFor() async {
    await #expect(processExitsWith: .exitCode(130)) {
      Interrupt.install()
      let isWritten = Atomic(false)
      ForcedEnd.setLastAction { if !isWritten.load(ordering: .relaxed) { exit(1) } }
      ForcedEnd.postpone {
        kill(getpid(), SIGINT)
        sleep(3)
        isWritten.store(true, ordering: .relaxed)
      }
      sleep(30)
      exit(2)
    }
  }

  @Test func theCheckThrowsOnlyWhereAnEndIsAskedFor() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interrupt.install()
      try Interrupt.check()
      kill(getpid(), SIGINT)
      for _ in 1...500 {
        usleep(10_000)
        do { try Interrupt.check() } catch { exit(7) }
      }
      exit(1)
    }
  }

  @Test func aFileThatMayNotGrowIsNoReasonToBeKilled() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interrupt.install()
      raise(SIGXFSZ)
      exit(Interrupt.isRequested ? 1 : 7)
    }
  }
}

/// Sends this process a signal, as a terminal does, and waits until it has been handled.
///
/// Not `raise`, which signals the calling thread: the pool's threads block signals.
private func isNoticed(_ signal: Int32) -> Bool {
  kill(getpid(), signal)
  for _ in 1...500 where !Interrupt.isRequested {
    usleep(10_000)
  }
  return Interrupt.isRequested
}
