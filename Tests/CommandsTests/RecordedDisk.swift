import Files
import Foundation
import Synchronization

/// Records the changes to the files below a folder, and computes what a crash could have left of
/// them.
final class ChangeRecorder: Sendable {
  private let root: FileChange.Identity?
  private let changes = Mutex<[FileChange]>([])

  /// Starts recording the changes below an empty folder.
  init(below path: String) {
    root = FileChange.Identity(path: path)
    FileChange.observe { [changes = UncheckedReference(self)] in changes.value?.add($0) }
  }

  private func add(_ change: FileChange) { changes.withLock { $0.append(change) } }

  /// Stops recording.
  func finish() -> RecordedDisk? {
    FileChange.observe(nil)
    return root.map { RecordedDisk(root: $0, changes: changes.withLock { $0 }) }
  }
}

/// The observer does not keep it alive.
private final class UncheckedReference: @unchecked Sendable {
  weak var value: ChangeRecorder?
  init(_ value: ChangeRecorder) { self.value = value }
}

/// The possible contents of a disk after a crash, given the calls made before.
///
/// The model guarantees no more than the standard does: bytes are on the disk after `fsync` of
/// their file, names after `fsync` of their folder. Each unflushed name independently may be
/// present or not, and of a file's unflushed bytes all, none, half, or as many zeros may be
/// present.
struct RecordedDisk {
  let root: FileChange.Identity
  let changes: [FileChange]

  /// Files and folders, by their paths.
  struct Contents: Hashable {
    var files: [String: [UInt8]] = [:]
    var folders: Set<String> = []

    /// Creates these files and folders.
    func write(to path: String) throws {
      for folder in folders.sorted() {
        try FileManager.default.createDirectory(
          atPath: path + folder, withIntermediateDirectories: true)
      }
      for (name, bytes) in files {
        try Data(bytes).write(to: URL(fileURLWithPath: path + name))
      }
    }
  }

  /// All states that a crash at any moment could have left, each once, in chronological order.
  func crashes() -> [Contents] {
    var seen: Set<Contents> = []
    var all: [Contents] = []
    for count in 0...changes.count {
      for contents in crashes(after: count) where seen.insert(contents).inserted {
        all.append(contents)
      }
    }
    return all
  }

  private func crashes(after count: Int) -> Set<Contents> {
    let disk = Disk(root)
    for change in changes.prefix(count) { disk.apply(change) }
    return disk.crashes()
  }
}

private final class Disk {
  typealias Place = FileChange.Place

  /// A file or a folder.
  final class Node {
    let isFolder: Bool
    var bytes: [UInt8] = []
    var flushedBytes: [UInt8] = []
    var flushedNames: [String: Node] = [:]
    var pending: [NameChange] = []

    init(isFolder: Bool) { self.isFolder = isFolder }

    var names: [String: Node] { pending.reduce(into: flushedNames) { $1.apply(to: &$0) } }

    func flush() { (flushedBytes, flushedNames, pending) = (bytes, names, []) }
  }

  enum NameChange {
    case set(String, Node)
    case move(String, String, Node)
    case remove(String)

    func apply(to names: inout [String: Node]) {
      switch self {
      case .set(let name, let node): names[name] = node
      case .move(let from, let to, let node): (names[from], names[to]) = (nil, node)
      case .remove(let name): names[name] = nil
      }
    }
  }

  private let root = Node(isFolder: true)
  private var nodes: [FileChange.Identity: Node]

  init(_ root: FileChange.Identity) { nodes = [root: self.root] }

  /// Changes outside the root are made by other tests.
  func apply(_ change: FileChange) {
    switch change {
    case .makeFolder(let identity, let place): make(identity, place, isFolder: true)
    case .makeFile(let identity, let place): make(identity, place, isFolder: false)
    case .append(let identity, let bytes): nodes[identity]?.bytes += bytes
    case .flush(let identity): nodes[identity]?.flush()
    case .rename(let from, let to):
      guard let folder = nodes[from.folder], let node = folder.names[from.name] else { return }
      precondition(from.folder == to.folder, "Disk: expected a file to stay in its folder")
      folder.pending.append(.move(from.name, to.name, node))
    case .remove(let place): nodes[place.folder]?.pending.append(.remove(place.name))
    }
  }

  private func make(_ identity: FileChange.Identity, _ place: Place, isFolder: Bool) {
    guard let folder = nodes[place.folder] else { return }
    let node = Node(isFolder: isFolder)
    nodes[identity] = node
    folder.pending.append(.set(place.name, node))
  }

  func crashes() -> Set<RecordedDisk.Contents> {
    let folders = nodes.values.filter { $0.isFolder && !$0.pending.isEmpty }
    let count = folders.reduce(0) { $0 + $1.pending.count }
    var all: Set<RecordedDisk.Contents> = []
    for isKept in Self.choices(of: count) {
      var place = 0
      var names: [ObjectIdentifier: [String: Node]] = [:]
      for folder in folders {
        var found = folder.flushedNames
        for change in folder.pending {
          if isKept(place) { change.apply(to: &found) }
          place += 1
        }
        names[ObjectIdentifier(folder)] = found
      }
      for fate in Fate.allCases {
        var contents = RecordedDisk.Contents()
        collect(root, "", names, fate, &contents)
        all.insert(contents)
      }
    }
    return all
  }

  /// The sets of changes that may be kept: all subsets of a few; of many, the first ones, all but
  /// one, or one.
  private static func choices(of count: Int) -> [(Int) -> Bool] {
    if count < 4 { return (0..<1 << count).map { subset in { subset >> $0 & 1 == 1 } } }
    return (0...count).flatMap { place -> [(Int) -> Bool] in
      [{ $0 < place }, { $0 == place }, { $0 != place }]
    }
  }

  /// The fate of unflushed bytes.
  enum Fate: CaseIterable {
    case lost, halfLost, zeros, kept

    func bytes(of node: Node) -> [UInt8] {
      let (old, new) = (node.flushedBytes, node.bytes)
      if old == new { return new }
      return switch self {
      case .lost: old
      case .halfLost: Array(new.prefix((old.count + new.count) / 2))
      case .zeros: old + [UInt8](repeating: 0, count: new.count - old.count)
      case .kept: new
      }
    }
  }

  private func collect(
    _ folder: Node, _ path: String, _ names: [ObjectIdentifier: [String: Node]], _ fate: Fate,
    _ contents: inout RecordedDisk.Contents
  ) {
    for (name, node) in names[ObjectIdentifier(folder)] ?? folder.flushedNames {
      let inner = path + "/" + name
      if node.isFolder {
        contents.folders.insert(inner)
        collect(node, inner, names, fate, &contents)
      } else {
        // Nothing reads a temporary file.
        contents.files[inner] = name.hasSuffix(".partial") ? [] : fate.bytes(of: node)
      }
    }
  }
}
