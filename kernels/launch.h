/* Maps the contract's operations to kernel launches, for all devices that run the kernels of this folder. A
 * back end provides functions to launch one kernel and to get scratch memory; `ib_kernel_ops` does the
 * rest. Its state must begin with a `struct ib_launcher`. */
#ifndef IB_LAUNCH_H
#define IB_LAUNCH_H

#include "ironbench/impl.h"

/* All kernels, once per type: IBK(name) is the device function ibk_NAME_f32 or ibk_NAME_f64. */
enum ib_kernel {
#define IBK(name) IBK_##name,
#include "kernels.def"
#undef IBK
    IB_KERNEL_COUNT
};
extern const char *const ib_kernel_names[IB_KERNEL_COUNT]; /* "gemm", without ibk_ and type */

enum { IB_LAUNCH_MAX_ARGS = 24 };

/* One argument, as clSetKernelArg and cudaLaunchKernel take it; for a buffer, the address of the handle
 * from `alloc`. Valid only during the call. */
struct ib_launch_arg {
    const void *value;
    size_t bytes;
};

struct ib_launch {
    enum ib_kernel kernel;
    enum ib_dtype type;
    /* Number of work-groups (CUDA: blocks) and of work-items (threads) per group, each > 0. groups[1] is
     * below 65536, as CUDA requires; a group has at most 256 items. */
    uint32_t groups[2], items[2];
    struct ib_launch_arg args[IB_LAUNCH_MAX_ARGS];
    uint32_t n_args;
};

struct ib_launcher {
    const struct ib_host *host;
    /* Enqueues one kernel after all earlier work. IB_EUNSUPPORTED: the device does not support the type. */
    enum ib_status (*launch)(void *state, const struct ib_launch *);
    /* Returns device memory of at least `bytes` (> 0), always the same block if it is large enough. Its
     * contents are undefined at first and last until the next operation. */
    enum ib_status (*scratch)(void *state, size_t bytes, void **out);
};

extern const struct ib_tensor_ops ib_kernel_ops;

#endif
