// MPI's constants are macros that Swift does not import; these functions are what the package calls
// of it. All return MPI's error code, though Open MPI ends the program at an error by itself.
#include <fcntl.h>
#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Starts MPI; one thread calls it. `work`, `sums` and `notices` keep their messages apart.
static inline int cmpi_start(int *rank, int *size, MPI_Comm *work, MPI_Comm *sums,
                             MPI_Comm *notices) {
  int provided = 0, code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  if (code == MPI_SUCCESS) code = MPI_Comm_size(MPI_COMM_WORLD, size);
  if (code == MPI_SUCCESS) code = MPI_Comm_dup(MPI_COMM_WORLD, work);
  if (code == MPI_SUCCESS) code = MPI_Comm_dup(MPI_COMM_WORLD, sums);
  if (code == MPI_SUCCESS) code = MPI_Comm_dup(MPI_COMM_WORLD, notices);
  return code;
}

/// Ends MPI, after the end of all processes' messages.
static inline int cmpi_finish(void) { return MPI_Finalize(); }

/// Ends all processes.
static inline int cmpi_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }

/// Begins to send bytes.
static inline int cmpi_send(const void *bytes, int count, int to, MPI_Comm comm,
                            MPI_Request *request) {
  return MPI_Isend(bytes, count, MPI_BYTE, to, 0, comm, request);
}

/// Begins to receive bytes.
static inline int cmpi_receive(void *bytes, int count, int from, MPI_Comm comm,
                               MPI_Request *request) {
  return MPI_Irecv(bytes, count, MPI_BYTE, from, 0, comm, request);
}

/// Begins to send bytes of the process `root` to all others.
static inline int cmpi_broadcast(void *bytes, int count, int root, MPI_Comm comm,
                                 MPI_Request *request) {
  return MPI_Ibcast(bytes, count, MPI_BYTE, root, comm, request);
}

/// Begins to collect the blocks of all processes, each of which has its own in place.
static inline int cmpi_collect(void *bytes, const int *counts, const int *offsets, MPI_Comm comm,
                               MPI_Request *request) {
  return MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, bytes, counts, offsets, MPI_BYTE,
                         comm, request);
}

/// Whether a message that was begun is complete; it makes others go on.
static inline int cmpi_test(MPI_Request *request, bool *is_complete) {
  int flag = 0, code = MPI_Test(request, &flag, MPI_STATUS_IGNORE);
  *is_complete = flag != 0;
  return code;
}

/// Looks for a message of any process: the sender, or -1 where there is none, and the bytes in it.
static inline int cmpi_look(MPI_Comm comm, int *sender, int *count) {
  MPI_Status status;
  int flag = 0, code = MPI_Iprobe(MPI_ANY_SOURCE, 0, comm, &flag, &status);
  *sender = -1;
  if (code != MPI_SUCCESS || !flag) return code;
  *sender = status.MPI_SOURCE;
  return MPI_Get_count(&status, MPI_BYTE, count);
}

// Memory that the processes of one machine share.

/// Creates a file of zeros in memory, without a name: its descriptor, or -1.
static inline int cmpi_create_memory(size_t size) {
  int file = (int)syscall(SYS_memfd_create, "pushforward", 1u);  // MFD_CLOEXEC
  if (file >= 0 && ftruncate(file, (off_t)size) != 0) {
    close(file);
    return -1;
  }
  return file;
}

/// Opens such a file of another process of this machine: a descriptor, or -1.
static inline int cmpi_open_memory(int64_t process, int descriptor) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%lld/fd/%d", (long long)process, descriptor);
  return descriptor < 0 ? -1 : open(path, O_RDWR | O_CLOEXEC);
}

/// Maps a file of this size, or NULL.
static inline void *cmpi_map_memory(int file, size_t size) {
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0 || status.st_size != (off_t)size) return NULL;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

/// Reads a number that another process stores; what that one wrote before is then seen too.
static inline int64_t cmpi_load(const void *place) {
  return __atomic_load_n((const int64_t *)place, __ATOMIC_ACQUIRE);
}

/// Stores a number for other processes.
static inline void cmpi_store(void *place, int64_t value) {
  __atomic_store_n((int64_t *)place, value, __ATOMIC_RELEASE);
}

/// Lets the other thread of a core run while this one polls.
static inline void cmpi_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
