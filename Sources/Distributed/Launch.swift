import Glibc

/// How this process was started.
public enum Launch {
  /// Whether the package was built with the trait `MPI`.
  public static var hasMPI: Bool {
    #if MPI
      true
    #else
      false
    #endif
  }

  /// The number of processes that a launcher such as `mpirun` or Slurm's `srun` reports to have
  /// started, and this one's rank among them; nil without a launcher.
  public static var announced: (rank: Int, size: Int)? {
    let names = [
      ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE"),
      ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
    ]
    for (rank, size) in names {
      if let rank = number(rank), let size = number(size) { return (rank, size) }
    }
    return nil
  }

  /// The number of processes on this machine, or 1 if the launcher does not report it.
  public static var countOnThisMachine: Int { max(1, number("OMPI_COMM_WORLD_LOCAL_SIZE") ?? 1) }

  /// Whether processes of one machine share memory instead of sending messages.
  ///
  /// `PUSHFORWARD_SHARED_MEMORY=0` in the environment prevents it, to test messages on one machine.
  static var sharesMemory: Bool { number("PUSHFORWARD_SHARED_MEMORY") != 0 }

  /// The message printed for all processes if one fails; its text is empty if there is none.
  ///
  /// The first process prints it with the second function. Both must be set before
  /// ``Communicator/world`` is used.
  public nonisolated(unsafe) static var lastWords: (text: () -> String, print: (String) -> Void) = (
    { "" }, { _ in }
  )

  private static func number(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }
}
