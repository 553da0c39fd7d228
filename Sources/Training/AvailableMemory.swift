import CommandLine
import Glibc
import Tensor

/// The amount of memory that this process can still allocate.
package struct AvailableMemory: Equatable, Sendable {
  /// The number of bytes.
  let bytes: Int
  /// The limit in words, for messages.
  let limit: String

  /// The least of what the machine, including swap space, control groups and the process's own
  /// limits leave; nil if nothing is known.
  package static func current() -> AvailableMemory? {
    let machine = ControlGroups.table(systemFile(at: "/proc/meminfo") ?? "")
    let swap = 1_024 * (machine["SwapFree"] ?? 0)
    let pages = (systemFile(at: "/proc/self/statm") ?? "").split(separator: " ").compactMap {
      Int($0)
    }
    var limits: [AvailableMemory] = []
    if let free = machine["MemAvailable"] {
      limits.append(AvailableMemory(bytes: 1_024 * free + swap, limit: "the machine has left"))
    }
    if let group = ControlGroups().memory {
      limits.append(
        AvailableMemory(
          bytes: group.available + swap,
          limit: "the control group's limit of \(Readable.bytes(group.limit)) leaves"))
    }
    if pages.count > 5 {
      limits += [
        processLimit(RLIMIT_AS, used: pages[0], name: "ulimit -v"),
        processLimit(RLIMIT_DATA, used: pages[5], name: "ulimit -d"),
      ].compactMap { $0 }
    }
    return limits.min { $0.bytes < $1.bytes }
  }

  /// The rest of a process limit of which this many pages are used; nil if there is no limit.
  private static func processLimit(
    _ resource: __rlimit_resource, used pages: Int, name: String
  ) -> AvailableMemory? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0,
      let bytes = Int(exactly: limit.rlim_cur)
    else { return nil }
    return AvailableMemory(
      bytes: max(0, bytes - pages * sysconf(Int32(_SC_PAGESIZE))), limit: "\(name) leaves")
  }
}
