import Foundation
import Testing

@testable import Tensor

/// Control groups as files in a temporary folder, with the system's layout.
@Suite final class ControlGroupsTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("control-groups-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func write(_ files: [String: String]) throws -> ControlGroups {
    for (name, text) in files {
      let url = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    return ControlGroups(prefix: folder.path)
  }

  private static let mountOf2 =
    "23 1 0:1 / / rw - ext4 /dev/vda rw\n"
    + "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

  @Test func theLeastOfAGroupAndThoseAboveCounts() throws {
    let groups = try write([
      "proc/self/mountinfo": Self.mountOf2, "proc/self/cgroup": "0::/a.slice/b\n",
      "sys/fs/cgroup/a.slice/cpu.max": "150000 100000\n",
      "sys/fs/cgroup/a.slice/b/cpu.max": "max 100000\n",
      "sys/fs/cgroup/a.slice/memory.max": "8000\n",
      "sys/fs/cgroup/a.slice/memory.current": "5000\n",
      "sys/fs/cgroup/a.slice/memory.stat": "anon 3000\nfile 1500\nshmem 500\n",
      "sys/fs/cgroup/a.slice/b/memory.max": "max\n",
    ])
    #expect(groups.processorQuota == 1.5)
    // A thousand of the bytes in use are page cache.
    #expect(groups.memory == ControlGroups.Memory(limit: 8000, available: 4000))
  }

  @Test func aContainerSeesItsOwnGroupAtTheRoot() throws {
    let groups = try write([
      "proc/self/mountinfo":
        "31 23 0:28 /docker/abc /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n",
      "proc/self/cgroup": "0::/docker/abc\n",
      "sys/fs/cgroup/cpu.max": "50000 100000\n",
      "sys/fs/cgroup/memory.max": "4096\n",
    ])
    #expect(groups.processorQuota == 0.5)
    #expect(groups.memory == ControlGroups.Memory(limit: 4096, available: 4096))
  }

  @Test func aPathOutsideOfWhatIsMountedIsTheRoot() throws {
    let groups = try write([
      "proc/self/mountinfo": Self.mountOf2.replacing(" / /sys", with: " /docker/abc /sys"),
      "proc/self/cgroup": "0::/../else\n", "sys/fs/cgroup/cpu.max": "300000 100000\n",
    ])
    #expect(groups.processorQuota == 3)
  }

  @Test func version1HasAHierarchyForEachController() throws {
    let groups = try write([
      "proc/self/mountinfo":
        "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        + "34 31 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
      "proc/self/cgroup": "4:memory:/jobs/1\n1:cpu,cpuacct:/jobs\n0::/\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us": "400000\n",
      "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/jobs/memory.limit_in_bytes": "10000\n",
      "sys/fs/cgroup/memory/jobs/memory.usage_in_bytes": "6000\n",
      "sys/fs/cgroup/memory/jobs/memory.stat": "cache 1\ntotal_cache 700\ntotal_shmem 100\n",
      "sys/fs/cgroup/memory/jobs/1/memory.limit_in_bytes": "9000\n",
      "sys/fs/cgroup/memory/jobs/1/memory.usage_in_bytes": "1000\n",
    ])
    #expect(groups.processorQuota == 4)
    #expect(groups.memory == ControlGroups.Memory(limit: 10000, available: 4600))
  }

  @Test(arguments: [
    [:], ["proc/self/mountinfo": "nonsense - cgroup2\n - \n", "proc/self/cgroup": ":\n0::\n"],
    [
      "proc/self/mountinfo": mountOf2, "proc/self/cgroup": "0::/\n",
      "sys/fs/cgroup/cpu.max": "-1 0\n", "sys/fs/cgroup/memory.max": "many\n",
    ],
  ])
  func withoutALimitThereIsNone(files: [String: String]) throws {
    let groups = try write(files)
    #expect(groups.processorQuota == nil)
    #expect(groups.memory == nil)
  }

  @Test(
    arguments: [
      (8, nil, 8), (8, 1.5, 2), (8, 0.2, 1), (2, 3.0, 2), (4, 4.0, 4), (0, nil, 1), (64, 16.0, 16),
    ] as [(Int, Double?, Int)])
  func aQuotaDecidesTheNumberOfThreads(processors: Int, quota: Double?, threads: Int) {
    #expect(defaultThreadCount(processors: processors, quota: quota) == threads)
  }
}
