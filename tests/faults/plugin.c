#include "fault.h"

static struct fault faults[] = {
#define FAULT(fault, base, text) {.impl = {.name = "fault_" #fault, .summary = text}},
#include "faults.def"
#undef FAULT
};

static const struct {
    const struct ib_impl *base;
    void (*apply)(struct fault *);
} recipes[] = {
#define FAULT(fault, base, text) {&ib_impl_##base, fault_##fault},
#include "faults.def"
#undef FAULT
};

enum { FAULT_COUNT = sizeof faults / sizeof *faults };

static void build(struct fault *fault, const struct ib_impl *base, void (*apply)(struct fault *))
{
    const char *name = fault->impl.name, *summary = fault->impl.summary;
    fault->impl = *base;
    fault->impl.name = name;
    fault->impl.summary = summary;
    fault->ops = *base->ops;
    fault->ops.layer = NULL; /* joined operations would be called in place of the wrong ones */
    fault->ops.act_grad_sum = NULL;
    fault->ops.axpy_all = NULL;
    fault->impl.ops = &fault->ops;
    if (base->mem != NULL) {
        fault->mem = *base->mem;
        fault->impl.mem = &fault->mem;
    }
    apply(fault);
}

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *impls[FAULT_COUNT];
    for (int i = 0; i < FAULT_COUNT; i++) {
        build(&faults[i], recipes[i].base, recipes[i].apply);
        impls[i] = &faults[i].impl;
    }
    *count = FAULT_COUNT;
    return host_abi_major == IB_ABI_MAJOR ? impls : NULL;
}
