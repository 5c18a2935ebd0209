/* The kernels of cuda_fused, launched. */
#ifndef IB_CUDA_FUSED_LAUNCH_H
#define IB_CUDA_FUSED_LAUNCH_H

#include "cuda/device.h"
#include "queue.h"

enum ib_cuda_fused_kernel {
#define FUSED(name) FUSED_##name,
#include "cuda/fused.def"
#undef FUSED
    FUSED_KERNEL_COUNT
};

struct ib_cuda_fused_launch {
    enum ib_cuda_fused_kernel kernel;
    enum ib_dtype type;
    uint64_t blocks;
    uint32_t threads;
    size_t shared_bytes;
};

/* Sets *out to the shared memory that a block of the current device may have, at most
 * IB_CUDA_FUSED_SHARED_BYTES. */
cudaError_t ib_cuda_fused_shared(size_t *out);
/* Lets the kernels use that much. */
enum ib_status ib_cuda_fused_allow_shared(const struct ib_cuda *, size_t bytes);
/* Enqueues a kernel; args: n of them, in its order. */
enum ib_status ib_cuda_fused_launch(const struct ib_cuda *, const struct ib_cuda_fused_launch *,
                                    const struct ib_launch_arg *args, size_t n);

/* The same; the arguments follow. */
#define FUSED_LAUNCH(cuda, launch, ...)                                                                      \
    ib_cuda_fused_launch(cuda, launch, (const struct ib_launch_arg[]){__VA_ARGS__},                          \
                         sizeof((const struct ib_launch_arg[]){__VA_ARGS__}) / sizeof(struct ib_launch_arg))

#endif
