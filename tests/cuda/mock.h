/* A CUDA runtime without a GPU: device memory that the host cannot touch, a queue that does nothing before
 * somebody waits for it, and kernels on the host emulator. It is stricter than the real one: where CUDA
 * promises nothing, it does the worst that is allowed.
 * EMU_ORDER sets the order of threads (tests/emu/README.md).
 *
 * IRONBENCH_TEST_CUDA makes it worse than it is; it names one or more of
 *   no_driver     there is no driver
 *   old_driver    there is one, for CUDA 12.2
 *   stub_driver   the toolkit's stub is found in place of a driver
 *   bad_driver    its library does not fit its kernel module
 *   not_ready     the GPUs wait for their fabric manager
 *   broken_driver it answers with an unknown error
 *   no_device     the driver has no device
 *   old_device    the device is older than all that the kernels were built for
 *   shared_pages  the device uses the host's page tables, and reads any of its memory when it gets there
 *   migrated_pages  it has page tables of its own, and reads any memory of the host all the same
 *   memory=N      there are N bytes of device memory
 *   pinned=N      there are N bytes of pinned memory
 *   shared=N      a block may have N bytes of shared memory
 *   launch=N      launch N and all after it are refused
 *   fault=N       the Nth kernel that runs touches foreign memory: from then on every call fails
 *   no_shared     kernels get no more shared memory than every device has
 *   lt_terms=N    cuBLASLt has no algorithm for sums of N terms or more
 *   lt_drops_nan  its ReLU makes NaN 0
 *   no_stream, no_event, no_graph, no_blas, no_lt: what they name cannot be made */
#ifndef TESTS_CUDA_MOCK_H
#define TESTS_CUDA_MOCK_H

#include <cuda_runtime_api.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ---- faults.c ---- */

/* True if this fault is enabled. */
bool mock_asked_for(const char *fault);
/* The N of "FAULT=N"; `otherwise` if the fault is not enabled. */
uint64_t mock_number_of(const char *fault, uint64_t otherwise);

/* ---- memory.c: addresses that cannot be touched, for blocks of the heap full of NaN ---- */

/* NULL: out of memory. */
void *mock_memory_alloc(size_t bytes);
/* False: this was never given out, or is gone. */
bool mock_memory_free(void *device);
/* Where `bytes` at a device address really lie; NULL where they are not within one live block. */
void *mock_memory_find(const void *device, size_t bytes);

/* Bytes of it in use. */
size_t mock_memory_used(void);

/* Handles come (1) and go (-1): streams, events, graphs and those of cuBLAS. */
void mock_count_handles(int change);
/* What the plugin has not given back: bytes and handles. */
uint64_t mock_left(void);

void *mock_pinned_alloc(size_t bytes);
bool mock_pinned_free(void *host);
bool mock_is_pinned(const void *host, size_t bytes);

/* ---- queue.c: work in order, executed when somebody waits ---- */

/* Does one piece of work; args is the copy of what was queued. */
typedef cudaError_t mock_run(void *args);

/* Puts work behind all that waits, with a copy of its arguments; in a recording it is taken down instead. */
cudaError_t mock_enqueue(mock_run *run, const void *args, size_t bytes);
/* How often that was called: kernels, products and copies. */
uint64_t mock_enqueued(void);
/* Does all that waits. An error of it sticks: every later call returns it. */
cudaError_t mock_drain(void);
cudaError_t mock_sticky(void);

/* Recordings. A call that a recording cannot hold spoils it. */
struct mock_recording;
cudaError_t mock_record_begin(void);
/* NULL where the recording was spoilt, or none was begun. */
struct mock_recording *mock_record_end(void);
bool mock_is_recording(void);
void mock_record_spoil(void);
struct mock_recording *mock_record_copy(const struct mock_recording *);
void mock_record_free(struct mock_recording *);
/* Queues all that was recorded. */
cudaError_t mock_record_replay(const struct mock_recording *);
/* Does some of that still wait? */
bool mock_record_waits(const struct mock_recording *);

/* The default stream, which ours does not wait for: somebody has begun something there, and waits for the
 * whole device (mock_default_done). */
void mock_default_begin(void);
void mock_default_done(void);
bool mock_default_busy(void);

/* ---- runtime.c ---- */

/* What a call must return before it begins: no driver, no device, or an error that sticks. */
cudaError_t mock_ready(void);
/* The same for what no recording can hold, and what the host must not do meanwhile: it spoils the recording.
 */
cudaError_t mock_ready_outside_recording(void);
/* Notes the code for cudaGetLastError, and returns it. */
cudaError_t mock_answer(cudaError_t code);

#define MOCK_TRY(expr)                                                                                       \
    do {                                                                                                     \
        const cudaError_t mock_code = (expr);                                                                \
        if (mock_code != cudaSuccess)                                                                        \
            return mock_answer(mock_code);                                                                   \
    } while (0)

/* The most shared memory of a block. */
size_t mock_shared_bytes(void);

/* ---- for cuBLAS and cuBLASLt ---- */

/* An f32 as a tensor core gets it: the nearest with 10 bits of mantissa. */
static inline float mock_to_tf32(float x)
{
    uint32_t bits;
    if (!isfinite(x))
        return x;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0x1000u) & ~0x1fffu;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ---- kernels.c ---- */

struct emu_kernel;
/* The kernel that nvcc's code has registered under this symbol; NULL for none. */
const struct emu_kernel *mock_kernel_of(const void *symbol);
/* Its name; NULL likewise. */
const char *mock_kernel_name(const void *symbol);

#endif
