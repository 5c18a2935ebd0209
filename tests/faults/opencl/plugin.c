#include "fault.h"

#include <dlfcn.h>

const struct ib_tensor_ops *fault_right;

static struct fault faults[] = {
#define FAULT(fault, text) {.impl = {.name = "fault_opencl_" #fault, .summary = text}},
#include "faults.def"
#undef FAULT
};

static void (*const recipes[])(struct fault *) = {
#define FAULT(fault, text) fault_opencl_##fault,
#include "faults.def"
#undef FAULT
};

enum { FAULT_COUNT = sizeof faults / sizeof *faults };

/* The right implementation, from its own plugin. */
static const struct ib_impl *right_one(void)
{
    typedef const struct ib_impl *const *plugin_fn(uint32_t host_abi_major, uint32_t * count);
    uint32_t count = 0;
    void *object = dlopen(OPENCL_NAIVE_PATH, RTLD_NOW | RTLD_LOCAL);
    plugin_fn *plugin = object != NULL ? (plugin_fn *)(uintptr_t)dlsym(object, "ib_plugin") : NULL;
    return plugin != NULL ? plugin(IB_ABI_MAJOR, &count)[0] : NULL;
}

static void build(struct fault *fault, const struct ib_impl *right, void (*apply)(struct fault *))
{
    const char *name = fault->impl.name, *summary = fault->impl.summary;
    fault->impl = *right;
    fault->impl.name = name;
    fault->impl.summary = summary;
    fault->ops = *right->ops;
    fault->impl.ops = &fault->ops;
    apply(fault);
}

void fault_opencl_none(struct fault *fault)
{
    (void)fault;
}

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *impls[FAULT_COUNT];
    const struct ib_impl *right = right_one();
    if (right == NULL || host_abi_major != IB_ABI_MAJOR)
        return NULL;
    fault_right = right->ops;
    for (int i = 0; i < FAULT_COUNT; i++) {
        build(&faults[i], right, recipes[i]);
        impls[i] = &faults[i].impl;
    }
    *count = FAULT_COUNT;
    return impls;
}
