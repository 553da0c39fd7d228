import CKernels

/// The number of threads that share the work of an operation, the calling one included.
///
/// It starts as the number of processors that the process may use, by its affinity and by the quota of
/// its control groups, rounded up. It changes the time that an operation takes, never its result: work
/// is split by shape alone. Set it while no operation runs.
public var threadCount: Int {
  get {
    _ = hasDefaultThreadCount
    return ck_thread_count()
  }
  set {
    precondition(newValue > 0, "threadCount: expected one thread or more, found \(newValue)")
    _ = hasDefaultThreadCount
    ck_set_thread_count(newValue)
  }
}

/// Sets the initial number of threads, once.
private let hasDefaultThreadCount: Void = ck_set_thread_count(
  defaultThreadCount(processors: ck_processor_count(), quota: ControlGroups().processorQuota))

/// The number of processors, but no more threads than a quota of processor time can keep busy:
/// further threads would only use up the quota sooner, and then all would wait.
func defaultThreadCount(processors: Int, quota: Double?) -> Int {
  guard let quota, quota < Double(processors) else { return Swift.max(1, processors) }
  return Swift.max(1, Int(quota.rounded(.up)))
}

/// The instruction set of the vector loops in use: `AVX-512`, `AVX2` or `baseline`.
public var instructionSet: String { String(cString: ck_instruction_set()) }

/// Calls `body` with every index in `0 ..< count`, shared among the threads, and waits for all of
/// them.
///
/// The order is unspecified; each call must write to its own memory. Splitting pays off from a few
/// tens of microseconds of work per call.
public func parallel(count: Int, _ body: (Int) -> Void) {
  parallel(count: count, of: .float64, body)
}

/// Calls `body` with every index in `0 ..< count`, in parallel, for arithmetic in this element type.
///
/// For float32, denormal numbers are flushed to zero meanwhile, on every thread.
func parallel(count: Int, of dtype: DType, _ body: (Int) -> Void) {
  precondition(count >= 0, "parallel: expected a count of 0 or more, found \(count)")
  if count <= 1 {
    // Most operations on small tensors: no other thread, and no escaping closure.
    guard count == 1 else { return }
    let state = ck_begin_chunk(dtype == .float32)
    body(0)
    ck_end_chunk(state)
    return
  }
  _ = hasDefaultThreadCount
  withoutActuallyEscaping(body) { body in
    var body = Body(call: body)
    withUnsafeMutablePointer(to: &body) { pointer in
      ck_parallel(count, dtype == .float32, pointer) { context, index in
        context.assumingMemoryBound(to: Body.self).pointee.call(index)
      }
    }
  }
}

/// A function in its own storage: behind a pointer to a bare one, Swift would wrap it once more.
private struct Body {
  let call: (Int) -> Void
}

/// Splits `0 ..< count` into ranges of about `grain` and calls `body` with each, in parallel.
///
/// The ranges depend on `count` and `grain` alone. All but the last begin and end at a multiple of
/// 64, so that a range of elements begins at a cache line.
func parallel(over count: Int, grain: Int, of dtype: DType, _ body: (Int, Int) -> Void) {
  let length = (Swift.max(grain, 1) + 63) / 64 * 64
  parallel(over: count, step: length, of: dtype, body)
}

/// Splits `0 ..< count` into ranges of `step` and calls `body` with each, in parallel.
func parallel(over count: Int, step: Int, of dtype: DType, _ body: (Int, Int) -> Void) {
  parallel(count: (count + step - 1) / step, of: dtype) { chunk in
    body(chunk * step, Swift.min(count, (chunk + 1) * step))
  }
}

/// The number of elements of simple arithmetic that justify a separate chunk.
let elementwiseGrain = 8_192
