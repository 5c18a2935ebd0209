/* ironbench: the contract of a tracer.
 *
 * A tracer sits between an implementation and its driver and counts all actual copies, whoever requested
 * them. The harness compares the counts with its transfer log, which contains only the copies that the
 * harness made: a difference reveals hidden copies. A tracer is a separate shared object,
 * impls/tracer_NAME.so, loaded in the worker of a checked pass, which is never timed. */
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
    const char *source; /* display name: "OpenCL layer" */
    /* Called before the implementation is probed or opened; `path` is this object's own path. Counting
     * starts here. IB_EUNAVAILABLE, with the reason in why[n]: tracing does not work on this machine. */
    enum ib_status (*attach)(const char *path, char *why, size_t n);
    /* Returns the counts since `attach`; the caller has waited for the device. *out arrives with every
     * count set to IB_UNCOUNTED. IB_EUNAVAILABLE, with the reason in why[n]: the tracer was never called or
     * has lost data, so its counts are invalid. */
    enum ib_status (*count)(struct ib_copies *out, char *why, size_t n);
    /* Optional: returns the i-th counted kernel, in any order: its name as the driver reports it (possibly
     * mangled), valid until the next call of the tracer, and its number of launches. false: there is no
     * i-th kernel. The launches of all kernels add up to launch_count. */
    bool (*kernel)(uint32_t i, const char **name, uint64_t *count);
};

/* The entry point of a tracer. Returns NULL if it does not support the host's ABI. */
__attribute__((visibility("default"))) const struct ib_tracer *ib_tracer_plugin(uint32_t host_abi_major);

#ifdef __cplusplus
}
#endif

#endif
