import CommandLine
import Distributed
import Glibc
import Tensor
import Training

/// Starts the work of processes that a launcher started together: the first one prints for all, and
/// all end with the exit code of the first that fails.
///
/// - Parameters:
///   - name: The program's name in messages.
///   - isShared: Whether the others take part in the work; if not, they wait for its end.
func startProcesses(_ name: String, isShared: Bool) {
  if !Launch.hasMPI, let (rank, size) = Launch.announced, size > 1 {
    // All processes find this; it is reported once.
    if rank > 0 { ProcessError.withoutMPI(count: size).exitCode.exit() }
    Command(name: name, summary: "", groups: []).fail(ProcessError.withoutMPI(count: size))
  }
  Launch.lastWords = (
    { Console.keptErrors },
    { text in
      Console.keepsErrors = false
      for line in text.split(separator: "\n") { Console.printError(String(line)) }
    }
  )
  let world = Communicator.world
  guard !world.isFirst else { return }
  Console.keepsErrors = true
  if !isShared { exit(0) }
}

/// Lets the processes on this machine share its processors, unless each was bound to some of them.
func shareProcessors() {
  guard Communicator.world.size > 1, threadCount == sysconf(Int32(_SC_NPROCESSORS_ONLN)) else {
    return
  }
  threadCount = max(1, threadCount / Launch.countOnThisMachine)
}
