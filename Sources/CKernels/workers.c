// One pool of workers for all loops and products. Work is divided into chunks whose number depends only
// on the shape, so the thread that runs a chunk never affects its result.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
typedef unsigned int FloatState;
// Flush-to-zero (bit 15) and denormals-are-zero (bit 6).
static const FloatState flushing = 0x8040;
static FloatState float_state(void) { return _mm_getcsr(); }
static void set_float_state(FloatState state) { _mm_setcsr(state); }
static void pause_briefly(void) { _mm_pause(); }
#elif defined(__aarch64__)
typedef uint64_t FloatState;
static const FloatState flushing = 1ull << 24;
static FloatState float_state(void) {
  FloatState state;
  __asm__ volatile("mrs %0, fpcr" : "=r"(state));
  return state;
}
static void set_float_state(FloatState state) { __asm__ volatile("msr fpcr, %0" ::"r"(state)); }
static void pause_briefly(void) { __asm__ volatile("yield"); }
#else
typedef int FloatState;
static const FloatState flushing = 0;
static FloatState float_state(void) { return 0; }
static void set_float_state(FloatState state) { (void)state; }
static void pause_briefly(void) {}
#endif

// Sets whether this thread flushes denormal numbers to zero from now on, and returns the previous state.
//
// In single precision it must: a multiplication by a denormal number takes as long as a hundred others,
// and Adam's moments of always-black pixels all become denormal. In double precision it must not: the C
// library's functions rely on denormal numbers, and with flushing, log(1e-310) is -745 instead of -714.
static FloatState flush_denormals(bool flushes) {
  const FloatState before = float_state();
  const FloatState after = flushes ? before | flushing : before & ~flushing;
  if (after != before) set_float_state(after);
  return before;
}

// In the OpenMP build of OpenBLAS, each calling thread has its own thread count, which is set to one because
// the products are split here. The other builds lack this function.
extern void omp_set_num_threads(int) __attribute__((weak));

// Prepares a thread, once, before it runs a chunk.
static void prepare_thread(void) {
  static _Thread_local bool is_prepared;
  if (is_prepared) return;
  is_prepared = true;
  if (omp_set_num_threads) omp_set_num_threads(1);
}

enum { MAX_THREADS = 256 };

// The time for which an idle worker looks for work before it sleeps: a few tens of microseconds, the
// usual gap between two operations of a training step.
enum { SPINS_BEFORE_SLEEP = 4000 };

// The number of claims into which the remaining chunks of a share are divided.
enum { CLAIMS_PER_SHARE = 8 };

// The current job. Its chunks are divided into as many consecutive shares as there are threads. A thread
// starts with the share of its number, which is the same in all operations, so that its processor's caches
// hold what it wrote in the previous one; then it helps with the shares of others.
//
// The ticket of a share holds the job's generation in the high half and the next chunk to claim in
// the low half: claiming is one compare-and-swap, and a worker that wakes late finds another
// generation and claims nothing.
typedef struct {
  _Alignas(64) _Atomic uint64_t ticket;  // a cache line of its own
} Share;

static Share shares[MAX_THREADS];
static _Atomic size_t job_shares;
static _Atomic size_t job_chunks;
static void *_Atomic job_context;
static _Atomic CKBody job_body;
static _Atomic bool job_flushes;
static _Atomic size_t chunks_left;
static _Atomic uint32_t posted;  // the generation of the newest job

static _Atomic size_t thread_count;  // 0: not asked yet
static size_t workers_started;
static _Atomic int sleepers;
static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_posted = PTHREAD_COND_INITIALIZER;

static _Thread_local size_t worker_index;  // 0: not a worker of the pool

size_t ck_worker_index(void) { return worker_index; }

// If there are many chunks, a claim takes several, and fewer towards the end: it moves the ticket between
// the processors' caches, which can take as long as a chunk.
static void run_share(size_t share, size_t count, uint32_t generation) {
  _Atomic uint64_t *ticket = &shares[share].ticket;
  uint64_t t = atomic_load(ticket);
  for (;;) {
    const size_t first = (uint32_t)t, end = atomic_load(&job_chunks) * (share + 1) / count;
    if ((uint32_t)(t >> 32) != generation || first >= end) return;
    const size_t left = end - first;
    const size_t claimed = left < 2 * CLAIMS_PER_SHARE ? 1 : left / CLAIMS_PER_SHARE;
    if (!atomic_compare_exchange_weak(ticket, &t, t + claimed)) continue;
    // The chunks are claimed and not yet counted as done, so the job cannot change under them.
    CKBody body = atomic_load(&job_body);
    void *context = atomic_load(&job_context);
    flush_denormals(atomic_load(&job_flushes));
    for (size_t i = first; i < first + claimed; i++) body(context, i);
    atomic_fetch_sub(&chunks_left, claimed);
    t = atomic_load(ticket);
  }
}

