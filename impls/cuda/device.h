/* An open CUDA device: one stream, its memory, and the kernels of kernels/. The state of an implementation
 * is or begins with a struct ib_cuda. */
#ifndef IB_CUDA_DEVICE_H
#define IB_CUDA_DEVICE_H

#include "cuda/error.h"
#include "cuda/nvml.h"
#include "queue.h"

/* Maximum number of scratch blocks, each at least twice as large as the previous one. */
enum { IB_CUDA_SCRATCH_BLOCKS = 64 };

struct ib_cuda {
    struct ib_launcher launcher;
    cudaStream_t stream;
    cudaEvent_t marks[2];
    bool pinned;     /* use pinned host memory */
    bool reads_late; /* an upload may still read host memory after its call has returned */
    bool recording;  /* launches are captured, not executed */
    void *scratch[IB_CUDA_SCRATCH_BLOCKS]; /* the last one is in use; a recording may still refer to the
                                              others */
    uint32_t n_scratch;
    size_t scratch_bytes;         /* of the last one */
    size_t opened_free_bytes;     /* free on the device when it was opened; 0: unknown */
    struct ib_nvml *nvml;         /* NULL until the first call of ib_cuda_health */
    struct ib_nvml_sample health; /* as last read */
    bool health_known;
};

/* Options of every CUDA device; they begin an implementation's list of options. */
#define IB_CUDA_OPTIONS                                                                                      \
    {"device", IB_OPTION_INT, "0..1023", "0", "index of the GPU, in the order of CUDA"},                     \
    {                                                                                                        \
        "pinned", IB_OPTION_BOOL, NULL, "false", "copy from and to pinned host memory"                       \
    }

/* `probe` of an implementation: IB_OK if there is a driver and at least one device. */
enum ib_status ib_cuda_probe(char *why, size_t n);
/* Opens the device selected by the options; the struct must be zeroed. On failure nothing needs to be
 * closed. */
enum ib_status ib_cuda_open(const struct ib_host *, struct ib_cuda *);
void ib_cuda_close(struct ib_cuda *);
/* `describe`: "NVIDIA H200, compute capability 9.0, driver for CUDA 13.0, runtime 13.0". `state` begins
 * with a struct ib_cuda. */
enum ib_status ib_cuda_describe(void *state, char *text, size_t n);
/* `health`: the clock from NVML, and whether heat or its hardware throttle it; `state` as above. */
enum ib_status ib_cuda_health(void *state, struct ib_health *out);
/* `peak_memory`: by how much less is free now, when all is allocated, than after opening. Other processes on
 * the device count as well: its API does not tell them apart. `state` as above. */
uint64_t ib_cuda_peak_memory(void *state);
/* `open` and `close` of an implementation whose state is just a struct ib_cuda. */
enum ib_status ib_cuda_open_alone(const struct ib_host *, void **state);
void ib_cuda_close_alone(void *state);

/* Memory operations (memory.c), for states that begin with a struct ib_cuda. */
extern const struct ib_mem_ops ib_cuda_mem;

/* A kernel: its name, without ibk_ and type, and its symbols for f32 and f64. */
struct ib_cuda_kernel {
    const char *name;
    void (*symbol[2])(void);
};
/* Enqueues a kernel on a grid; args: n of them, in its order. */
enum ib_status ib_cuda_launch_kernel(const struct ib_cuda *, const struct ib_cuda_kernel *, enum ib_dtype,
                                     struct ib_grid, const struct ib_launch_arg *args, size_t n);
/* The same; the arguments follow. */
#define CUDA_LAUNCH(cuda, kernel, type, grid, ...)                                                           \
    ib_cuda_launch_kernel(cuda, kernel, type, grid, (const struct ib_launch_arg[]){__VA_ARGS__},             \
                          sizeof((const struct ib_launch_arg[]){__VA_ARGS__}) /                              \
                              sizeof(struct ib_launch_arg))

/* The functions of a struct ib_launcher (launch.c), set by ib_cuda_open. */
enum ib_status ib_cuda_launch(void *state, const struct ib_launch *);
enum ib_status ib_cuda_scratch(void *state, size_t bytes, void **out);
void ib_cuda_scratch_close(struct ib_cuda *);
/* Checks that the kernels can run. IB_EUNAVAILABLE: they were not built for this device or driver. */
enum ib_status ib_cuda_find_kernels(struct ib_cuda *);

/* Aborts an unfinished recording, so that the device can be used again. */
void ib_cuda_abandon_recording(struct ib_cuda *);

#endif
