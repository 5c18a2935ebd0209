/* One CUDA device at work: one stream, its memory, and the kernels of kernels/. An implementation's state
 * begins with it, or is it. */
#ifndef IB_CUDA_DEVICE_H
#define IB_CUDA_DEVICE_H

#include "cuda/error.h"
#include "cuda/nvml.h"
#include "launch.h"

/* Blocks of scratch memory, each at least twice as large as the one before. */
enum { IB_CUDA_SCRATCH_BLOCKS = 64 };

struct ib_cuda {
    struct ib_launcher launcher;
    cudaStream_t stream;
    cudaEvent_t marks[2];
    bool pinned;     /* host memory is pinned */
    bool reads_late; /* an upload may still be reading host memory when its call has returned */
    bool recording;  /* the stream takes launches down, and does none */
    void *scratch[IB_CUDA_SCRATCH_BLOCKS]; /* the last one is in use; a recording may still name the others */
    uint32_t n_scratch;
    size_t scratch_bytes;         /* of the last one */
    struct ib_nvml *nvml;         /* NULL until somebody asks for the device's health */
    struct ib_nvml_sample health; /* as last read */
    bool health_known;
};

/* The options of every device, for the head of an implementation's own list. */
#define IB_CUDA_OPTIONS                                                                                      \
    {"device", IB_OPTION_INT, "0..1023", "0", "index of the GPU, in the order of CUDA"},                     \
    {                                                                                                        \
        "pinned", IB_OPTION_BOOL, NULL, "false", "copy from and to pinned host memory"                       \
    }

/* For `ib_impl`: a driver and at least one device are there. */
enum ib_status ib_cuda_probe(char *why, size_t n);
/* Opens the device that the options name, in zeroed memory. On failure there is nothing to close. */
enum ib_status ib_cuda_open(const struct ib_host *, struct ib_cuda *);
void ib_cuda_close(struct ib_cuda *);
/* "NVIDIA H200, compute capability 9.0, driver for CUDA 13.0, runtime 13.0": `state` begins with a struct
 * ib_cuda. */
enum ib_status ib_cuda_describe(void *state, char *text, size_t n);
/* The clock by NVML, and whether power or heat hold it back; `state` as above. */
enum ib_status ib_cuda_health(void *state, struct ib_health *out);
/* The same as `open` and `close` of an implementation whose state is a struct ib_cuda and no more. */
enum ib_status ib_cuda_open_alone(const struct ib_host *, void **state);
void ib_cuda_close_alone(void *state);

/* Memory (memory.c), for states that begin with a struct ib_cuda. */
extern const struct ib_mem_ops ib_cuda_mem;

/* The two functions of a struct ib_launcher (launch.c); ib_cuda_open sets them. */
enum ib_status ib_cuda_launch(void *state, const struct ib_launch *);
enum ib_status ib_cuda_scratch(void *state, size_t bytes, void **out);
void ib_cuda_scratch_close(struct ib_cuda *);
/* IB_EUNAVAILABLE: this device cannot run the kernels as they were built. */
enum ib_status ib_cuda_find_kernels(struct ib_cuda *);

/* Gives a recording up that somebody began and did not end, so that the device can be used again. */
void ib_cuda_abandon_recording(struct ib_cuda *);

#endif
