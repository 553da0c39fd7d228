import Foundation
import Synchronization

/// Whether the process runs under the address sanitizer.
public let isAddressSanitized = dlsym(dlopen(nil, RTLD_NOW), "__asan_init") != nil

/// The most memory that the process has had at a time since the last reset, in bytes.
public func peakMemory() -> Int { statusFigure("VmHWM:") }

/// Has ``peakMemory()`` begin anew.
public func resetPeakMemory() throws {
  try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
}

/// How much memory a piece of work takes at its peak beyond what there was before.
///
/// Under the address sanitizer it is the sum of what is allocated and not yet freed, asked for at each
/// allocation: the process itself does not shrink there. Without it, it is what the process grows by.
struct MemoryMeter {
  private let before: Int

  /// Begins.
  init() throws {
    if isAddressSanitized {
      AllocationCount.install
      before = AllocationCount.beginAnew()
    } else {
      try resetPeakMemory()
      before = statusFigure("VmRSS:")
    }
  }

  /// The growth so far, in bytes.
  var growth: Int {
    (isAddressSanitized ? AllocationCount.peak.load(ordering: .relaxed) : peakMemory()) - before
  }
}

/// A figure of the kernel's, in bytes.
private func statusFigure(_ name: String) -> Int {
  let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
  return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }
    .flatMap { Int($0) }.map { $0 * 1_024 } ?? 0
}

/// What is allocated, as the address sanitizer tells it.
private enum AllocationCount {
  static let current = Atomic<Int>(0)
  static let peak = Atomic<Int>(0)
  nonisolated(unsafe) static var size: (@convention(c) (UnsafeRawPointer?) -> Int)?

  /// Asks to be told, once.
  static let install: Void = {
    typealias OnMalloc = @convention(c) (UnsafeRawPointer?, Int) -> Void
    typealias OnFree = @convention(c) (UnsafeRawPointer?) -> Void
    typealias Install = @convention(c) (OnMalloc, OnFree) -> Int32
    let program = dlopen(nil, RTLD_NOW)
    size = unsafeBitCast(
      dlsym(program, "__sanitizer_get_allocated_size"),
      to: (@convention(c) (UnsafeRawPointer?) -> Int)?.self)
    // Made before they are asked for in a call of malloc.
    current.store(0, ordering: .relaxed)
    peak.store(0, ordering: .relaxed)
    let install = unsafeBitCast(
      dlsym(program, "__sanitizer_install_malloc_and_free_hooks"), to: Install?.self)
    _ = install?(
      { _, count in
        let sum = AllocationCount.current.add(count, ordering: .relaxed).newValue
        AllocationCount.peak.max(sum, ordering: .relaxed)
      },
      { pointer in
        AllocationCount.current.subtract(AllocationCount.size?(pointer) ?? 0, ordering: .relaxed)
      })
  }()

  /// Has the peak begin anew, and returns what is allocated.
  static func beginAnew() -> Int {
    let now = current.load(ordering: .relaxed)
    peak.store(now, ordering: .relaxed)
    return now
  }
}
