/* From an operation of the contract to launches of kernels: the same for every device that runs the kernels
 * of this folder. A back end says how to launch one kernel and where scratch memory is; `ib_kernel_ops` does
 * the rest. Its state must begin with a `struct ib_launcher`. */
#ifndef IB_LAUNCH_H
#define IB_LAUNCH_H

#include "ironbench/impl.h"

/* Every kernel, once a type: IBK(name) is the device function ibk_NAME_f32 or ibk_NAME_f64. */
enum ib_kernel {
#define IBK(name) IBK_##name,
#include "kernels.def"
#undef IBK
    IB_KERNEL_COUNT
};
extern const char *const ib_kernel_names[IB_KERNEL_COUNT]; /* "gemm": without ibk_ and type */

enum { IB_LAUNCH_MAX_ARGS = 16 };

/* The value of one parameter, as clSetKernelArg and cudaLaunchKernel take it: for a buffer the address of the
 * handle that `alloc` gave. Valid during the call alone. */
struct ib_launch_arg {
    const void *value;
    size_t bytes;
};

struct ib_launch {
    enum ib_kernel kernel;
    enum ib_dtype type;
    /* Work-groups (CUDA: blocks), and work-items (threads) of one, each > 0. groups[1] stays below 65536, as
     * CUDA asks, and a group has at most 256 items. */
    uint32_t groups[2], items[2];
    struct ib_launch_arg args[IB_LAUNCH_MAX_ARGS];
    uint32_t n_args;
};

struct ib_launcher {
    const struct ib_host *host;
    /* Queues one kernel behind all that came before. IB_EUNSUPPORTED where the device lacks the type. */
    enum ib_status (*launch)(void *state, const struct ib_launch *);
    /* Device memory of at least `bytes` (> 0), the same block at every call where it is large enough; its
     * contents last until the next operation, and start undefined. */
    enum ib_status (*scratch)(void *state, size_t bytes, void **out);
};

extern const struct ib_tensor_ops ib_kernel_ops;

#endif
