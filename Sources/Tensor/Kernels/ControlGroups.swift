import Glibc

/// The limits that Linux control groups of version 1 and 2, set for example by a container or a
/// scheduler, impose on this process, through its own group and all groups above it.
package struct ControlGroups {
  /// The least memory that the limits leave to a process.
  package struct Memory: Equatable, Sendable {
    /// The limit in bytes.
    package let limit: Int
    /// The number of bytes below it that are unused, or used only for cached files.
    package let available: Int
  }

  /// A mounted hierarchy of groups.
  private struct Mount {
    let isUnified: Bool
    let controllers: [Substring]
    /// The group at the mount point.
    let root: Substring
    let point: String
  }

  private let prefix: String
  private let mounts: [Mount]
  /// The path of the process's group by controller; the one of version 2 has an empty name.
  private let paths: [Substring: Substring]

  /// Reads the mounted hierarchies and the groups of the process.
  ///
  /// - Parameter prefix: A prefix of `/proc` and `/sys`, for tests.
  package init(prefix: String = "") {
    self.prefix = prefix
    let lines = systemFile(at: prefix + "/proc/self/mountinfo")?.split(separator: "\n") ?? []
    mounts = lines.compactMap { line in
      // ID, parent, device, root, mount point, options …, a hyphen, type, source, options
      let fields = line.split(separator: " ")
      guard let hyphen = fields.firstIndex(of: "-"), hyphen + 3 < fields.count, hyphen > 5,
        fields[hyphen + 1].hasPrefix("cgroup")
      else { return nil }
      return Mount(
        isUnified: fields[hyphen + 1] == "cgroup2",
        controllers: fields[hyphen + 3].split(separator: ","), root: fields[3],
        point: prefix + fields[4])
    }
    // Number, controllers, path
    let entries = systemFile(at: prefix + "/proc/self/cgroup")?.split(separator: "\n") ?? []
    let pairs = entries.flatMap { entry -> [(Substring, Substring)] in
      let parts = entry.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      return parts[1].isEmpty
        ? [("" as Substring, parts[2])] : parts[1].split(separator: ",").map { ($0, parts[2]) }
    }
    paths = Dictionary(pairs) { first, _ in first }
  }

  /// The folders of the process's groups with a controller, from its own upwards.
  private func folders(of controller: Substring, isUnified: Bool) -> [String] {
    let mount = mounts.first {
      $0.isUnified == isUnified && (isUnified || $0.controllers.contains(controller))
    }
    guard let mount, let path = paths[isUnified ? "" : controller] else { return [] }
    // A container may see a path outside its mounted hierarchy: then its group is the root.
    let isBelow = mount.root == "/" || path == mount.root || path.hasPrefix(mount.root + "/")
    var names = isBelow ? path.dropFirst(mount.root == "/" ? 0 : mount.root.count) : ""
    var folders: [String] = []
    while true {
      while names.last == "/" { names = names.dropLast() }
      folders.append(mount.point + names)
      guard let slash = names.lastIndex(of: "/") else { return folders }
      names = names[..<slash]
    }
  }
}

// MARK: - Processors

extension ControlGroups {
  /// The processor time that the process may use, in processors, such as 1.5; nil for no limit.
  package var processorQuota: Double? {
    let unified = folders(of: "cpu", isUnified: true).compactMap { folder -> Double? in
      // The microseconds in a period, or "max"; the period.
      let fields = systemFile(at: folder + "/cpu.max")?.split { $0 == " " || $0 == "\n" } ?? []
      return fields.count == 2 ? quota(Int(fields[0]), in: Int(fields[1])) : nil
    }
    let older = folders(of: "cpu", isUnified: false).compactMap { folder in
      quota(number(in: folder + "/cpu.cfs_quota_us"), in: number(in: folder + "/cpu.cfs_period_us"))
    }
    return (unified + older).min()
  }

  /// Converts microseconds of processor time per period to a number of processors.
  private func quota(_ time: Int?, in period: Int?) -> Double? {
    guard let time, let period, time > 0, period > 0 else { return nil }
    return Double(time) / Double(period)
  }
}

// MARK: - Memory

extension ControlGroups {
  /// The memory left below the tightest limit; nil without a limit.
  package var memory: Memory? {
    let unified = folders(of: "memory", isUnified: true).compactMap { folder in
      memory(
        limit: number(in: folder + "/memory.max"), used: number(in: folder + "/memory.current"),
        statistics: folder + "/memory.stat", file: "file", shared: "shmem")
    }
    let older = folders(of: "memory", isUnified: false).compactMap { folder in
      memory(
        limit: number(in: folder + "/memory.limit_in_bytes"),
        used: number(in: folder + "/memory.usage_in_bytes"),
        statistics: folder + "/memory.stat", file: "total_cache", shared: "total_shmem")
    }
    return (unified + older).min { $0.available < $1.available }
  }

  private func memory(
    limit: Int?, used: Int?, statistics path: String, file: String, shared: String
  ) -> Memory? {
    // Version 1 represents no limit by one near 2⁶³.
    guard let limit, limit < 1 << 60 else { return nil }
    let statistics = Self.table(systemFile(at: path) ?? "")
    let reclaimable = (statistics[file] ?? 0) - (statistics[shared] ?? 0)
    let inUse = max(0, (used ?? 0) - max(0, reclaimable))
    return Memory(limit: limit, available: max(0, limit - inUse))
  }

  /// Parses lines of a name and a number.
  package static func table(_ text: String) -> [String: Int] {
    let pairs = text.split(separator: "\n").compactMap { line -> (String, Int)? in
      let fields = line.split { $0 == " " || $0 == ":" }
      guard fields.count > 1, let number = Int(fields[1]) else { return nil }
      return (String(fields[0]), number)
    }
    return Dictionary(pairs) { first, _ in first }
  }
}

private func number(in path: String) -> Int? {
  systemFile(at: path).flatMap { Int($0.prefix { $0 != "\n" }) }
}

/// The text of one of the system's own files, which report no size; nil if there is none.
package func systemFile(at path: String) -> String? {
  guard let file = fopen(path, "re") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 4_096)
  while true {
    let count = fread(&part, 1, part.count, file)
    if count == 0 { return String(decoding: bytes, as: UTF8.self) }
    bytes += part.prefix(count)
  }
}
