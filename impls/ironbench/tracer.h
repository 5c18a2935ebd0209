/* ironbench: the contract of a tracer.
 *
 * A tracer stands between an implementation and its driver, and counts what really crosses, whoever asked
 * for it. Its count is compared with the transfer log of the harness, which knows only the copies that it
 * made itself: where the two disagree somebody copies in secret. It is a shared object of its own,
 * impls/tracer_NAME.so, loaded in the worker of a checked pass, which is never timed.
 */
#ifndef IRONBENCH_TRACER_H
#define IRONBENCH_TRACER_H

#include "ironbench/impl.h"

#define IB_TRACER_ABI_MAJOR 1u

#ifdef __cplusplus
extern "C" {
#endif

struct ib_tracer {
    uint32_t struct_size;
    uint32_t abi_major; /* IB_TRACER_ABI_MAJOR */
    const char *name;   /* "opencl" */
    const char *source; /* what it is, for people: "OpenCL layer" */
    /* Called before the implementation is probed or opened; `path` is this object's own. From here on
     * everything is counted. IB_EUNAVAILABLE, with the reason in why[n]: it cannot watch on this machine. */
    enum ib_status (*attach)(const char *path, char *why, size_t n);
    /* All since `attach`, once the caller has waited for the device. *out comes with every count uncounted.
     * IB_EUNAVAILABLE, with the reason in why[n]: it was never asked, or has lost something, so its count
     * means nothing. */
    enum ib_status (*count)(struct ib_copies *out, char *why, size_t n);
    /* Optional: the i-th of the kernels that `count` has counted, in any order: its name as the driver knows
     * it (mangled, say), which lives until the tracer is called with something else, and how often it was
     * started. false: there is no i-th. All of them add up to launch_count. */
    bool (*kernel)(uint32_t i, const char **name, uint64_t *count);
};

/* A tracer's symbol for the harness. NULL when it cannot serve this ABI. */
__attribute__((visibility("default"))) const struct ib_tracer *ib_tracer_plugin(uint32_t host_abi_major);

#ifdef __cplusplus
}
#endif

#endif
