import Foundation
import Synchronization

/// Whether the process runs under the address sanitizer.
public let isAddressSanitized = dlsym(dlopen(nil, RTLD_NOW), "__asan_init") != nil

/// The peak memory of the process since the last reset, in bytes.
public func peakMemory() -> Int { statusFigure("VmHWM:") }

/// Resets ``peakMemory()``.
public func resetPeakMemory() throws {
  try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
}

/// Measures how far the peak memory of a piece of work exceeds the memory in use before it.
///
/// Under the address sanitizer, under which the process itself does not shrink, this is the sum of
/// live allocations, queried at each allocation. Otherwise it is the growth of the process.
struct MemoryMeter {
  private let before: Int

  /// Starts measuring.
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

/// A figure reported by the kernel, in bytes.
private func statusFigure(_ name: String) -> Int {
  let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
  return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }
    .flatMap { Int($0) }.map { $0 * 1_024 } ?? 0
}

/// The allocated bytes, as reported by the address sanitizer.
private enum AllocationCount {
  static let current = Atomic<Int>(0)
  static let peak = Atomic<Int>(0)
  nonisolated(unsafe) static var size: (@convention(c) (UnsafeRawPointer?) -> Int)?

  /// Registers for notification, once.
  static let install: Void = {
    typealias OnMalloc = @convention(c) (UnsafeRawPointer?, Int) -> Void
    typealias OnFree = @convention(c) (UnsafeRawPointer?) -> Void
    typealias Install = @convention(c) (OnMalloc, OnFree) -> Int32
    let program = dlopen(nil, RTLD_NOW)
    size = unsafeBitCast(
      dlsym(program, "__sanitizer_get_allocated_size"),
      to: (@convention(c) (UnsafeRawPointer?) -> Int)?.self)
    // Initialised before a call of malloc uses them.
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

  /// Resets the peak, and returns the allocated bytes.
  static func beginAnew() -> Int {
    let now = current.load(ordering: .relaxed)
    peak.store(now, ordering: .relaxed)
    return now
  }
}