static void run_chunks(uint32_t generation) {
  const size_t count = atomic_load(&job_shares);
  for (size_t i = 0; i < count; i++) run_share((worker_index + i) % count, count, generation);
}

static void *work(void *argument) {
  size_t index = worker_index = (size_t)argument;
  prepare_thread();
  uint32_t seen = 0;
  for (;;) {
    int spins = 0;
    while (atomic_load(&posted) == seen || index >= atomic_load(&thread_count)) {
      if (++spins < SPINS_BEFORE_SLEEP) {
        pause_briefly();
        continue;
      }
      pthread_mutex_lock(&sleep_lock);
      atomic_fetch_add(&sleepers, 1);
      while (atomic_load(&posted) == seen || index >= atomic_load(&thread_count))
        pthread_cond_wait(&work_posted, &sleep_lock);
      atomic_fetch_sub(&sleepers, 1);
      pthread_mutex_unlock(&sleep_lock);
    }
    seen = atomic_load(&posted);
    run_chunks(seen);
  }
  return NULL;
}

size_t ck_processor_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return (size_t)CPU_COUNT(&set);
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (size_t)online : 1;
}

void ck_set_thread_count(size_t count) {
  atomic_store(&thread_count, count < 1 ? 1 : count > MAX_THREADS ? MAX_THREADS : count);
}

size_t ck_thread_count(void) {
  if (atomic_load(&thread_count) == 0) ck_set_thread_count(ck_processor_count());
  return atomic_load(&thread_count);
}

static void start_workers(size_t count) {
  while (workers_started + 1 < count) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int failed = pthread_create(&thread, &attributes, work, (void *)(workers_started + 1));
    pthread_attr_destroy(&attributes);
    if (failed) return;  // Fewer workers are slower, not wrong.
    pthread_setname_np(thread, "tensor-worker");
    workers_started += 1;
  }
}

uint64_t ck_begin_chunk(bool flushes) {
  prepare_thread();
  return (uint64_t)flush_denormals(flushes);
}

void ck_end_chunk(uint64_t state) {
  if (float_state() != (FloatState)state) set_float_state((FloatState)state);
}

void ck_parallel(size_t chunks, bool flushes, void *context, CKBody body) {
  prepare_thread();
  const FloatState before = flush_denormals(flushes);
  size_t threads = ck_thread_count();
  if (chunks < 2 || threads < 2 || pthread_mutex_trylock(&pool_lock) != 0) {
    for (size_t i = 0; i < chunks; i++) body(context, i);
    set_float_state(before);
    return;
  }
  start_workers(threads);
  const uint32_t generation = atomic_load(&posted) + 1;
  // Nobody can claim a chunk of the finished job, so its description may be overwritten; a reader
  // of a half-written one fails its compare-and-swap, because the tickets change last. With a
  // larger number of chunks, the old tickets must not look claimable, so they are closed first.
  for (size_t i = 0; i < threads || i < atomic_load(&job_shares); i++)
    atomic_store_explicit(&shares[i].ticket, UINT32_MAX, memory_order_relaxed);
  atomic_store(&job_chunks, chunks);
  atomic_store(&job_shares, threads);
  atomic_store(&job_context, context);
  atomic_store(&job_body, body);
  atomic_store(&job_flushes, flushes);
  atomic_store(&chunks_left, chunks);
  for (size_t i = 0; i < threads; i++)
    atomic_store_explicit(&shares[i].ticket, (uint64_t)generation << 32 | chunks * i / threads,
                          memory_order_release);
  atomic_store(&posted, generation);
  if (atomic_load(&sleepers) > 0) {
    pthread_mutex_lock(&sleep_lock);
    pthread_cond_broadcast(&work_posted);
    pthread_mutex_unlock(&sleep_lock);
  }
  run_chunks(generation);
  for (int spins = 0; atomic_load(&chunks_left) > 0; spins++) {
    if (spins < SPINS_BEFORE_SLEEP) pause_briefly();
    else sched_yield();  // A worker has been descheduled; give it this processor.
  }
  pthread_mutex_unlock(&pool_lock);
  set_float_state(before);
}
